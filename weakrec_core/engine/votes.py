"""An LF set applied to train part by part."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.train_part import TrainPart, parts_of_train
from weakrec_core.engine.base import Engine, counted_parts
from weakrec_core.engine.part_applier import part_applier
from weakrec_core.engine.part_of_train import PART_ROWS, PartOfTrain
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.kinds import SimilarLF
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.vote_patterns import VotePatterns, group_votes, merge_patterns
from weakrec_core.progress import Progress, no_progress


@dataclass(frozen=True)
class PartTask(PartOfTrain):
    """One LF set on one part of train."""

    lf_set: LFSet


@dataclass(frozen=True, eq=False)
class PartVotes:
    """What is kept of the votes on a part.

    Attributes
    ----------
    patterns : VotePatterns
    pattern_of_row : array of the smallest unsigned integers that do, shape [n]
    sums : int64 array, shape [m, 5]
        See `AppliedSet.vote_sums`.
    """

    patterns: VotePatterns
    pattern_of_row: NDArray[np.unsignedinteger]
    sums: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class MergedSet(AppliedSet):
    """An LF set over a dataset, its votes on train merged from parts; it equals the `AppliedSet` of the whole.

    Attributes
    ----------
    train : PartVotes
    engine : Engine
    part_rows : int
        What works on train part by part, and about how many rows a part has.
    """

    train: PartVotes
    engine: Engine
    part_rows: int

    def _grouped(self, split: str) -> tuple[VotePatterns, NDArray[np.unsignedinteger]]:
        return (self.train.patterns, self.train.pattern_of_row) if split == "train" else super()._grouped(split)

    def vote_sums(self, split: str) -> NDArray[np.int64]:
        return self.train.sums if split == "train" else super().vote_sums(split)


def apply_in_parts(
    applied: AppliedSet, engine: Engine, part_rows: int = PART_ROWS, progress: Progress = no_progress
) -> MergedSet:
    """Apply a set to train part by part.

    Parameters
    ----------
    part_rows : int
        Rows a part, about: no process holds more of train, but of each row its pattern is kept here, 1 or 2 bytes.
    """
    dataset = applied.dataset
    for kind in sorted({lf.vectors for lf in applied.active if isinstance(lf, SimilarLF)}):
        applied.applier.text_vectors(kind, "train")  # once for all
    tasks = [
        PartTask(dataset.workspace, dataset.name, dataset.fingerprint, rows, applied.lf_set)
        for rows in parts_of_train(dataset, part_rows)
    ]
    found = list(engine.map(part_votes, tasks, counted_parts(progress, "Applying LFs to train", len(tasks))))
    patterns = merge_patterns([part.patterns for part in found] or [_no_votes(len(applied.active))])
    of_row = [places_of(patterns, part.patterns)[part.pattern_of_row] for part in found]
    no_rows = np.zeros(0, np.uint8)
    sums = sum((part.sums for part in found), np.zeros((len(applied.active), 5), np.int64))
    votes = PartVotes(patterns, np.concatenate(of_row) if of_row else no_rows, sums)
    return MergedSet(applied.applier, applied.lf_set, votes, engine, part_rows)


def part_votes(task: PartTask) -> PartVotes:
    """The votes of one part."""
    return votes_of_part(task.opened(), task.lf_set)


def votes_of_part(
    part: TrainPart, lf_set: LFSet, before: PartVotes | None = None, known: Mapping[int, int] | None = None
) -> PartVotes:
    """The votes of a set on a part of train.

    Parameters
    ----------
    before : PartVotes, optional
        Those of another set on the same part.
    known : mapping, optional
        The LFs that both sets have, by their place in this one: their place in the other. They are not applied again.
    """
    applier, known = part_applier(part), known or {}
    votes, sums = [], []
    for place, lf in enumerate(lf_set.active):
        if before is not None and place in known:
            votes.append(before.patterns.votes[:, known[place]][before.pattern_of_row])
            sums.append(before.sums[known[place]])
        else:
            votes.append(applier.votes(lf, "train"))
            sums.append(applier.vote_sums(lf, "train"))
    L = np.stack(votes).T if votes else np.zeros((part.n_rows("train"), 0), np.int8)
    return PartVotes(*group_votes(L), np.array(sums, np.int64).reshape(-1, 5))


def places_of(whole: VotePatterns, part: VotePatterns) -> NDArray[np.unsignedinteger]:
    """Where the patterns of a part stand among those of the whole; both are in lexicographic order."""
    place = {votes.tobytes(): i for i, votes in enumerate(np.ascontiguousarray(whole.votes))}
    places = [place[votes.tobytes()] for votes in np.ascontiguousarray(part.votes)]
    return np.array(places, np.min_scalar_type(max(len(whole.votes) - 1, 0)))


def _no_votes(m: int) -> VotePatterns:
    return VotePatterns(np.zeros((0, m), np.int8), np.zeros(0, np.int64), np.zeros((0, 2), np.int64))
