"""The figures of an LF set that follow every edit, from the dev-calibrated model cross-validated over users."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.held_out import held_out
from weakrec_core.labeling.analysis import set_summary
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.spec import LFSet


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


def set_figures(applier: Applier, lf_set: LFSet) -> SetFigures:
    """The figures of an LF set; computed once for each set of specs and kept by the applier."""
    return applier.remember(
        ("figures", tuple(lf.nameless() for lf in lf_set.active)), lambda: _figures(applier, lf_set)
    )


def _figures(applier: Applier, lf_set: LFSet) -> SetFigures:
    shares = set_summary(applier.patterns(lf_set, "train")[0])
    try:
        found = held_out(applier, lf_set)
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
