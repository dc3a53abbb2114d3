"""Sets over a sample of train: the same votes there, intervals that hold what is so, and all of train counted meanwhile."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.data.attached import attach_columns
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.gold_log import GoldLine
from weakrec_core.data.train_sample import TrainSample
from weakrec_core.engine import train_counter
from weakrec_core.engine.sampled_train import SampleApplier, counted, lf_shares, on_same_rows, set_shares
from weakrec_core.engine.train_counter import TrainCounter
from weakrec_core.engine.train_sums import CountedSet, summed
from weakrec_core.engine.votes import PartVotes
from weakrec_core.errors import DataError, SpecError, WeakrecError
from weakrec_core.files import PROJECT
from weakrec_core.label_model.label_train import label_train
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.base import LF, Votes
from weakrec_core.labeling.drift import drift_table
from weakrec_core.labeling.lf_set import LFSet, read_lf_set
from weakrec_core.labeling.vote_patterns import group_votes
from weakrec_core.labeling.vote_rates import vote_sums

PART = 700
SET = read_lf_set(PROJECT / "lfs" / "recommended.yaml")


@pytest.fixture(scope="module")
def whole(demo: Dataset) -> AppliedSet:
    return Applier(demo).of(SET)


@pytest.fixture
def other_kinds(demo: Dataset, tmp_path: Path) -> Iterator[LFSet]:
    """LFs that read vectors and attached votes."""
    rows, votes = demo.split("train"), tmp_path / "votes.parquet"
    rows[["user_id", "book_id"]].assign(mine=np.arange(len(rows)) % 3 - 1).to_parquet(votes)
    attach_columns(demo, votes)
    alike = {"kind": "similar", "name": "alike", "label": "POSITIVE", "examples": ["a great read"], "threshold": 0.1}
    attached = {"kind": "column", "name": "attached", "column": "mine"}
    yield LFSet.model_validate({"name": "s", "lfs": [alike, attached]})
    (demo.columns_path / "mine.parquet").unlink()


@pytest.fixture
def applier(demo: Dataset) -> SampleApplier:
    found = SampleApplier(TrainSample(demo, 2_000))
    found.counter = TrainCounter(demo, PART)
    return found


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """What would be done in the background, in the order in which it began."""
    work: list[Callable[[], None]] = []
    monkeypatch.setattr(train_counter, "in_thread", work.append)
    return work


def test_votes_of_the_sample_are_those_of_the_whole(whole: AppliedSet, applier: SampleApplier) -> None:
    applied = applier.of(SET)
    at = np.concatenate([np.arange(piece.start, piece.stop) for piece in applier.sample.pieces])
    np.testing.assert_array_equal(applied.votes("train"), whole.votes("train")[at])
    np.testing.assert_array_equal(applied.votes("dev"), whole.votes("dev"))
    pd.testing.assert_frame_equal(applied.summary(), whole.summary())


def test_so_are_those_of_vectors_and_attached_votes(
    demo: Dataset, other_kinds: LFSet, applier: SampleApplier, begun: list[Callable[[], None]]
) -> None:
    whole, applied = Applier(demo).of(other_kinds), applier.of(other_kinds)
    at = np.concatenate([np.arange(piece.start, piece.stop) for piece in applier.sample.pieces])
    np.testing.assert_array_equal(applied.votes("train"), whole.votes("train")[at])
    assert (applied.votes("train") != -1).any(axis=0).all()
    applier.counter.want("me", applied)
    begun[0]()
    np.testing.assert_array_equal(counted(applied).patterns("train").counts, whole.patterns("train").counts)


def test_what_cannot_be_counted_is_said(
    applier: SampleApplier, begun: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    applied, other = (applier.of(LFSet(name="s", lfs=(lf,))) for lf in SET.active[:2])
    for error, said in (
        (DataError("The file is gone."), "The file is gone."),
        (KeyError("x"), "unexpectedly .KeyError"),
    ):
        wanted = applied if isinstance(error, DataError) else other
        with monkeypatch.context() as patch:
            patch.setattr(train_counter, "votes_of_part", Mock(side_effect=error))
            applier.counter.want("me", wanted)
            begun.pop()()
        with pytest.raises(WeakrecError, match=said):
            applier.counter.found(wanted)
        assert counted(wanted) is wanted
    applier.counter.want("me", applied)
    assert not begun  # it is not tried again


def test_gold_by_hand_changes_no_vote_and_no_count(
    demo: Dataset, applier: SampleApplier, begun: list[Callable[[], None]]
) -> None:
    first = demo.split("dev").iloc[0]
    line = {"user_id": first["user_id"], "book_id": first["book_id"], "before": int(first["gold"]), "gold": -1}
    said = (GoldLine.model_validate(line | {"author": "a", "at": "2026-01-01T00:00:00Z"}),)
    applied = applier.of(SET)
    applier.counter.want("me", applied)
    begun[0]()
    labeled = applier.with_gold_of(demo.with_gold_log(said)).of(SET)
    assert labeled.key != applied.key and labeled.dataset.gold("dev")[0] == -1
    exact = counted(labeled)
    assert isinstance(exact, CountedSet) and exact.patterns("train").n == demo.n_rows("train")
    assert labeled.patterns("dev").gold_counts.sum() == applied.patterns("dev").gold_counts.sum() - 1


def test_intervals_hold_what_is_so(whole: AppliedSet, applier: SampleApplier) -> None:
    applied = applier.of(SET)
    for estimate, exact in zip(set_shares(applied), set_shares(whole), strict=True):
        assert estimate.low is not None and estimate.high is not None and exact.low is None
        assert estimate.low <= exact.value <= estimate.high
        assert estimate.low < estimate.value < estimate.high
    pairs = [(share, lf_shares(whole)[name].value) for name, share in lf_shares(applied).items()]
    held = [
        share.low <= exact <= share.high for share, exact in pairs if share.low is not None and share.high is not None
    ]
    assert len(held) == len(SET.active) and np.mean(held) >= 0.9


def test_what_was_counted_is_what_the_whole_gives(
    whole: AppliedSet, applier: SampleApplier, begun: list[Callable[[], None]]
) -> None:
    applied = applier.of(SET)
    assert counted(applied) is applied
    assert applier.counter.want("me", applied) == 0 and len(begun) == 1
    begun[0]()
    exact = counted(applied)
    assert isinstance(exact, CountedSet)
    for name in ("votes", "counts", "gold_counts"):
        np.testing.assert_array_equal(getattr(exact.patterns("train"), name), getattr(whole.patterns("train"), name))
    np.testing.assert_array_equal(exact.vote_sums("train"), whole.vote_sums("train"))
    pd.testing.assert_frame_equal(drift_table(exact), drift_table(whole))
    assert set_shares(exact) == set_shares(whole) and lf_shares(exact) == lf_shares(whole)
    labels, of_whole = label_train(exact, "snorkel"), label_train(whole, "snorkel")
    np.testing.assert_array_equal(labels.model.weights, of_whole.model.weights)
    at = np.concatenate([np.arange(piece.start, piece.stop) for piece in applier.sample.pieces])
    np.testing.assert_array_equal(labels.p_positive, of_whole.p_positive[at])
    assert on_same_rows(exact, applied)[0].key == applied.key and on_same_rows(exact, exact)[0] is exact


def test_fewer_lfs_and_other_names_are_not_counted_anew(
    applier: SampleApplier, begun: list[Callable[[], None]]
) -> None:
    applier.counter.want("me", applier.of(SET))
    begun[0]()
    lfs = tuple(reversed(SET.active[:4]))
    fewer = applier.of(LFSet(name="fewer", lfs=(lfs[0].model_copy(update={"name": "renamed"}), *lfs[1:])))
    sums = applier.counter.found(fewer)
    assert sums is not None
    expected = Applier(applier.sample.whole).of(fewer.lf_set)
    np.testing.assert_array_equal(sums.patterns.votes, expected.patterns("train").votes)
    np.testing.assert_array_equal(sums.patterns.counts, expected.patterns("train").counts)
    np.testing.assert_array_equal(sums.sums, expected.vote_sums("train"))
    applier.counter.want("me", fewer)
    assert len(begun) == 1


def test_a_newer_edit_takes_the_place_of_what_is_counted(
    applier: SampleApplier, begun: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = (applier.of(LFSet(name="s", lfs=(lf,))) for lf in SET.active[:2])
    read: list[str] = []
    real = train_counter.votes_of_part

    def votes_of(part: object, lf_set: LFSet, *known: Any) -> PartVotes:
        read.append(lf_set.lfs[0].name)
        if len(read) == 2:
            applier.counter.want("me", new)  # an edit while the second part is read
        return real(part, lf_set, *known)  # type: ignore[arg-type]

    monkeypatch.setattr(train_counter, "votes_of_part", votes_of)
    applier.counter.want("me", old)
    begun[0]()
    assert len(begun) == 1 and read[:2] == [old.names[0]] * 2 and set(read[2:]) == {new.names[0]}
    assert applier.counter.found(old) is None and applier.counter.found(new) is not None


@pytest.mark.parametrize("remembered", [True, False])
def test_after_an_edit_one_lf_is_applied(
    applier: SampleApplier, begun: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch, remembered: bool
) -> None:
    monkeypatch.setattr(train_counter, "_REMEMBERED_ROWS", 10**6 if remembered else 10)
    one, two, three = SET.active[:3]
    applier.counter.want("me", applier.of(LFSet(name="s", lfs=(one, two))))
    begun.pop()()
    edited, asked = applier.of(LFSet(name="s", lfs=(three, one))), set[LF]()
    real = Applier.votes

    def votes(self: Applier, lf: LF, split: str) -> Votes:
        asked.add(lf.nameless())
        return real(self, lf, split)

    with monkeypatch.context() as patch:
        patch.setattr(Applier, "votes", votes)
        applier.counter.want("me", edited)
        begun.pop()()
    assert asked == {lf.nameless() for lf in ([three] if remembered else [one, three])}
    found, expected = counted(edited), Applier(applier.sample.whole).of(edited.lf_set)
    for name in ("votes", "counts"):
        np.testing.assert_array_equal(getattr(found.patterns("train"), name), getattr(expected.patterns("train"), name))
    np.testing.assert_array_equal(found.vote_sums("train"), expected.vote_sums("train"))


def test_what_waits_goes_on_where_it_was(
    applier: SampleApplier, begun: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    applied, starts = applier.of(LFSet(name="s", lfs=SET.active[:1])), []
    real = train_counter.votes_of_part

    def votes_of(part: TrainSample, lf_set: LFSet, *known: Any) -> PartVotes:
        starts.append(part.pieces[0].start)
        if len(starts) == 2:
            applier.counter.rest("me")
        return real(part, lf_set, *known)

    monkeypatch.setattr(train_counter, "votes_of_part", votes_of)
    applier.counter.want("me", applied)
    begun[0]()
    assert len(starts) == 2 and applier.counter.found(applied) is None
    assert 0 < applier.counter.want("me", applied) < 1
    begun[1]()
    assert applier.counter.found(applied) is not None and starts == sorted(set(starts))


def test_python_lfs_are_left_to_the_command_line(applier: SampleApplier) -> None:
    lf_set = LFSet.model_validate({"name": "s", "lfs": [{"kind": "python", "name": "mine", "target": "lfs:f"}]})
    with pytest.raises(SpecError, match=r"LF 'mine': Python LFs .* `weakrec fit --engine dask --part-rows 200000`"):
        applier.votes(lf_set.lfs[0], "dev")
    assert not applier.usable(lf_set).active


@given(st.lists(st.lists(st.tuples(*[st.sampled_from([-1, 0, 1])] * 3), max_size=8), min_size=1, max_size=5))
def test_sums_of_parts_add_up(users: list[list[tuple[int, ...]]]) -> None:
    def votes_of(part: list[list[tuple[int, ...]]], first: int) -> PartVotes:
        L = np.array([row for rows in part for row in rows], np.int8).reshape(-1, 3)
        user = np.repeat(np.arange(first, first + len(part)), [len(rows) for rows in part])
        return PartVotes(*group_votes(L), np.array([vote_sums(votes, user) for votes in L.T]))

    whole, added = votes_of(users, 0), summed([votes_of([rows], i) for i, rows in enumerate(users)])
    np.testing.assert_array_equal(added.patterns.votes, whole.patterns.votes)
    np.testing.assert_array_equal(added.patterns.counts, whole.patterns.counts)
    np.testing.assert_array_equal(added.sums, whole.sums)
    fewer = added.select([2, 0])
    np.testing.assert_array_equal(fewer.sums, whole.sums[[2, 0]])
    assert fewer.patterns.n == whole.patterns.n
