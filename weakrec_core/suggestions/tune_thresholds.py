"""The thresholds of a whole set, searched together, and what the search is worth on users not seen.

Coordinate descent: one LF after the other takes the threshold with the least log loss of the cross-validated label model, the
others as they are by then, until none gains. The promise repeats the whole search for each fold of the users without their
gold and measures it on them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core import ABSTAIN
from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.threshold_gain import log_losses_at
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.base import VALUE
from weakrec_core.labeling.kinds import SimilarLF, ThresholdLF
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.stats.folds import user_folds
from weakrec_core.suggestions.expected_gain import DrawnUsers, held_out_loss
from weakrec_core.suggestions.greedy_choice import GOLD_PRICE
from weakrec_core.suggestions.lf_edits import thresholds_to_try

Floats = NDArray[np.float64]
Labels = NDArray[np.int8]

_ROUNDS = 3


@dataclass(frozen=True)
class Move:
    """An LF's threshold before and after."""

    lf_name: str
    op: str
    before: float
    after: float


@dataclass(frozen=True, eq=False)
class Tuning:
    """What a search has found.

    Attributes
    ----------
    moves : list of Move
    log_loss_change : float
        Expected of the search on users not seen, below 0 = better.
    log_loss_interval : (float, float)
        Its 95 % interval over users.
    """

    moves: list[Move]
    log_loss_change: float
    log_loss_interval: tuple[float, float]

    @property
    def helps(self) -> bool:
        """Whether there is something to gain."""
        return bool(self.moves) and self.log_loss_change < 0

    @property
    def line(self) -> str:
        """What is found, in a few words for people."""
        low, high = self.log_loss_interval
        expected = f"log loss {self.log_loss_change:+.4f} [{low:+.4f}, {high:+.4f}] expected on users not seen"
        if not self.helps:
            return f"Nothing to gain: {expected if self.moves else 'every threshold is where the search puts it'}."
        return "\n".join([*(f"{m.lf_name}: {m.op} {m.before:g} → {m.after:g}" for m in self.moves), expected])

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "helps": self.helps,
            "moves": [vars(move) for move in self.moves],
            "log_loss_change": self.log_loss_change,
            "log_loss_interval": list(self.log_loss_interval),
        }


@dataclass(frozen=True, eq=False)
class _Tunable:
    """An LF with one threshold: its column of L, its number on dev, and the thresholds that are tried, ascending."""

    lf: ThresholdLF | SimilarLF
    column: int
    values: Floats
    tried: Floats

    def votes(self, threshold: float) -> Labels:
        fires = self.lf.model_copy(update={"threshold": threshold}).fires(self.values)
        return np.where(fires, VALUE[self.lf.label], ABSTAIN).astype(np.int8)


@remembered
def tune_thresholds(applied: AppliedSet) -> Tuning:
    """Search the thresholds of all LFs that have one, of the kinds threshold and similar.

    Raises
    ------
    LabelModelError
        If fewer than two users of dev have gold labels.
    """
    L, gold = applied.votes("dev"), applied.dataset.gold("dev")
    users, known = applied.dataset.split("dev")["user_idx"].to_numpy(), gold >= 0
    if len(np.unique(users[known])) < 2:
        raise LabelModelError(
            "Thresholds are searched with users left out: dev needs gold labels of two users at least."
        )
    folds = user_folds(users)
    tunable = _tunable(applied)
    changes = np.zeros(len(gold))
    for fold in np.unique(folds[known]):
        held = known & (folds == fold)
        rest = np.where(held, -1, gold).astype(np.int8)
        found = _with(L, tunable, _descend(L, tunable, rest, folds))
        changes[held] = held_out_loss(found, rest, gold, held) - held_out_loss(L, rest, gold, held)
    change, low, high = DrawnUsers(users[known]).ratio(changes[known], np.ones(int(known.sum())))
    thresholds = _descend(L, tunable, gold, folds)
    moves = [
        Move(t.lf.name, t.lf.op, t.lf.threshold, float(threshold))
        for t, threshold in zip(tunable, thresholds, strict=True)
        if t.lf.threshold is not None and threshold != t.lf.threshold
    ]
    return Tuning(moves, change, (low, high))


def apply_tuning(lf_set: LFSet, tuning: Tuning) -> LFSet:
    """A copy of the set with the thresholds moved, where that `helps`."""
    after = {move.lf_name: move.after for move in tuning.moves if tuning.helps}
    lfs = [
        lf.model_copy(update={"threshold": after[lf.name]})
        if lf.name in after and isinstance(lf, ThresholdLF | SimilarLF)
        else lf
        for lf in lf_set.lfs
    ]
    return lf_set.model_copy(update={"lfs": tuple(lfs)})


def _tunable(applied: AppliedSet) -> list[_Tunable]:
    found, columns = [], applied.applier.columns["dev"]
    for column, lf in enumerate(applied.active):
        if isinstance(lf, ThresholdLF | SimilarLF) and len(tried := thresholds_to_try(applied, lf)):
            found.append(_Tunable(lf, column, lf.measured(columns), tried))
    return found


def _descend(L: Labels, tunable: Sequence[_Tunable], gold: Labels, folds: NDArray[np.int64]) -> list[float]:
    """The thresholds found; an LF moves only for more than the best of many gains by luck."""
    thresholds = [float(t.lf.threshold or 0) for t in tunable]
    least = GOLD_PRICE / max(int((gold >= 0).sum()), 1)
    moved, seen = 0, [-1] * len(tunable)  # what an LF was last compared at: only moves of others can change its best
    for i, t in list(enumerate(tunable)) * _ROUNDS:
        if seen[i] == moved:
            continue
        others = np.delete(L, t.column, axis=1)
        losses, _ = log_losses_at(others, gold, folds, t.values, t.lf.op, VALUE[t.lf.label], t.tried)
        if np.isnan(losses).all():
            continue
        best = int(np.nanargmin(losses))
        if losses[best] < losses[t.tried == thresholds[i]][0] - least:
            thresholds[i], moved = float(t.tried[best]), moved + 1
            L = L.copy()
            L[:, t.column] = t.votes(thresholds[i])
        seen[i] = moved
    return thresholds


def _with(L: Labels, tunable: Sequence[_Tunable], thresholds: Sequence[float]) -> Labels:
    L = L.copy()
    for t, threshold in zip(tunable, thresholds, strict=True):
        L[:, t.column] = t.votes(threshold)
    return L
