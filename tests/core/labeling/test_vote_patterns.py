"""Vote patterns are the label matrix, grouped."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from weakrec_core.labeling.vote_patterns import VotePatterns, group_votes, merge_patterns

Matrix = NDArray[np.int8]


@st.composite
def votes_and_gold(draw: st.DrawFn, max_lfs: int = 6) -> tuple[Matrix, Matrix]:
    shape = draw(st.tuples(st.integers(0, 30), st.integers(0, max_lfs)))
    L = draw(hnp.arrays(np.int8, shape, elements=st.integers(-1, 1)))
    gold = draw(hnp.arrays(np.int8, shape[0], elements=st.integers(-1, 1)))
    return L, gold


def same(a: VotePatterns, b: VotePatterns) -> bool:
    return all(np.array_equal(getattr(a, f), getattr(b, f)) for f in ("votes", "counts", "gold_counts"))


def test_a_matrix_by_hand() -> None:
    L = np.array([[1, -1], [0, 1], [1, -1], [-1, -1], [1, -1]])
    patterns, inverse = group_votes(L, np.array([1, 0, 0, 1, -1]))
    assert patterns.votes.tolist() == [[-1, -1], [0, 1], [1, -1]]
    assert patterns.votes.dtype == np.int8
    assert patterns.counts.tolist() == [1, 1, 3]
    assert patterns.gold_counts.tolist() == [[0, 1], [1, 0], [1, 1]]
    assert inverse.tolist() == [2, 1, 2, 0, 2]
    assert patterns.covered.tolist() == [False, True, True]
    assert (patterns.n, patterns.m) == (5, 2)


@given(votes_and_gold())
def test_the_inverse_restores_the_matrix_and_counts_add_up(drawn: tuple[Matrix, Matrix]) -> None:
    L, gold = drawn
    patterns, inverse = group_votes(L, gold)
    assert np.array_equal(patterns.votes[inverse], L)
    assert len({tuple(row) for row in patterns.votes.tolist()}) == len(patterns.votes)
    assert patterns.votes.tolist() == sorted(patterns.votes.tolist())
    assert np.array_equal(np.bincount(inverse, minlength=len(patterns.votes)), patterns.counts)
    for label in (0, 1):
        want = np.bincount(inverse[gold == label], minlength=len(patterns.votes))
        assert np.array_equal(patterns.gold_counts[:, label], want)
    assert (patterns.n, patterns.m) == L.shape
    assert (patterns.gold_counts.sum(axis=1) <= patterns.counts).all()


@pytest.mark.parametrize("m", [39, 40, 41, 80, 81, 130])
def test_many_lfs(m: int) -> None:
    """Rows that differ in one far column are told apart; equal ones are not."""
    rng = np.random.default_rng(m)
    some = rng.integers(-1, 2, (20, m)).astype(np.int8)
    near = some.copy()
    near[:, -1] = np.where(near[:, -1] == 1, 0, 1)
    first = some.copy()
    first[:, 0] = np.where(first[:, 0] == 1, -1, 1)
    L = np.concatenate([some, near, first, some])
    patterns, inverse = group_votes(L)
    assert np.array_equal(patterns.votes[inverse], L)
    assert len(patterns.votes) == len(np.unique(L, axis=0))
    assert np.array_equal(patterns.votes, np.unique(L, axis=0))
    assert patterns.counts.sum() == 80


@given(votes_and_gold(), st.lists(st.integers(0, 30), max_size=3))
def test_parts_merge_to_the_whole(drawn: tuple[Matrix, Matrix], cuts: list[int]) -> None:
    L, gold = drawn
    cuts = sorted(min(c, len(L)) for c in cuts)
    parts = [group_votes(*p)[0] for p in zip(np.split(L, cuts), np.split(gold, cuts), strict=True)]
    assert same(merge_patterns(parts), group_votes(L, gold)[0])


@given(votes_and_gold(), st.data())
def test_a_selection_of_lfs(drawn: tuple[Matrix, Matrix], data: st.DataObject) -> None:
    L, gold = drawn
    columns = data.draw(
        st.permutations(range(L.shape[1])).flatmap(lambda p: st.integers(0, len(p)).map(lambda k: p[:k]))
    )
    assert same(group_votes(L, gold)[0].select(columns), group_votes(L[:, list(columns)], gold)[0])


@given(votes_and_gold())
def test_the_rows_with_gold(drawn: tuple[Matrix, Matrix]) -> None:
    L, gold = drawn
    assert same(group_votes(L, gold)[0].labeled(), group_votes(L[gold >= 0], gold[gold >= 0])[0])


def test_without_gold() -> None:
    patterns, _ = group_votes(np.array([[1], [0]]))
    assert patterns.gold_counts.tolist() == [[0, 0], [0, 0]]
    assert patterns.labeled().n == 0


def test_nothing() -> None:
    for shape in ((0, 3), (0, 0), (4, 0)):
        patterns, inverse = group_votes(np.zeros(shape, np.int8))
        assert (patterns.n, patterns.m) == shape
        assert inverse.shape == shape[:1]
        assert not patterns.covered.any()


def test_counts_of_millions_are_exact() -> None:
    one = VotePatterns(np.array([[1]], np.int8), np.array([2**40 + 1]), np.array([[2**40, 1]]))
    merged = merge_patterns([one, one])
    assert merged.counts.tolist() == [2**41 + 2]
    assert merged.gold_counts.tolist() == [[2**41, 2]]
