"""Pairs of LFs: how often they vote together, against each other, and beyond what chance and the class explain."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from weakrec_core.labeling.patterns import VotePatterns

_SIGNIFICANT = 1e-3
_STRONG = 0.25  # correlation of two LFs' votes within a class


def pair_table(patterns: VotePatterns, names: list[str]) -> pd.DataFrame:
    """Every ordered pair of different LFs.

    Returns
    -------
    DataFrame
        a, b; overlap and conflict (shares of all rows on which both vote, and differently), both (rows), agreement (share of
        the rows on which both vote that they vote alike), beyond_chance (Cohen's kappa over these rows: 1 = always alike,
        0 = as two LFs that vote at random at their own rates there; NaN where both vote the same label throughout, as
        nothing is left to chance then), correlation (of voting at all, within the classes of gold; what the label model
        takes to be 0).
    """
    votes, counts = patterns.votes, patterns.counts.astype(float)
    negative, positive = ((votes == label).astype(float) for label in (0, 1))
    voted = negative + positive
    weighted = counts[:, None]
    both = (voted * weighted).T @ voted
    alike = (positive * weighted).T @ positive + (negative * weighted).T @ negative
    # [a, b]: rows on which a votes POSITIVE and b votes at all
    a_positive = (positive * weighted).T @ voted
    with np.errstate(invalid="ignore", divide="ignore"):
        agreement, rate = alike / both, a_positive / both
        expected = rate * rate.T + (1 - rate) * (1 - rate.T)
        kappa = np.where(expected < 1, (agreement - expected) / (1 - expected), np.nan)
    a, b = np.where(~np.eye(patterns.m, dtype=bool))
    total = max(patterns.n, 1)
    return pd.DataFrame(
        {
            "a": np.array(names, object)[a],
            "b": np.array(names, object)[b],
            "overlap": both[a, b] / total,
            "conflict": (both - alike)[a, b] / total,
            "both": both[a, b].astype(int),
            "agreement": agreement[a, b],
            "beyond_chance": kappa[a, b],
            "correlation": _correlation(patterns)[a, b],
        }
    )


def dependent_pairs(dev: VotePatterns, names: list[str]) -> list[tuple[str, str, float]]:
    """Pairs of LFs that vote on the same rows beyond what the class explains, strongest first.

    Returns
    -------
    list of (name, name, correlation)
        The correlation of "votes on the row" within the classes of gold, pooled; only strong and significant ones.
    """
    correlation = _correlation(dev)
    n = float(dev.gold_counts.sum())
    limit = max(_STRONG, float(stats.norm.isf(_SIGNIFICANT / 2)) / np.sqrt(max(n, 1)))
    pairs = [
        (names[i], names[j], float(correlation[i, j]))
        for i in range(dev.m)
        for j in range(i + 1, dev.m)
        if correlation[i, j] > limit
    ]
    return sorted(pairs, key=lambda pair: -pair[2])


def _correlation(patterns: VotePatterns) -> NDArray[np.float64]:
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
