"""Which LFs labeled a book's train rows."""

from collections.abc import Callable

import numpy as np

from weakrec_core.data.dataset import Dataset
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.book_votes import count_book_votes
from weakrec_core.labeling.kinds import KeywordLF, PythonLF
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.parsing import parse_lf


def keyword(name: str, label: str, word: str) -> KeywordLF:
    lf = parse_lf({"kind": "keyword", "name": name, "groups": [{"label": label, "keywords": [word]}]})
    assert isinstance(lf, KeywordLF)
    return lf


def test_votes_by_book_lf_and_class(make_dataset: Callable[..., Dataset]) -> None:
    dataset = make_dataset(["good bad", "bad", "so so", None])
    lf_set = LFSet(name="x", lfs=(keyword("likes", "POSITIVE", "good"), keyword("dislikes", "NEGATIVE", "bad")))
    votes = count_book_votes(Applier(dataset).of(lf_set))
    assert votes.lfs == ["likes", "dislikes"]
    assert votes.counts.tolist() == [[[0, 1], [1, 0]], [[0, 0], [1, 0]], [[0, 0], [0, 0]], [[0, 0], [0, 0]]]
    assert votes.rows.tolist() == [1, 1, 1, 1]
    assert votes.covered.tolist() == [1, 1, 0, 0]
    assert votes.of(0).to_dict("records") == [
        {"lf": "likes", "positive": 1, "negative": 0},
        {"lf": "dislikes", "positive": 0, "negative": 1},
    ]
    assert votes.of(2).empty


def test_sums_over_books_are_the_votes_on_train(demo: Dataset, demo_applier: Applier, tutorial: LFSet) -> None:
    votes = count_book_votes(demo_applier.of(tutorial))
    L = demo_applier.of(tutorial).votes("train")
    for label in (0, 1):
        assert (votes.counts[:, :, label].sum(axis=0) == (label == L).sum(axis=0)).all()
    assert votes.covered.sum() == (L != -1).any(axis=1).sum()
    assert (votes.rows == np.bincount(demo.split("train")["book_idx"], minlength=demo.n_books)).all()
    busiest = int(votes.counts.sum(axis=(1, 2)).argmax())
    totals = votes.of(busiest)[["positive", "negative"]].sum(axis=1)
    assert totals.is_monotonic_decreasing and totals.min() > 0


def test_counted_once_and_lfs_that_cannot_be_applied_are_left_out(demo_applier: Applier, tutorial: LFSet) -> None:
    assert count_book_votes(demo_applier.of(tutorial)) is count_book_votes(demo_applier.of(tutorial))
    gone = parse_lf({"kind": "python", "name": "gone", "target": "no_such_module:lf"})
    assert isinstance(gone, PythonLF)
    votes = count_book_votes(demo_applier.of_usable(LFSet(name="x", lfs=(*tutorial.lfs, gone))))
    assert votes.lfs == tutorial.names
