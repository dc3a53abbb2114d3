"""How good probabilities are, measured on gold."""

import numpy as np
from numpy.typing import NDArray

Metrics = dict[str, float | int | None]
CLIP = 0.01  # of probabilities in log loss: what is certain and wrong costs 4.6, not infinity


def probability_metrics(
    p_positive: NDArray[np.float64], negative: NDArray[np.integer], positive: NDArray[np.integer]
) -> Metrics:
    """Accuracy, AUC, log loss and Brier score.

    Parameters
    ----------
    p_positive : float array, shape [p]
    negative, positive : int arrays, shape [p]
        How many data points with that probability have gold NEGATIVE and POSITIVE.

    Returns
    -------
    dict
        accuracy (a probability of exactly 0.5 counts as half right), auc, log_loss (probabilities clipped to
        0.01 … 0.99), brier, n; None where not defined: without data points, and the AUC with one class only.
    """
    n = int(negative.sum() + positive.sum())
    if n == 0:
        return {"accuracy": None, "auc": None, "log_loss": None, "brier": None, "n": 0}
    p, clipped = p_positive, np.clip(p_positive, CLIP, 1 - CLIP)
    right = np.where(p > 0.5, positive, np.where(p < 0.5, negative, (positive + negative) / 2))
    return {
        "accuracy": float(right.sum() / n),
        "auc": _auc(p, negative, positive) if negative.any() and positive.any() else None,
        "log_loss": float(-(positive @ np.log(clipped) + negative @ np.log1p(-clipped)) / n),
        "brier": float((positive @ (1 - p) ** 2 + negative @ p**2) / n),
        "n": n,
    }


def _auc(p: NDArray[np.float64], negative: NDArray[np.integer], positive: NDArray[np.integer]) -> float:
    """Share of the pairs of both classes that are in the right order, those of equal probability half."""
    values, at = np.unique(p, return_inverse=True)
    below, above = (np.bincount(at, weights=count, minlength=len(values)) for count in (negative, positive))
    return float(above @ (np.cumsum(below) - below / 2) / (below.sum() * above.sum()))


def metrics_against(gold: NDArray[np.integer], p_positive: NDArray[np.float64]) -> Metrics:
    """`probability_metrics` of rows: gold 1, 0, or -1 where not known, which is left out; both of shape [n]."""
    values, at = np.unique(p_positive, return_inverse=True)
    negative, positive = (np.bincount(at, weights=gold == label, minlength=len(values)) for label in (0, 1))
    return probability_metrics(values, negative.astype(np.int64), positive.astype(np.int64))
