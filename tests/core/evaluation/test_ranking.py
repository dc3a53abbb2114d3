from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, P, R, Success, iter_calc, nDCG
from numpy.typing import NDArray

from tests.core.conftest import MakeRatings
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.errors import DataError
from weakrec_core.evaluation.ranking import CUTS, RankingTask, rank


@dataclass
class Fixed:
    """The same scores for everybody, or one row a reader."""

    scores: NDArray[np.float64]

    def score_users(self, histories: Histories, users: NDArray[np.integer]) -> NDArray[np.float64]:
        return self.scores[users] if self.scores.ndim == 2 else np.tile(self.scores, (len(users), 1))


def task_of(left: list[list[int]], held: list[list[int]], n_books: int) -> RankingTask:
    def histories(books: list[list[int]]) -> Histories:
        users = np.repeat(np.arange(len(books)), [len(b) for b in books])
        return Histories.from_pairs(users, np.array([b for part in books for b in part], np.int64), len(books))

    return RankingTask(np.arange(len(left), dtype=np.int32), histories(left), histories(held), n_books, seed=0)


def test_a_fifth_of_the_liked_books_is_held_out(demo: Dataset) -> None:
    task = RankingTask.make(demo, "test", seed=3)
    test = demo.split("test")
    liked = test[test["gold"] == 1]
    assert task.user_idx.tolist() == sorted(liked["user_idx"].unique())
    for position, user in enumerate(task.user_idx):
        held, left = task.held.of(position).tolist(), task.histories.of(position).tolist()
        books = liked["book_idx"][liked["user_idx"] == user]
        assert set(held) <= set(books)
        assert len(held) == max(1, round(len(books) / 5))
        assert sorted(held + left) == demo.histories.of(int(user)).tolist()


def test_t11_what_is_held_out_is_seeded(demo: Dataset) -> None:
    first, again, other = (RankingTask.make(demo, "test", seed).held.indices.tolist() for seed in (0, 0, 1))
    assert first == again != other


def test_metrics_by_hand() -> None:
    """Ranked without the book read, 0: 1, 2, 3, … for the first reader, who misses 1 and 4; backwards for the second."""
    n = 40
    forward = -np.arange(n, dtype=float)
    task = task_of([[0], [0]], [[1, 4], [30]], n)
    found = rank(Fixed(np.stack([forward, -forward])), task)
    first, second = found.users.to_dict("records")
    discount = 1 / np.log2(np.arange(2, 30))
    assert first["precision@5"] == pytest.approx(2 / 5)
    assert first["recall@5"] == first["hit_rate@5"] == first["mrr"] == 1
    assert first["ndcg@5"] == pytest.approx((discount[0] + discount[3]) / (discount[0] + discount[1]))
    assert second["hit_rate@5"] == second["ndcg@5"] == 0  # 30 is in place 10
    assert second["ndcg@10"] == pytest.approx(discount[9])
    assert second["precision@20"] == pytest.approx(1 / 20)
    assert second["mrr"] == pytest.approx(1 / 10)
    assert found.means["mrr"] == pytest.approx(0.55)
    assert found.coverage == {f"coverage@{k}": 2 * k / n if k < 20 else 39 / n for k in CUTS}


@st.composite
def rankings(draw: st.DrawFn) -> tuple[RankingTask, NDArray[np.float64]]:
    """Readers of a catalogue, which may be smaller than a list, and scores of which no two of a reader are equal."""
    n_books, n_readers = draw(st.integers(2, 60)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    books = [rng.permutation(n_books).tolist() for _ in range(n_readers)]
    held = [draw(st.integers(1, n_books)) for _ in books]
    left = [draw(st.integers(0, n_books - h)) for h in held]
    task = task_of(
        [b[h : h + n] for b, h, n in zip(books, held, left, strict=True)],
        [b[:h] for b, h in zip(books, held, strict=True)],
        n_books,
    )
    return task, np.stack([rng.permutation(n_books) for _ in books]).astype(np.float64)


@given(rankings())
def test_metrics_are_those_of_trec_eval(drawn: tuple[RankingTask, NDArray[np.float64]]) -> None:
    """By ir-measures. Its run is the catalogue without what is left of the history; Success is what hit rate is called there.

    Otherwise the definitions are the same: relevance is 0 or 1, precision@k divides by k where fewer are left to rank, the ideal
    list of ndcg@k has at most k places, and the reciprocal rank is that of the whole list. Equal scores are left out: trec_eval
    orders them by name, `rank` at random.
    """
    task, scores = drawn
    found = rank(Fixed(scores), task).users
    judged = {str(u): {str(b): 1 for b in task.held.of(u)} for u in task.users}
    run = {
        str(u): {str(b): scores[u, b] for b in np.setdiff1d(np.arange(task.n_books), task.histories.of(u))}
        for u in task.users
    }
    theirs = {"ndcg": nDCG, "precision": P, "recall": R, "hit_rate": Success}
    measures = {f"{name}@{k}": measure @ k for name, measure in theirs.items() for k in CUTS} | {"mrr": RR}
    expected = {(str(m.measure), int(m.query_id)): m.value for m in iter_calc(measures.values(), judged, run)}
    ours = {(str(measure), u): found[name][u] for name, measure in measures.items() for u in task.users}
    assert set(measures) == set(found.columns) - {"user_idx"}
    assert ours == pytest.approx(expected)


def test_books_of_the_history_are_no_candidates() -> None:
    found = rank(Fixed(np.array([5.0, 4, 3, 2, 1])), task_of([[0, 1]], [[2]], 5)).users
    assert found["mrr"][0] == 1


def test_equal_scores_are_in_random_order_not_by_number() -> None:
    n = 400
    task = task_of([[0]] * 50, [[1 + i] for i in range(50)], n)
    assert rank(Fixed(np.zeros(n)), task).means["hit_rate@20"] < 0.3


def test_intervals_are_of_the_mean_over_readers(demo: Dataset) -> None:
    task = RankingTask.make(demo, "test")
    scores = np.bincount(demo.histories.indices, minlength=demo.n_books).astype(float)
    found = rank(Fixed(scores), task)
    record = found.to_json()
    assert record["n_users"] == len(task.user_idx)
    assert record == found.to_json()
    assert {f"{m}@{k}" for m in ("precision", "recall", "ndcg", "hit_rate") for k in CUTS} | {"mrr"} == set(
        record["intervals"]
    )
    values = found.users["recall@20"]
    low, high = record["intervals"]["recall@20"]
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=half / 3)


def test_scores_come_in_parts(demo: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    task = RankingTask.make(demo, "test")
    scores = Fixed(np.random.default_rng(0).normal(size=(len(task.user_idx), demo.n_books)))
    whole = rank(scores, task).means
    monkeypatch.setattr("weakrec_core.evaluation.ranking._CELLS", 2 * demo.n_books)
    assert rank(scores, task).means == whole


def test_nobody_likes_a_book(make_ratings: MakeRatings) -> None:
    dataset = make_ratings([(s, {0: 0}, (1,)) for s in ("train", "dev", "valid", "test")], n_books=3)
    with pytest.raises(DataError, match="No row of test has the gold label POSITIVE"):
        RankingTask.make(dataset)
