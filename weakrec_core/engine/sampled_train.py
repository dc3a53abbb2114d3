"""LF sets over a dataset of whose train a sample is looked at, and what is said of train then."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.train_sample import TrainSample
from weakrec_core.engine.part_applier import PartSignals
from weakrec_core.engine.train_counter import TrainCounter
from weakrec_core.engine.train_sums import CountedSet
from weakrec_core.errors import SpecError, WeakrecError
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.base import LF, Votes
from weakrec_core.labeling.kinds import PythonLF
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.stats.intervals import wilson_of_blocks

BY_PARTS = "`weakrec fit --engine dask --part-rows 200000`"


class SampleApplier(Applier):
    """Applies LFs to dev and to a sample of train.

    Attributes
    ----------
    counter : TrainCounter
        Counts sets on all of train.
    """

    def __init__(self, sample: TrainSample):
        super().__init__(sample, PartSignals(sample), background=True)
        self.sample, self.counter = sample, TrainCounter(sample.whole)

    @property
    def _whole(self) -> Dataset:
        return self.sample.whole

    def votes(self, lf: LF, split: str) -> Votes:
        if isinstance(lf, PythonLF):
            raise SpecError(
                f"LF {lf.name!r}: Python LFs read row by row, which takes too long on {self._whole.n_rows('train'):,} train rows; "
                f"{BY_PARTS} applies them."
            )
        return super().votes(lf, split)

    def with_gold_of(self, dataset: Dataset) -> Applier:
        return super().with_gold_of(self.sample.with_gold_log(dataset.gold_log))


@dataclass(frozen=True)
class TrainShare:
    """A share of train's rows.

    Attributes
    ----------
    value : float
    low, high : float or None
        The 95 % interval of what a sample says; None where all rows were counted.
    """

    value: float
    low: float | None = None
    high: float | None = None


def sampled(applied: AppliedSet) -> TrainSample | None:
    """The sample of train that a set is looked at on; None where it is all of train."""
    return applied.dataset if isinstance(applied.dataset, TrainSample) else None


def is_estimated(applied: AppliedSet) -> bool:
    """Whether what a set does to train is known of a sample only."""
    return sampled(applied) is not None and not isinstance(applied, CountedSet)


def counter_of(applied: AppliedSet) -> TrainCounter | None:
    """Who counts a set on all of train; None where it is looked at on all of it."""
    applier = applied.applier.regardless_of_gold
    return applier.counter if isinstance(applier, SampleApplier) else None


def counted(applied: AppliedSet) -> AppliedSet:
    """The set as it was counted on all of train, or as it was given where that is not known (yet)."""
    counter = counter_of(applied)
    try:
        sums = None if counter is None else counter.found(applied)
    except WeakrecError:  # the bar says so
        sums = None
    return applied if sums is None else CountedSet(applied.applier, applied.lf_set, sums)


def on_same_rows(one: AppliedSet, other: AppliedSet) -> tuple[AppliedSet, AppliedSet]:
    """Two sets as their difference is to be taken: both counted on all of train, or both on the sample."""
    if sampled(one) is None or (isinstance(one, CountedSet) and isinstance(other, CountedSet)):
        return one, other
    return AppliedSet(one.applier, one.lf_set), AppliedSet(other.applier, other.lf_set)


@remembered
def set_shares(applied: AppliedSet) -> tuple[TrainShare, TrainShare]:
    """Coverage and conflicts of a set on train."""
    patterns = applied.patterns("train")
    shares = applied.shares("train")
    values = [shares["coverage"], shares["conflict"]]
    if not is_estimated(applied):
        return TrainShare(values[0]), TrainShare(values[1])
    differ = (patterns.votes == 0).any(axis=1) & (patterns.votes == 1).any(axis=1)
    of_pattern = np.stack([patterns.covered, differ], axis=1)
    one, other = _estimated(applied.dataset, of_pattern[applied.pattern_of_row("train")], values)
    return one, other


@remembered
def lf_shares(applied: AppliedSet) -> dict[str, TrainShare]:
    """How often each LF votes on train, by name."""
    sums = applied.vote_sums("train")
    values = (sums[:, 1] / np.maximum(sums[:, 0], 1)).tolist()
    if not is_estimated(applied) or not applied.active:
        return dict(zip(applied.names, map(TrainShare, values), strict=True))
    return dict(zip(applied.names, _estimated(applied.dataset, applied.votes("train") != -1, values), strict=True))


def _estimated(dataset: Dataset, of_row: NDArray[np.bool_], values: list[float]) -> list[TrainShare]:
    assert isinstance(dataset, TrainSample)
    starts = dataset.block_starts
    n = np.diff([*starts, dataset.n_rows("train")])
    low, high = wilson_of_blocks(np.add.reduceat(of_row.astype(np.int64), starts, axis=0), n, dataset.share)
    return [TrainShare(*one) for one in zip(values, low.tolist(), high.tolist(), strict=True)]
