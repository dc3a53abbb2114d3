from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.core.conftest import MakeRatings
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import gold_rows
from weakrec_core.errors import DataError
from weakrec_core.evaluation.rating_metrics import evaluate, rating_metrics, tutorial_examples


@dataclass
class ByBook:
    """Predicts from book_idx alone and keeps what it was asked."""

    asked: list[tuple[list[int], list[int]]] = field(default_factory=list)

    def like(
        self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]
    ) -> NDArray[np.float64]:
        self.asked.append((user_idx.tolist(), book_idx.tolist()))
        return (book_idx + 1) / 10_000

    read_and_like = like


def test_metrics_by_hand() -> None:
    found = rating_metrics(np.array([1, 1, 1, 0, 0]), np.array([0.9, 0.6, 0.2, 0.7, 0.1]))
    assert found["accuracy"] == pytest.approx(3 / 5)
    assert found["precision"] == found["recall"] == found["f1"] == pytest.approx(2 / 3)
    assert found["auc"] == pytest.approx(4 / 6)
    assert found["log_loss"] == pytest.approx(-np.log([0.9, 0.6, 0.2, 0.3, 0.9]).mean())
    assert found["n"] == 5


def test_t15_metrics_are_of_the_whole_not_means_over_batches() -> None:
    """All positives first, as in rows sorted by user: means over batches depend on that order."""
    gold = np.repeat([1, 0], [30, 70])
    p = np.concatenate([np.linspace(0.3, 0.9, 30), np.linspace(0.1, 0.7, 70)])
    order = np.random.default_rng(0).permutation(100)
    whole, shuffled = rating_metrics(gold, p), rating_metrics(gold[order], p[order])
    assert whole == pytest.approx(shuffled)
    hits = ((p > 0.5) & (gold == 1)).sum()
    assert whole["precision"] == pytest.approx(hits / (p > 0.5).sum())
    assert whole["recall"] == pytest.approx(hits / 30)
    batches = [rating_metrics(gold[i : i + 10], p[i : i + 10])["f1"] for i in range(0, 100, 10)]
    assert whole["f1"] != pytest.approx(np.mean(np.array(batches, float)), abs=0.1)


def test_metrics_where_they_are_not_defined() -> None:
    found = rating_metrics(np.array([1, 1]), np.array([0.2, 0.4]))
    assert found["auc"] is None
    assert found["precision"] == found["f1"] == 0
    assert found["log_loss"] == pytest.approx(-np.log([0.2, 0.4]).mean())


def test_a_certain_and_wrong_prediction_has_a_finite_log_loss() -> None:
    log_loss = rating_metrics(np.array([1, 0]), np.array([0.0, 1.0]))["log_loss"]
    assert log_loss is not None
    assert np.isfinite(log_loss)


def test_t6_random_negatives_are_seeded_unread_and_one_a_positive(demo: Dataset) -> None:
    rows = gold_rows(demo, "test")
    users, books, label = tutorial_examples(demo, rows, seed=3)
    n, n_positive = len(rows), int(rows.p_positive.sum())
    assert len(label) == n + n_positive
    assert label[:n].tolist() == rows.p_positive.tolist()
    assert not label[n:].any()
    assert users[n:].tolist() == rows.user_idx[rows.p_positive == 1].tolist()
    assert not demo.histories.contains(users[n:], books[n:]).any()
    assert books.tolist() == tutorial_examples(demo, rows, seed=3)[1].tolist()
    assert books.tolist() != tutorial_examples(demo, rows, seed=4)[1].tolist()


def test_t6_valid_too_has_the_same_negatives_every_time(demo: Dataset) -> None:
    model = ByBook()
    assert evaluate(demo, model, "valid", seed=1) == evaluate(demo, model, "valid", seed=1)


def test_t7_every_rated_row_is_measured(demo: Dataset) -> None:
    model = ByBook()
    found = evaluate(demo, model)
    test = demo.split("test")
    assert found["test"]["n"] == len(test) == demo.n_rows("test")
    assert model.asked[0] == (test["user_idx"].tolist(), test["book_idx"].tolist())
    assert found["test"] == rating_metrics(test["gold"].to_numpy(), (test["book_idx"].to_numpy() + 1) / 10_000)
    assert found["tutorial_protocol"]["n"] == len(test) + (test["gold"] == 1).sum()


def test_rows_without_gold_are_left_out(make_ratings: MakeRatings) -> None:
    dataset = make_ratings(
        [("train", {0: 1}, ()), ("dev", {0: 1}, ()), ("valid", {0: 1}, ()), ("test", {0: 1, 1: -1, 2: 0}, ())],
        n_books=5,
    )
    assert evaluate(dataset, ByBook())["test"]["n"] == 2
    with pytest.raises(DataError, match="No row of train has a gold label"):
        evaluate(dataset, ByBook(), "train")
