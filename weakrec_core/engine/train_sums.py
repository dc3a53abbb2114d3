"""What the votes on all of train add up to, and a set over a sample of train that knows it."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.train_part import TrainPart
from weakrec_core.engine.part_applier import part_applier
from weakrec_core.engine.votes import places_of
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.labeling.vote_patterns import VotePatterns, merge_patterns


@dataclass(frozen=True, eq=False)
class TrainSums:
    """Votes on train rows, without the rows; those of parts without a common user add up to those of the whole.

    Attributes
    ----------
    patterns : VotePatterns
    sums : int64 array, shape [m, 5]
        See `AppliedSet.vote_sums`.
    """

    patterns: VotePatterns
    sums: NDArray[np.int64]

    def __add__(self, other: "TrainSums") -> "TrainSums":
        return TrainSums(merge_patterns([self.patterns, other.patterns]), self.sums + other.sums)

    def select(self, columns: Sequence[int]) -> "TrainSums":
        """Those of some of the LFs."""
        return TrainSums(self.patterns.select(columns), self.sums[list(columns)])


@dataclass(frozen=True, eq=False)
class CountedSet(AppliedSet):
    """An LF set over a sample of train: its patterns are those of all of train, its rows those of the sample.

    Attributes
    ----------
    train : TrainSums
    """

    train: TrainSums

    @cached_property
    def key(self) -> Hashable:
        return ("counted", self._on_sample.key)

    @cached_property
    def _on_sample(self) -> AppliedSet:
        return AppliedSet(self.applier, self.lf_set)

    @remembered
    def _grouped(self, split: str) -> tuple[VotePatterns, NDArray[np.unsignedinteger]]:
        patterns, of_row = self._on_sample._grouped(split)
        if split != "train":
            return patterns, of_row
        return self.train.patterns, places_of(self.train.patterns, patterns)[of_row]

    def vote_sums(self, split: str) -> NDArray[np.int64]:
        return self.train.sums if split == "train" else super().vote_sums(split)


def sums_of(part: TrainPart, lf_set: LFSet) -> TrainSums:
    """What the votes on a part of train add up to."""
    applied = part_applier(part).of(lf_set)
    return TrainSums(applied.patterns("train"), applied.vote_sums("train"))
