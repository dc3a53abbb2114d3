"""The dev-calibrated model as seen by dev itself: every user is predicted from the others' gold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.label_model.calibrated import CalibratedModel, fit_calibrated
from weakrec_core.label_model.crossval import FoldedDev, fold_dev, held_out_metrics, predict_folds
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.stats.folds import user_folds
from weakrec_core.stats.log_odds import logit
from weakrec_core.stats.probability_metrics import Metrics


@dataclass(frozen=True, eq=False)
class HeldOut:
    """The models of a cross-validation over the users of dev, and what each says of the users it has not seen.

    Attributes
    ----------
    dev : FoldedDev
    folds, inverse : int arrays, shape [n_dev]
        Fold and vote pattern of each dev row.
    models : list of CalibratedModel
        One a fold, fitted without it; train is not looked at, so that they have no weights.
    p_by_fold : float64 array, shape [k, p]
        P(POSITIVE) of the patterns that each fold has; NaN for others.
    """

    dev: FoldedDev
    folds: NDArray[np.int64]
    inverse: NDArray[np.unsignedinteger]
    models: list[CalibratedModel]
    p_by_fold: NDArray[np.float64]

    @property
    def p_positive(self) -> NDArray[np.float64]:
        """Of every dev row, shape [n_dev]."""
        return np.asarray(self.p_by_fold[self.folds, self.inverse])

    @property
    def has_vote(self) -> NDArray[np.bool_]:
        """Whether an LF votes on a dev row, shape [n_dev]."""
        return np.asarray(self.dev.patterns.covered[self.inverse])

    def metrics(self, covered_only: bool = False) -> Metrics:
        """`probability_metrics` on the dev rows with gold, or on those of them with a vote."""
        return held_out_metrics(self.p_by_fold, self.dev, covered_only)

    def moves(self, row: int) -> NDArray[np.float64]:
        """How much each LF's vote moved one dev row: its log-odds of POSITIVE less those without the vote, shape [m].

        0 for an LF that abstained. The moves need not add up to the log-odds, since what is uncertain weighs less.
        """
        votes = self.dev.patterns.votes[self.inverse[row]]
        without = np.where(np.eye(len(votes), dtype=bool), np.int8(-1), votes)
        p = self.models[self.folds[row]].predict_proba(np.concatenate([votes[None], without]))
        log_odds = logit(p)
        return np.asarray(log_odds[0] - log_odds[1:])


@remembered
def held_out(applied: AppliedSet) -> HeldOut:
    """Cross-validate the dev-calibrated model.

    Raises
    ------
    LabelModelError
        If dev has no gold labels.
    """
    dataset = applied.dataset
    folds = user_folds(dataset.split("dev")["user_idx"].to_numpy())
    dev, inverse = fold_dev(applied.votes("dev"), dataset.gold("dev"), folds)
    start = fit_calibrated(None, dev.patterns, applied.names)
    models = [fit_calibrated(None, dev.without(fold), applied.names, start) for fold in range(len(dev.in_fold))]
    return HeldOut(dev, folds, inverse, models, predict_folds(models, dev))
