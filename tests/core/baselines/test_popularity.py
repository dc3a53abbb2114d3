import numpy as np
import pytest

from tests.core.conftest import MakeRatings
from weakrec_core.baselines.constant import fit_constant
from weakrec_core.baselines.popularity import fit_popularity
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import TrainingRows, gold_rows
from weakrec_core.errors import DataError

NONE = TrainingRows(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32))


def test_the_constant_is_the_share_of_positive_in_dev(demo: Dataset) -> None:
    constant = fit_constant(demo)
    share = gold_rows(demo, "dev").p_positive.mean()
    assert constant.p_like == pytest.approx(share)
    assert constant.p_read_and_like == pytest.approx(share / (1 + share))  # one random negative for each liked book
    assert (
        constant.like(demo.histories, np.zeros(3, np.int32), np.arange(3, dtype=np.int32)).tolist()
        == [constant.p_like] * 3
    )


def test_popular_books_are_likelier_to_be_read(demo: Dataset, weak_rows: TrainingRows) -> None:
    popularity = fit_popularity(demo, weak_rows)
    few, many = np.quantile(popularity.readers, [0.1, 0.9])
    both = popularity.p_read_and_like
    assert both[popularity.readers >= many].mean() > 1.5 * both[popularity.readers <= few].mean()
    assert ((popularity.p_like > 0) & (popularity.p_like < 1)).all()


def test_well_labeled_books_are_likelier_to_be_liked(make_ratings: MakeRatings) -> None:
    """Dev likes books 0-4 and dislikes 5-9, and so do the labels of train, but for those on books 4 and 9."""
    gold = {b: int(b < 5) for b in range(10)}
    readers = [(split, gold, ()) for split in ["train"] * 20 + ["dev"] * 6 + ["valid", "test"]]
    dataset = make_ratings(readers, n_books=10)
    users, books = np.repeat(np.arange(20, dtype=np.int32), 8), np.tile([0, 1, 2, 3, 5, 6, 7, 8], 20).astype(np.int32)
    rows = TrainingRows(users, books, np.where(books < 5, 0.9, 0.2).astype(np.float32))
    like = fit_popularity(dataset, rows).p_like
    assert (like[:4] > like[4]).all()
    assert like[4] == like[9]
    assert (like[5:9] < like[9]).all()


def test_popularity_is_calibrated_on_dev(demo: Dataset, weak_rows: TrainingRows) -> None:
    dev = gold_rows(demo, "dev")
    p = fit_popularity(demo, weak_rows).like(demo.histories, dev.user_idx, dev.book_idx)
    assert p.mean() == pytest.approx(dev.p_positive.mean(), abs=0.01)


def test_nothing_of_valid_and_test_is_known(make_ratings: MakeRatings) -> None:
    def popularity(gold: int, read: tuple[int, ...]) -> list[float]:
        readers = [
            ("train", {0: 1, 1: 0}, (2,)),
            ("dev", {0: 1, 1: 0, 2: 1}, ()),
            ("valid", {1: gold}, read),
            ("test", {1: gold}, read),
        ]
        found = fit_popularity(make_ratings(readers, n_books=6), NONE)
        return [*found.readers, *found.p_like, *found.p_read_and_like]

    assert popularity(0, ()) == popularity(1, (3, 4))


def test_dev_of_one_class(make_ratings: MakeRatings) -> None:
    readers = [(split, {0: 1, 1: 1}, (2,)) for split in ("train", "dev", "valid", "test")]
    assert fit_popularity(make_ratings(readers, n_books=4), NONE).p_like.tolist() == [1] * 4


def test_dev_without_gold(make_ratings: MakeRatings) -> None:
    readers = [(split, {0: -1 if split == "dev" else 1}, ()) for split in ("train", "dev", "valid", "test")]
    with pytest.raises(DataError, match="No row of dev has a gold label"):
        fit_constant(make_ratings(readers, n_books=3))
