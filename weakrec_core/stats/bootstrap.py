"""Bootstrap intervals over users: rows of one user are not independent, so whole users are drawn."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.stats.probability_metrics import CLIP

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Draws:
    """How often each user is in each draw, shape [draws, users]; the same for all models that are compared."""

    weights: NDArray[np.int64]
    user: NDArray[np.int64]

    @classmethod
    def make(cls, user_idx: NDArray[np.integer], draws: int = 300, seed: int = 0) -> "Draws":
        """Draw users with replacement; `user_idx` names the user of each row."""
        users, user = np.unique(user_idx, return_inverse=True)
        share = np.full(len(users), 1 / len(users))
        return cls(np.random.default_rng(seed).multinomial(len(users), share, size=draws), user)


def drawn_metrics(
    p_positive: Floats, gold: NDArray[np.int8], rows: NDArray[np.bool_], draws: Draws
) -> dict[str, Floats]:
    """Metrics of every draw.

    Parameters
    ----------
    p_positive, gold : arrays, shape [n]
        P(POSITIVE) and gold (1, 0, -1 = not known: left out) of each row.
    rows : bool array, shape [n]
        The rows to measure.

    Returns
    -------
    dict
        accuracy, auc, log_loss, brier; each of shape [draws], NaN in draws where it is not defined.
    """
    from scipy import sparse

    keep = rows & (gold >= 0)
    p, cell = np.unique(p_positive[keep], return_inverse=True)
    clipped = np.clip(p, CLIP, 1 - CLIP)
    shape = (draws.weights.shape[1], len(p))
    by_class = []
    for label in (0, 1):
        of_class = gold[keep] == label
        at = (draws.user[keep][of_class], cell[of_class])
        counts = sparse.csr_array((np.ones(len(at[0])), at), shape=shape)
        by_class.append(np.asarray(draws.weights @ counts))
    negative, positive = by_class
    n_negative, n_positive = negative.sum(axis=1), positive.sum(axis=1)
    right = np.where(p > 0.5, positive, np.where(p < 0.5, negative, (positive + negative) / 2))
    below = np.cumsum(negative, axis=1) - negative / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        n = n_negative + n_positive
        return {
            "accuracy": right.sum(axis=1) / n,
            "auc": (positive * below).sum(axis=1) / (n_negative * n_positive),
            "log_loss": -(positive @ np.log(clipped) + negative @ np.log1p(-clipped)) / n,
            "brier": (positive @ (1 - p) ** 2 + negative @ p**2) / n,
        }


def percentile_interval(values: Floats) -> tuple[float, float] | None:
    """The middle 95 % of the draws; None if fewer than half of them are defined."""
    known = values[~np.isnan(values)]
    if len(known) * 2 < len(values) or not len(known):
        return None
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)
