"""Buckets of dev rows on a tiny dataset, every row by hand."""

from typing import Any

import numpy as np
import pytest

from weakrec_core.error_analysis.buckets import BUCKETS, Buckets, buckets
from weakrec_core.error_analysis.filters import RowFilter
from weakrec_core.errors import SpecError
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet

# One row a reader; what the LFs vote: good → POSITIVE, bad → NEGATIVE.
TEXTS = ["good", "bad", "good bad", "good", None, "plain", "bad", "good", "bad", "good"]
GOLD = [1, 0, 1, 0, 1, 0, 0, 1, 0, -1]


def lf_set(**more: Any) -> LFSet:
    lfs = [
        {"kind": "keyword", "name": "likes", "groups": [{"label": "POSITIVE", "keywords": ["good"]}]},
        {"kind": "keyword", "name": "hates", "groups": [{"label": "NEGATIVE", "keywords": ["bad"]}]},
    ]
    return LFSet.model_validate({"name": "s", "lfs": lfs} | more)


@pytest.fixture
def found(make_dataset: Any) -> Buckets:
    return buckets(Applier(make_dataset(TEXTS, gold=GOLD, authors=["Ann"] * 5 + ["Bea"] * 5)).of(lf_set()))


def rows(found: Buckets, **conditions: Any) -> list[int]:
    return sorted(found.rows(RowFilter(**conditions)).tolist())


@pytest.mark.parametrize(
    ("kind", "want"),
    [("conflict", [2]), ("tie", [2]), ("uncovered", [4, 5]), ("wrong", [3]), ("right", [0, 1, 6, 7, 8])],
)
def test_kinds(found: Buckets, kind: str, want: list[int]) -> None:
    ours = rows(found, kind=kind)
    if kind in ("wrong", "right"):  # what is said of the tie is the model's business
        ours = [row for row in ours if row != 2]
    assert ours == want


def test_right_wrong_and_the_confusion_matrix_follow_the_held_out_probability(found: Buckets) -> None:
    covered, known = np.array([t in ("good", "bad", "good bad") for t in TEXTS]), np.array(GOLD) >= 0
    said = (found.p_positive > 0.5).astype(int)
    judged = covered & known & (found.p_positive != 0.5)
    want = np.zeros((2, 2), int)
    np.add.at(want, (said[judged], np.array(GOLD)[judged]), 1)
    assert found.confusion.tolist() == want.tolist()
    assert rows(found, model="POSITIVE", gold="NEGATIVE") == [3]
    assert 3 in rows(found, kind="wrong") and 9 not in rows(found, kind="wrong")
    assert found.counts == {kind: len(rows(found, kind=kind)) for kind in BUCKETS}


def test_low_confidence_is_a_vote_with_little_behind_it(found: Buckets) -> None:
    p = np.maximum(found.p_positive, 1 - found.p_positive)
    assert rows(found, kind="low_confidence") == [i for i in range(10) if i not in (4, 5) and p[i] < 0.6]


def test_an_lf_could_help_where_it_abstains_and_nothing_says_the_gold_label_that_it_votes(found: Buckets) -> None:
    assert rows(found, lf="likes", outcome="correct") == [0, 2, 7]
    assert rows(found, lf="likes", outcome="incorrect") == [3]
    assert rows(found, lf="likes", outcome="voted") == [0, 2, 3, 7, 9]
    assert rows(found, lf="likes", outcome="could_help") == [4]  # 5 is NEGATIVE
    assert rows(found, lf="hates", outcome="could_help") == [3, 5]
    table = found.by_lf.set_index("name")
    assert table.loc["hates"].tolist() == [3, 1, 2]


def test_conditions_combine(found: Buckets) -> None:
    assert rows(found, text="GOOD", gold="POSITIVE") == [0, 2, 7]
    assert rows(found, text="good", book="bea") == []  # authors' names are not in this dataset
    assert rows(found, book="title 3", kind="wrong") == [3]
    assert rows(found, user="dev3") == [3]
    assert rows(found, user="nobody") == []
    assert rows(found, gold="unknown") == [9]
    assert rows(found, signal="review_length", low=4, high=4, gold="NEGATIVE") == [3]
    assert rows(found, signal="review_length", gold="POSITIVE") == [0, 2, 7]  # known
    assert rows(found, by="review_length", slice="not known") == [4]
    assert sorted(found.rows(RowFilter(starred=True), {1, 7}).tolist()) == [1, 7]
    assert rows(found) == list(range(10))


def test_the_largest_errors_come_first_and_reviews_before_rows_without(found: Buckets) -> None:
    order = found.rows(RowFilter()).tolist()
    error = [abs(found.p_positive[row] - GOLD[row]) for row in order if GOLD[row] >= 0]
    np.testing.assert_allclose(error, sorted(error, reverse=True), atol=1e-4)
    same = [row for row in found.rows(RowFilter(kind="uncovered")).tolist()]
    assert len(same) == 2


def test_what_is_not_there_is_named(found: Buckets) -> None:
    for conditions, message in (
        ({"lf": "gone", "outcome": "correct"}, "no LF 'gone'"),
        ({"signal": "gone"}, "no signal 'gone'"),
        ({"by": "author", "slice": "gone"}, "no slice 'gone' by author"),
    ):
        with pytest.raises(SpecError, match=message):
            found.mask(RowFilter(**conditions))


def test_without_gold_there_are_votes_but_no_errors(make_dataset: Any) -> None:
    found = buckets(Applier(make_dataset(TEXTS, gold=[-1] * 10)).of(lf_set()))
    assert found.fitted is None
    assert found.confusion.sum() == 0
    assert rows(found, kind="conflict") == [2]
    assert rows(found, kind="wrong") == rows(found, kind="low_confidence") == []


def test_kept_by_the_applier(demo_applier: Applier, tutorial: LFSet) -> None:
    assert buckets(demo_applier.of(tutorial)) is buckets(demo_applier.of(tutorial))
