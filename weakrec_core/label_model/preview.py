"""The figures of an LF set that follow every edit, from the dev-calibrated model cross-validated over users."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.calibrated import fit_calibrated
from weakrec_core.label_model.crossval import cross_validate, fold_dev, held_out_metrics, user_folds
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
    train, _ = applier.patterns(lf_set, "train")
    shares = set_summary(train)
    L, gold = applier.apply(lf_set, "dev"), applier.dataset.gold("dev")
    folds = user_folds(applier.dataset.split("dev")["user_idx"].to_numpy())
    dev, inverse = fold_dev(L, gold, folds)
    try:
        start = fit_calibrated(train, dev.patterns, lf_set.names)
        p_by_fold = cross_validate(lambda part: fit_calibrated(train, part, lf_set.names, start), dev)
    except LabelModelError:
        return SetFigures(shares["coverage"], shares["conflict"], None, None, None, None)
    metrics = held_out_metrics(p_by_fold, dev)
    return SetFigures(
        shares["coverage"],
        shares["conflict"],
        metrics["accuracy"],
        metrics["auc"],
        metrics["log_loss"],
        p_by_fold[folds, inverse],
    )
