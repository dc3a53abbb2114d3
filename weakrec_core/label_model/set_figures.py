"""The figures of an LF set that follow every edit, from the dev-calibrated model cross-validated over users."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.held_out import held_out
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.stats.probability_metrics import Metrics, metrics_against, probability_metrics

_NOTHING = probability_metrics(*np.zeros((3, 0), np.int64))


@dataclass(frozen=True, eq=False)
class SetFigures:
    """What an LF set amounts to.

    Attributes
    ----------
    train_coverage, conflicts : float
        Shares of the train rows.
    everywhere : dict
        `probability_metrics` of the dev-calibrated label model on all dev rows with gold, each user predicted from the
        others' gold: rows that do not change when an edit adds votes. Rows without a vote get the share of POSITIVE that
        the model expects there.
    covered : dict
        The same on the dev rows with a vote.
    p_positive : float64 array, shape [n_dev], or None
        The held-out probability of every dev row; None where dev has no gold or no LF is on.
    has_vote : bool array, shape [n_dev], or None
        Whether a dev row has a vote.
    """

    train_coverage: float
    conflicts: float
    everywhere: Metrics
    covered: Metrics
    p_positive: NDArray[np.float64] | None
    has_vote: NDArray[np.bool_] | None


@remembered
def set_figures(applied: AppliedSet) -> SetFigures:
    """The figures of an LF set."""
    shares = applied.shares("train")
    coverage, conflicts = shares["coverage"], shares["conflict"]
    try:
        found = held_out(applied)
    except LabelModelError:
        return SetFigures(coverage, conflicts, _NOTHING, _NOTHING, None, None)
    p, has_vote = found.p_positive, found.has_vote
    return SetFigures(coverage, conflicts, found.metrics(), found.metrics(covered_only=True), p, has_vote)


@dataclass(frozen=True)
class DevFigures:
    """What an LF set amounts to on dev: the share of rows with a vote, and `SetFigures.everywhere`."""

    coverage: float
    everywhere: Metrics


def dev_figures(applied: AppliedSet) -> DevFigures:
    """The figures of an LF set on dev alone, for sets that are only compared: to apply one to train can take a second."""
    try:
        metrics = held_out(applied).metrics()
    except LabelModelError:
        metrics = _NOTHING
    return DevFigures(applied.shares("dev")["coverage"], metrics)


def on_common_rows(one: SetFigures, other: SetFigures, gold: NDArray[np.int8]) -> tuple[Metrics, Metrics] | None:
    """`probability_metrics` of two sets on the dev rows that both vote on; None where one has no probabilities."""
    if one.p_positive is None or other.p_positive is None or one.has_vote is None or other.has_vote is None:
        return None
    both = one.has_vote & other.has_vote
    return metrics_against(gold[both], one.p_positive[both]), metrics_against(gold[both], other.p_positive[both])
