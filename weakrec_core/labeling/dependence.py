"""Pairs of LFs that vote together beyond what the class explains: what a label model takes not to happen."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from weakrec_core.labeling.vote_patterns import VotePatterns

_SIGNIFICANT = -NormalDist().inv_cdf(1e-3 / 2)  # standard errors, for a chance of one in a thousand
_STRONG = 0.25  # correlation of two LFs' votes within a class


def dependent_pairs(dev: VotePatterns, names: list[str]) -> list[tuple[str, str, float]]:
    """Pairs of LFs that vote on the same rows beyond what the class explains, strongest first.

    Returns
    -------
    list of (name, name, correlation)
        The correlation of "votes on the row" within the classes of gold, pooled; only strong and significant ones.
    """
    correlation = vote_correlation(dev)
    n = float(dev.gold_counts.sum())
    limit = max(_STRONG, _SIGNIFICANT / np.sqrt(max(n, 1)))
    pairs = [
        (names[i], names[j], float(correlation[i, j]))
        for i in range(dev.m)
        for j in range(i + 1, dev.m)
        if correlation[i, j] > limit
    ]
    return sorted(pairs, key=lambda pair: -pair[2])


def vote_correlation(patterns: VotePatterns) -> NDArray[np.float64]:
    """Of "votes on the row" between LFs within the classes of gold, pooled; NaN for LFs that never or always vote."""
    voted = (patterns.votes != -1).astype(float)
    covariance = np.zeros((patterns.m, patterns.m))
    variance = np.zeros(patterns.m)
    for counts in patterns.gold_counts.T.astype(float):
        n = counts.sum()
        if n:
            rate = counts @ voted / n
            covariance += (voted * counts[:, None]).T @ voted - n * np.outer(rate, rate)
            variance += n * rate * (1 - rate)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(covariance / np.sqrt(np.outer(variance, variance)))
