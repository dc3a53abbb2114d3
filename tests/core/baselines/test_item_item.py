import numpy as np
import pytest
from numpy.typing import NDArray

from tests.core.conftest import MakeRatings
from weakrec_core.baselines import ease as ease_module
from weakrec_core.baselines import gram
from weakrec_core.baselines import item_knn as knn_module
from weakrec_core.baselines.ease import fit_ease
from weakrec_core.baselines.item_item import interactions, mean_ndcg, valid_tasks
from weakrec_core.baselines.item_knn import fit_item_knn
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import training_users
from weakrec_core.evaluation.ranking import RankingTask, rank


def dense(dataset: Dataset) -> NDArray[np.float64]:
    """Who of train and dev read what."""
    read: NDArray[np.float64] = interactions(dataset.histories, training_users(dataset), dataset.n_books).toarray()
    return read.astype(np.float64)


@pytest.fixture(scope="module")
def many_books(make_ratings: MakeRatings) -> Dataset:
    """Fewer users than books."""
    rng = np.random.default_rng(0)
    splits = ["train"] * 14 + ["dev"] * 4 + ["valid"] * 4 + ["test"] * 3
    readers = [(split, {int(b): int(i % 3 > 0) for i, b in enumerate(rng.permutation(60)[:9])}, ()) for split in splits]
    return make_ratings(readers, n_books=60)


@pytest.mark.parametrize("name", ["many_books", "demo"])
def test_ease_is_stecks_closed_form(name: str, request: pytest.FixtureRequest) -> None:
    """B = I - P / diag(P) for P = inv(X'X + penalty I); with more books than users, without any matrix of their size."""
    dataset = request.getfixturevalue(name)
    ease = fit_ease(dataset)
    assert (ease.read is not None) == (len(training_users(dataset)) < len(ease.books))
    if name == "many_books":
        assert ease.inverse.shape == (18, 18)
    x = dense(dataset)
    p = np.linalg.inv(x.T @ x + ease.penalty * np.eye(dataset.n_books))
    b = np.eye(dataset.n_books) - p / np.diag(p)
    test = dataset.split("test")["user_idx"].unique()[:20]
    expected = interactions(dataset.histories, test, dataset.n_books).toarray() @ b
    assert ease.score_users(dataset.histories, test) == pytest.approx(expected, abs=1e-4)


def test_scores_of_pairs_are_those_of_the_catalogue(many_books: Dataset) -> None:
    ease = fit_ease(many_books)
    users, books = np.array([3, 20, 3, 24]), np.array([0, 59, 7, 30])
    scores = ease.score_users(many_books.histories, np.arange(many_books.n_users))
    assert ease.score(many_books.histories, users, books) == pytest.approx(scores[users, books], abs=1e-5)


def test_of_too_many_books_the_most_read_are_kept(demo: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ease_module, "_SIDE", 50)
    ease = fit_ease(demo)
    readers = dense(demo).sum(axis=0)
    assert len(ease.books) == 50
    assert readers[ease.books].min() >= np.sort(readers)[-50]
    scores = ease.score_users(demo.histories, np.arange(5))
    assert scores.shape == (5, demo.n_books)
    others = np.setdiff1d(np.arange(demo.n_books), ease.books)
    assert not scores[:, others].any()
    assert not ease.score(demo.histories, np.array([0]), others[:1]).any()


def test_item_knn_is_cosine_to_the_nearest(demo: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knn_module, "_NEIGHBOURS", (5,))
    monkeypatch.setattr(gram, "_CELLS", 0)
    monkeypatch.setattr(gram, "_BOOKS", 100)
    knn = fit_item_knn(demo)
    x = dense(demo)
    length = np.maximum(np.sqrt(x.sum(axis=0)), 1)
    cosine = (x.T @ x) / length / length[:, None]
    np.fill_diagonal(cosine, 0)
    similar = knn.similar.toarray()
    for book in range(0, demo.n_books, 37):
        near = np.sort(cosine[:, book])[::-1][:5]
        assert np.sort(similar[:, book])[::-1][:5] == pytest.approx(near, abs=1e-6)
        assert np.count_nonzero(similar[:, book]) <= 5
    history = demo.histories.of(9)
    assert knn.score_users(demo.histories, np.array([9]))[0] == pytest.approx(similar[history].sum(axis=0), abs=1e-5)


def test_the_penalty_ranks_best_on_valid(demo: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = fit_ease(demo)
    tasks = valid_tasks(demo, 0)
    for penalty in (ease_module._PENALTIES[0], ease_module._PENALTIES[-1]):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ease_module, "_PENALTIES", (penalty,))
            assert mean_ndcg(chosen, tasks) >= mean_ndcg(fit_ease(demo), tasks)


def test_both_beat_popularity(demo: Dataset) -> None:
    from weakrec_core.baselines.popularity import fit_popularity
    from weakrec_core.data.training_rows import NO_ROWS

    task = RankingTask.make(demo)
    popular = rank(fit_popularity(demo, NO_ROWS), task).means["ndcg@20"]
    for model in (fit_ease(demo), fit_item_knn(demo)):
        assert rank(model, task).means["ndcg@20"] > 1.5 * popular


def test_nothing_of_test_is_known(make_ratings: MakeRatings) -> None:
    def scores(read: tuple[int, ...]) -> list[float]:
        readers = [
            ("train", {0: 1, 1: 0}, (2,)),
            ("dev", {0: 1, 2: 1}, ()),
            ("valid", {1: 1}, (3,)),
            ("test", {1: 1}, read),
        ]
        dataset = make_ratings(readers, n_books=6)
        return [
            *fit_ease(dataset).score_users(dataset.histories, np.array([2]))[0],
            *fit_item_knn(dataset).score_users(dataset.histories, np.array([2]))[0],
        ]

    assert scores(()) == scores((3, 4))


def test_it_ends_when_asked(demo: Dataset) -> None:
    def check() -> None:
        raise InterruptedError

    for fit in (fit_ease, fit_item_knn):
        with pytest.raises(InterruptedError):
            fit(demo, 0, check)


def test_valid_without_a_liked_book(make_ratings: MakeRatings) -> None:
    readers = [(s, {0: int(s != "valid"), 1: 0}, (2,)) for s in ("train", "train", "dev", "valid", "test")]
    dataset = make_ratings(readers, n_books=4)
    assert fit_ease(dataset).penalty == ease_module._PENALTIES[0]
