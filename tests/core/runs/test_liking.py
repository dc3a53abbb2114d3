import numpy as np
import pytest

from tests.core.conftest import MakeRatings
from weakrec_core.baselines.constant import fit_constant
from weakrec_core.baselines.ease import fit_ease
from weakrec_core.data.training_rows import TrainingRows
from weakrec_core.runs.liking import liking


def test_labels_where_there_are_some_else_what_the_rater_says(make_ratings: MakeRatings) -> None:
    readers = [("train", {0: 1, 2: 0}, (1,)), ("dev", {1: 0, 2: 1}, ()), ("valid", {0: 1}, ()), ("test", {0: 1}, ())]
    dataset = make_ratings(readers, n_books=3)
    weak = TrainingRows(np.array([0], np.int32), np.array([2], np.int32), np.array([0.1], np.float32))
    p = liking(dataset, fit_constant(dataset), weak, use_dev=True)
    assert p == pytest.approx([0.5, 0.5, 0.1, 0.0, 1.0])
    assert liking(dataset, fit_constant(dataset), weak, use_dev=False) == pytest.approx([0.5, 0.5, 0.1, 0.5, 0.5])


def test_ease_by_weight_follows_what_is_liked(make_ratings: MakeRatings) -> None:
    """Readers of book 0 read 1 and 2 alike, and like only 1."""
    readers = [(split, {0: 1, 1: 1, 2: 0}, ()) for split in ["train"] * 6 + ["dev", "valid", "test"]]
    readers += [("train", {3: 1, 4: 1}, ())] * 3
    dataset = make_ratings(readers, n_books=5)
    reading_0 = dataset.histories.__class__.from_pairs(np.array([0]), np.array([0]), 1)
    plain = fit_ease(dataset, penalties=[1.0]).score_users(reading_0, np.array([0]))[0]
    assert plain[1] == pytest.approx(plain[2], abs=1e-5)
    rated = np.array([1.0, 1.0, 0.1] * 7 + [1.0, 1.0] * 3, np.float32)
    weighted = fit_ease(dataset, weight=rated, penalties=[1.0]).score_users(reading_0, np.array([0]))[0]
    assert weighted[1] > 2 * weighted[2]
