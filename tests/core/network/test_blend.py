from pathlib import Path

import numpy as np
import pytest

from tests.core.conftest import MakeRatings
from weakrec_core.baselines.ease import Ease, fit_ease
from weakrec_core.baselines.item_item import mean_ndcg, valid_tasks
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import NO_ROWS
from weakrec_core.errors import RunError
from weakrec_core.network.blend import Blended, fit_blend, load_blended
from weakrec_core.network.presets.registry import train_config
from weakrec_core.network.training import Trained, train


@pytest.fixture(scope="module")
def ease(demo: Dataset) -> Ease:
    return fit_ease(demo)


@pytest.fixture(scope="module")
def network(demo: Dataset) -> Trained:
    return train(demo, NO_ROWS, train_config("recommended", epochs=3, embed_dim=8))


class Ignorant(Ease):
    def score_users(self, histories: Histories, users: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        return np.random.default_rng(0).normal(size=(len(users), self.n_books)).astype(np.float32)


def ignorant(dataset: Dataset) -> Ease:
    nothing = np.zeros(0, np.float32)
    return Ignorant(np.zeros(0, np.int32), None, nothing, nothing, dataset.n_books, 1.0)


def test_the_blend_ranks_valid_about_as_well_as_the_better_one(demo: Dataset, network: Trained, ease: Ease) -> None:
    blend, tasks = fit_blend(demo, network, [ease]), valid_tasks(demo, 0)
    assert blend.weight > 0  # so small a network gains by EASE
    assert mean_ndcg(blend, tasks) >= 0.9 * max(mean_ndcg(network, tasks), mean_ndcg(ease, tasks))


def test_an_ease_that_heeds_labels_is_taken_only_where_it_is_better(
    demo: Dataset, network: Trained, ease: Ease
) -> None:
    assert fit_blend(demo, network, [ease, ease]).ease is ease
    better = fit_blend(demo, network, [ignorant(demo), ease])
    assert better.ease is ease


def test_a_network_that_ranks_best_stays_alone(demo: Dataset, network: Trained) -> None:
    blend = fit_blend(demo, network, [ignorant(demo)])
    if blend.weight == 0:
        assert blend.ease is None
    assert blend.weight < 0.5


def test_nobody_of_valid_likes_a_book(make_ratings: MakeRatings, network: Trained, ease: Ease) -> None:
    readers = [(s, {0: int(s != "valid")}, (1,)) for s in ("train", "dev", "valid", "test")]
    assert fit_blend(make_ratings(readers, n_books=3), network, [ease]).ease is None


@pytest.mark.parametrize("weight", [0.0, 0.4, 1.0])
def test_what_is_saved_scores_the_same(
    weight: float, demo: Dataset, network: Trained, ease: Ease, tmp_path: Path
) -> None:
    (tmp_path / "ease.npz").write_bytes(b"of an earlier run")
    blend = Blended(network, ease if weight else None, weight, 1.5, 0.1)
    blend.save(tmp_path)
    assert (tmp_path / "ease.npz").exists() == (weight > 0)
    loaded = load_blended(tmp_path)
    assert (loaded.weight, loaded.n_books) == (weight, demo.n_books)
    users = np.array([3, 9])
    scores = blend.score_users(demo.histories, users)
    np.testing.assert_allclose(loaded.score_users(demo.histories, users), scores, atol=1e-6)
    np.testing.assert_allclose(loaded.score_users(demo.histories, np.array([9]))[0], scores[1], atol=1e-5)
    unread = np.setdiff1d(np.arange(demo.n_books), demo.histories.of(9))[:50]
    pairs = np.full(len(unread), 9), unread
    np.testing.assert_allclose(loaded.score(demo.histories, *pairs), scores[1, unread], atol=1e-4)
    np.testing.assert_allclose(loaded.like(demo.histories, *pairs), network.like(demo.histories, *pairs), atol=1e-6)


def test_ease_of_fewer_users_than_books_is_saved_whole(
    make_ratings: MakeRatings, network: Trained, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    readers = [
        (split, {int(b): i % 2 for i, b in enumerate(rng.permutation(network.n_books)[:20])}, ())
        for split in ["train"] * 12 + ["dev", "valid", "test"]
    ]
    dataset = make_ratings(readers, n_books=network.n_books)
    ease = fit_ease(dataset)
    assert ease.read is not None
    blend = Blended(network, ease, 1.0)
    blend.save(tmp_path)
    assert load_blended(tmp_path).score_users(dataset.histories, np.array([14]))[0] == pytest.approx(
        ease.score_users(dataset.histories, np.array([14]))[0], abs=1e-6
    )


def test_a_book_that_is_in_a_history_twice_counts_twice(demo: Dataset, network: Trained, ease: Ease) -> None:
    blend = Blended(network, ease, 0.5)
    books = demo.histories.of(3)
    once, twice = (
        blend.score_users(Histories(np.array([0, len(b)]), b), np.array([0]))[0]
        for b in (books, np.sort(np.append(books, books[0])))
    )
    assert not np.allclose(once, twice)


def test_broken_and_missing_files(network: Trained, tmp_path: Path) -> None:
    Blended(network).save(tmp_path)
    (tmp_path / "ease.npz").write_bytes(b"nonsense")
    with pytest.raises(RunError, match=r"ease\.npz cannot be read"):
        load_blended(tmp_path)
    (tmp_path / "model.keras").unlink()
    with pytest.raises(RunError, match=r"model\.keras"):
        load_blended(tmp_path)
