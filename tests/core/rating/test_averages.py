import numpy as np
import pytest
from scipy.special import logit

from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import NO_ROWS, TrainingRows
from weakrec_core.rating.averages import GroupMeans, LabelAverages


def rows(*labeled: tuple[int, int, float]) -> TrainingRows:
    users, books, labels = (np.array(column) for column in zip(*labeled, strict=True))
    return TrainingRows(users.astype(np.int32), books.astype(np.int32), labels.astype(np.float32))


def test_means_are_shrunk_by_their_count() -> None:
    means = GroupMeans(np.array([3.0, 30.0, 0.0]), np.array([4.0, 40.0, 0.0]), 0.5, 6.0)
    assert means.effect(np.array([0, 1, 2])) == pytest.approx(logit([6 / 10, 33 / 46, 0.5]))


def test_a_label_of_ones_own_is_left_out() -> None:
    means = GroupMeans(np.array([3.0]), np.array([4.0]), 0.5, 6.0)
    found = means.effect(np.array([0, 0]), np.array([1.0, 0.0]), np.array([1.0, 0.0]))
    assert found == pytest.approx(logit([5 / 9, 6 / 10]))


def test_groups_that_do_not_differ_are_shrunk_to_nothing() -> None:
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(50), 20)
    same = GroupMeans.of(group, rng.integers(0, 2, 1000), 50)
    different = GroupMeans.of(group, (rng.random(1000) < np.linspace(0.1, 0.9, 50)[group]).astype(float), 50)
    assert same.strength > 100
    assert different.strength < 10
    spread = different.effect(np.arange(50)).std()
    assert same.effect(np.arange(50)).std() < 0.1 < 0.7 < spread


def test_strength_is_the_ratio_of_the_variances() -> None:
    """Of labels that are normal with variance 1 within groups and 0.25 between them."""
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(3000), rng.integers(1, 12, 3000))
    found = GroupMeans.of(group, rng.normal(0, 0.5, 3000)[group] + rng.normal(0, 1, len(group)), 3000)
    assert found.strength == pytest.approx(4, rel=0.15)


@pytest.mark.parametrize("labels", [[], [1.0], [1.0, 0.0]])
def test_too_few_labels_to_tell(labels: list[float]) -> None:
    means = GroupMeans.of(np.arange(len(labels)), np.array(labels), 3)
    assert means.strength == 1e4
    assert np.isfinite(means.effect(np.arange(3))).all()


AUTHOR = np.array([1, 1, 2, 0], np.int32)
HISTORIES = Histories.from_pairs(np.array([0, 0, 0, 1, 1]), np.array([0, 1, 2, 1, 3]), 3)


def averages(labeled: TrainingRows) -> LabelAverages:
    found = LabelAverages.of(labeled, AUTHOR)
    books, authors = (GroupMeans(m.total, m.count, 0.5, 2.0) for m in (found.books, found.authors))
    return LabelAverages(books, authors, AUTHOR)


def test_what_labels_say_of_a_pair() -> None:
    labeled = rows((5, 0, 1.0), (6, 0, 1.0), (5, 1, 0.0), (7, 3, 1.0))
    users, books = np.array([0, 0, 1, 2]), np.array([0, 3, 3, 1])
    found = averages(labeled).features(HISTORIES, users, books)
    of = {0: logit(3 / 4), 1: logit(1 / 3), 2: 0.0, 3: logit(2 / 3)}
    assert found[:, 0] == pytest.approx([of[0], of[3], of[3], of[1]])
    read = [
        (of[1] + of[2]) / 2,
        (of[0] + of[1] + of[2]) / 3,
        of[1],
        0.0,
    ]  # without the book itself; user 2 read nothing
    assert found[:, 1] == pytest.approx(read)
    assert found[:, 2] == pytest.approx(np.log1p([2, 1, 1, 1]))
    assert found[:, 3] == pytest.approx([logit(3 / 5), 0.0, 0.0, logit(3 / 5)])  # of book 3 no author is known


def test_what_a_user_said_tells_nothing_of_what_this_user_thinks() -> None:
    """Neither of the book nor by the other books of the history."""
    said, others = rows((0, 0, 1.0), (0, 1, 1.0)), rows((5, 0, 0.0), (6, 1, 1.0))
    both = TrainingRows(
        np.concatenate([said.user_idx, others.user_idx]),
        np.concatenate([said.book_idx, others.book_idx]),
        np.concatenate([said.p_positive, others.p_positive]),
    )
    pairs = np.array([0, 0]), np.array([0, 1])
    found = averages(both).features(HISTORIES, *pairs, both)
    assert found[:, :3] == pytest.approx(averages(others).features(HISTORIES, *pairs)[:, :3])
    assert not np.allclose(found, averages(both).features(HISTORIES, *pairs))


def test_no_label_and_no_pair() -> None:
    none = LabelAverages.of(NO_ROWS, AUTHOR)
    assert none.features(HISTORIES, np.array([0, 2]), np.array([0, 3])).tolist() == [[0.0] * 4] * 2
    empty = np.zeros(0, np.int32)
    assert none.features(HISTORIES, empty, empty).shape == (0, 4)
