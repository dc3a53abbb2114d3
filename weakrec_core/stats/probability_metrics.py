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
    from sklearn.metrics import roc_auc_score

    p, clipped = p_positive, np.clip(p_positive, CLIP, 1 - CLIP)
    right = np.where(p > 0.5, positive, np.where(p < 0.5, negative, (positive + negative) / 2))
    auc = None
    if negative.any() and positive.any():
        gold = np.repeat([0, 1], len(p))
        auc = float(roc_auc_score(gold, np.tile(p, 2), sample_weight=np.concatenate([negative, positive])))
    return {
        "accuracy": float(right.sum() / n),
        "auc": auc,
        "log_loss": float(-(positive @ np.log(clipped) + negative @ np.log1p(-clipped)) / n),
        "brier": float((positive @ (1 - p) ** 2 + negative @ p**2) / n),
        "n": n,
    }


def metrics_against(gold: NDArray[np.integer], p_positive: NDArray[np.float64]) -> Metrics:
    """`probability_metrics` of rows: gold 1, 0, or -1 where not known, which is left out; both of shape [n]."""
    values, at = np.unique(p_positive, return_inverse=True)
    negative, positive = (np.bincount(at, weights=gold == label, minlength=len(values)) for label in (0, 1))
    return probability_metrics(values, negative.astype(np.int64), positive.astype(np.int64))
