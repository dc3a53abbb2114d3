"""Rows asked for gold where slices are known least."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.error_analysis.test_buckets import lf_set
from weakrec_core.error_analysis.buckets import buckets
from weakrec_core.error_analysis.gold_queue import for_slices, slice_accuracy, widest_first
from weakrec_core.error_analysis.slices import MIN_ROWS, Slicing
from weakrec_core.labeling.apply import Applier
from weakrec_core.stats.intervals import wilson


def slicing(*sizes: int, by: str = "x") -> Slicing:
    return Slicing(by, [f"s{i}" for i in range(len(sizes))], np.repeat(np.arange(len(sizes)), sizes))


def test_the_widest_slice_is_asked_until_another_one_is_wider() -> None:
    cut = slicing(100, 60, 10)
    correct = np.full(170, -1)
    correct[:80], correct[100:125], correct[160:165] = 1, 1, 1  # s0 is known best; s2 could never be judged
    correct[:40], correct[100:112] = 0, 0
    open_rows = np.flatnonzero(correct < 0)
    asked = [row for row, _ in widest_first([cut], correct, open_rows, 40)]
    assert asked[0] == 125  # the first open row of s1
    codes = cut.codes[asked]
    assert set(codes) == {0, 1} or set(codes) == {1}
    assert (codes[:20] == 1).all()
    assert 2 not in codes


def test_a_row_counts_in_its_slices_of_every_slicing() -> None:
    """The rows asked for one slice narrow the other one, too: the third one's turn comes as if it had been asked for."""
    one, other = slicing(30, 60, by="one"), slicing(30, 30, 30, by="other")
    correct = np.full(90, -1)
    correct[60:] = 1
    asked = widest_first([one, other], correct, np.arange(60), 60)
    rows = np.array([row for row, _ in asked])
    assert sorted(rows) == list(range(60))
    assert np.abs(np.cumsum(rows < 30) - np.cumsum(rows >= 30)).max() <= 1  # in turn


def test_what_is_known_of_a_slice() -> None:
    cut = slicing(3, 2)
    known = slice_accuracy(cut, 0, np.array([1, 0, -1, -1, -1]))
    assert (known.by, known.slice, known.n, known.correct) == ("x", "s0", 2, 1)
    assert (known.ci_low, known.ci_high) == pytest.approx(tuple(map(float, wilson(1, 2))))
    unknown = slice_accuracy(cut, 1, np.array([1, 0, -1, -1, -1]))
    assert (unknown.n, unknown.ci_low, unknown.ci_high) == (0, 0.0, 1.0)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 80))
def test_every_row_is_asked_once_and_is_open(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(MIN_ROWS, 150))
    cuts = [
        Slicing(str(i), [str(c) for c in range(size)], rng.integers(0, size, n))
        for i, size in enumerate(rng.integers(1, 6, 3))
    ]
    correct = rng.integers(-1, 2, n)
    open_rows = rng.permutation(np.flatnonzero(correct < 0))
    asked = widest_first(cuts, correct, open_rows, k)
    rows = [row for row, _ in asked]
    assert len(set(rows)) == len(rows) <= k
    assert set(rows) <= set(open_rows.tolist())


def test_labels_asked_so_narrow_the_widest_slice_more_than_as_many_of_the_least_certain() -> None:
    rng = np.random.default_rng(0)
    cut = Slicing("x", ["often", "seldom"], (rng.random(800) < 0.1).astype(int))
    correct = np.where(rng.random(800) < 0.5, (rng.random(800) < 0.7).astype(int), -1)
    open_rows = rng.permutation(np.flatnonzero(correct < 0))

    def widest(rows: list[int]) -> float:
        labeled = correct.copy()
        labeled[rows] = 1
        known = [slice_accuracy(cut, code, labeled) for code in (0, 1)]
        return max(one.ci_high - one.ci_low for one in known)

    assert widest([row for row, _ in widest_first([cut], correct, open_rows, 25)]) < widest(open_rows[:25].tolist())


def test_of_dev_only_rows_with_a_prediction_and_without_gold_are_asked(make_dataset: Any) -> None:
    texts, gold = ["good", "bad", "plain", "good"] * 10, [1, 0, 1, -1] * 10
    found = buckets(Applier(make_dataset(texts, gold=gold)).of(lf_set()))
    asked = for_slices(found, np.arange(40))
    assert [row for row, _ in asked] == list(range(3, 40, 4))
    assert all(cut.by for _, cut in asked)
