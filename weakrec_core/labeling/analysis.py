"""LFAnalysis's table from vote patterns, with what it leaves out: intervals, base rates, lift and a verdict."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.labeling.base import LF
from weakrec_core.labeling.vote_patterns import VotePatterns
from weakrec_core.stats.intervals import wilson
from weakrec_core.stats.verdicts import BETTER, SAME, WORSE

NO_VOTES = "no votes"


def lf_summary(patterns: VotePatterns, lfs: Sequence[LF]) -> pd.DataFrame:
    """One row an LF.

    Parameters
    ----------
    patterns : VotePatterns
        Of the split to analyse, one column an LF.
    lfs : sequence of LF, length m

    Returns
    -------
    DataFrame
        name, kind, polarity (list of labels voted); coverage, overlaps, conflicts as shares of all rows;
        n (votes on rows with gold), correct, incorrect, emp_acc = correct / n with its Wilson 95 % interval ci_low, ci_high;
        base_rate (the accuracy of the same votes dealt out at random), lift = emp_acc - base_rate, and verdict: whether the
        interval lies above or below the base rate. NaN where nothing voted: Snorkel's LFAnalysis has 0.0 there.
        Rows without gold count for coverage only (Snorkel counts them as errors).
    """
    voted = patterns.votes != -1
    total = max(patterns.n, 1)
    n_votes = voted.sum(axis=1)
    overlapped = voted & (n_votes > 1)[:, None]
    conflicted = voted & _conflict(patterns)[:, None]
    counts, gold = patterns.counts.astype(float), patterns.gold_counts.astype(float)
    gold_total = gold.sum(axis=1)
    is_negative, is_positive = patterns.votes == 0, patterns.votes == 1
    n = gold_total @ voted
    correct = gold[:, 0] @ is_negative + gold[:, 1] @ is_positive
    class_share = gold.sum(axis=0) / max(gold.sum(), 1)
    with np.errstate(invalid="ignore"):
        emp_acc = correct / n
        base_rate = (gold_total @ is_negative * class_share[0] + gold_total @ is_positive * class_share[1]) / n
    low, high = wilson(correct, n)
    verdict = np.select([n == 0, low > base_rate, high < base_rate], [NO_VOTES, BETTER, WORSE], SAME)
    return pd.DataFrame(
        {
            "name": [lf.name for lf in lfs],
            "kind": [lf.kind for lf in lfs],
            "polarity": [[label for label in (0, 1) if (column == label).any()] for column in patterns.votes.T],
            "coverage": counts @ voted / total,
            "overlaps": counts @ overlapped / total,
            "conflicts": counts @ conflicted / total,
            "n": n.astype(int),
            "correct": correct.astype(int),
            "incorrect": (n - correct).astype(int),
            "emp_acc": emp_acc,
            "ci_low": low,
            "ci_high": high,
            "base_rate": base_rate,
            "lift": emp_acc - base_rate,
            "verdict": verdict,
        }
    )


def set_summary(patterns: VotePatterns) -> dict[str, float]:
    """Shares of all rows with at least one vote, with several, and with different ones; and the number of rows."""
    total = max(patterns.n, 1)
    n_votes = (patterns.votes != -1).sum(axis=1)
    return {
        "coverage": float(patterns.counts[n_votes > 0].sum() / total),
        "overlap": float(patterns.counts[n_votes > 1].sum() / total),
        "conflict": float(patterns.counts[_conflict(patterns)].sum() / total),
        "rows": patterns.n,
    }


def to_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as JSON values: NaN becomes None."""
    return [
        {str(key): None if isinstance(value, float) and math.isnan(value) else value for key, value in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]


def _conflict(patterns: VotePatterns) -> NDArray[np.bool_]:
    negative: NDArray[np.bool_] = (patterns.votes == 0).any(axis=1)
    positive: NDArray[np.bool_] = (patterns.votes == 1).any(axis=1)
    return negative & positive
