from dataclasses import dataclass

import numpy as np
import pytest
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


def test_ndcg_is_scikit_learns() -> None:
    from sklearn.metrics import ndcg_score

    rng = np.random.default_rng(0)
    books = [rng.permutation(60)[:9].tolist() for _ in range(7)]
    task = task_of([b[:4] for b in books], [b[4:] for b in books], 60)
    scores = rng.normal(size=(7, 60))
    found = rank(Fixed(scores), task).users
    for user in range(7):
        candidates = np.setdiff1d(np.arange(60), task.histories.of(user))
        relevant = np.isin(candidates, task.held.of(user))
        for k in CUTS:
            expected = ndcg_score(relevant[None], scores[user, candidates][None], k=k)
            assert found[f"ndcg@{k}"][user] == pytest.approx(expected)


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
