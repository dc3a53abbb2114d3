"""Pairs of LFs: how often they vote together, against each other, and beyond what chance and the class explain."""

import numpy as np
import pandas as pd

from weakrec_core.labeling.dependence import vote_correlation
from weakrec_core.labeling.vote_patterns import VotePatterns


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
            "correlation": vote_correlation(patterns)[a, b],
        }
    )
