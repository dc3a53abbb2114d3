"""Item-item models from sums over parts of the users: the same as of all at once."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.elsewhere import ElsewhereEngine
from weakrec_core.baselines import ease as ease_module
from weakrec_core.baselines import gram
from weakrec_core.baselines.ease import Ease, fit_ease
from weakrec_core.baselines.gram import reads
from weakrec_core.baselines.item_item import interactions
from weakrec_core.baselines.item_knn import fit_item_knn
from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.data.training_rows import training_users
from weakrec_core.engine.base import LocalEngine


@pytest.fixture
def unread(demo: Dataset, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """The demo as it is opened anew, in parts of 40 users and 700 books."""
    monkeypatch.setattr(gram, "PART_USERS", 40)
    monkeypatch.setattr(gram, "_CELLS", 0)
    monkeypatch.setattr(gram, "_BOOKS", 700)
    return open_dataset(demo.workspace, demo.name)


def all_rows(found: Iterator[tuple[slice, Any]]) -> Any:
    return np.concatenate([rows.toarray() for _, rows in found])


def test_counts_are_exact_and_weights_sums(unread: Dataset, demo: Dataset) -> None:
    users, engine = training_users(unread), ElsewhereEngine()
    x = interactions(demo.histories, users, demo.n_books).toarray().astype(np.float64)  # counts are exact in it
    found = reads(unread, users, engine=engine)
    np.testing.assert_array_equal(all_rows(found.gram()), x.T @ x)
    np.testing.assert_array_equal(found.readers(), x.sum(axis=0))
    books = np.arange(0, demo.n_books, 7)
    np.testing.assert_array_equal(all_rows(found.gram(books)), x[:, books].T @ x[:, books])
    assert engine.sent == -(-len(users) // 40) > 3
    assert "histories" not in vars(unread)
    weight = np.random.default_rng(0).random(int(x.sum())).astype(np.float32)
    x[x > 0] = weight  # row by row, as histories are
    for given in (None, engine):
        found = reads(demo, users, weight, given)
        np.testing.assert_allclose(all_rows(found.gram(books)), x[:, books].T @ x[:, books], rtol=1e-12)
        np.testing.assert_allclose(found.readers(), x.sum(axis=0), rtol=1e-12)


def test_models_are_those_of_all_at_once(unread: Dataset, demo: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ease_module, "_SIDE", 100)  # fewer books than users
    engine = ElsewhereEngine()
    ease, knn = fit_ease(unread, penalties=[100.0], engine=engine), fit_item_knn(unread, engine=engine)
    assert "histories" not in vars(unread)
    whole, whole_knn = fit_ease(demo, penalties=[100.0]), fit_item_knn(demo)
    assert ease.read is None
    np.testing.assert_array_equal(ease.inverse, whole.inverse)
    assert knn.neighbours == whole_knn.neighbours
    for name in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(knn.similar, name), getattr(whole_knn.similar, name))


def test_more_books_than_users(few_readers: Dataset) -> None:
    weight = np.linspace(0.5, 1, 11, dtype=np.float32)

    def scores(ease: Ease) -> Any:
        return ease.score_users(few_readers.histories, np.arange(few_readers.n_users))

    assert few_readers.histories.lengths[training_users(few_readers)].sum() == len(weight)
    for given in (None, weight):
        one, parts = (fit_ease(few_readers, weight=given, engine=engine) for engine in (None, LocalEngine()))
        assert parts.read is not None and parts.penalty == one.penalty
        np.testing.assert_array_equal(scores(parts), scores(one))
