"""What the votes on all of train add up to, and a set over a sample of train that knows it."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from weakrec_core.engine.votes import PartVotes, places_of
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.labeling.vote_patterns import VotePatterns, merge_patterns


@dataclass(frozen=True, eq=False)
class TrainSums:
    """Votes on train rows, without the rows; see `summed`.

    Attributes
    ----------
    patterns : VotePatterns
    sums : int64 array, shape [m, 5]
        See `AppliedSet.vote_sums`.
    """

    patterns: VotePatterns
    sums: NDArray[np.int64]

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


def summed(parts: Sequence[PartVotes]) -> TrainSums:
    """What the votes on parts add up to; there is at least one."""
    sums = np.stack([part.sums for part in parts]).sum(axis=0)
    return TrainSums(merge_patterns([part.patterns for part in parts]), np.asarray(sums, np.int64))
