"""The figures of an LF set that follow every edit, from the dev-calibrated model cross-validated over users."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.held_out import held_out
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.result_cache import remembered


@dataclass(frozen=True, eq=False)
class SetFigures:
    """What an LF set amounts to.

    Attributes
    ----------
    train_coverage, conflicts : float
        Shares of the train rows.
    accuracy, auc, log_loss : float or None
        Of the dev-calibrated label model on the dev rows with a vote, each user predicted from the others' gold; None where
        dev has no gold or nothing votes.
    p_positive : float64 array, shape [n_dev], or None
        The held-out probability of every dev row.
    """

    train_coverage: float
    conflicts: float
    accuracy: float | None
    auc: float | None
    log_loss: float | None
    p_positive: NDArray[np.float64] | None


@remembered
def set_figures(applied: AppliedSet) -> SetFigures:
    """The figures of an LF set."""
    shares = applied.shares("train")
    try:
        found = held_out(applied)
    except LabelModelError:
        return SetFigures(shares["coverage"], shares["conflict"], None, None, None, None)
    metrics = found.metrics
    return SetFigures(
        shares["coverage"],
        shares["conflict"],
        metrics["accuracy"],
        metrics["auc"],
        metrics["log_loss"],
        found.p_positive,
    )
