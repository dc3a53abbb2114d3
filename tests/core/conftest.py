"""Small datasets of ratings, and a quickly trained network."""

import os
from collections.abc import Callable, Mapping
from itertools import count

import numpy as np
import pandas as pd
import pytest

from weakrec_core.data.dataset import BOOK_COLUMNS, Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.saving import save_dataset
from weakrec_core.data.training_rows import TrainingRows
from weakrec_core.workspace import Workspace

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

Reader = tuple[str, Mapping[int, int], tuple[int, ...]]  # split; gold by rated book; other books of the history
MakeRatings = Callable[..., Dataset]


@pytest.fixture(scope="session")
def make_ratings(session_workspace: Workspace) -> MakeRatings:
    """Make a dataset from readers, one after another from user_idx 0 on."""
    numbers = count()

    def make(readers: list[Reader], n_books: int, authors: list[str] | None = None) -> Dataset:
        rated = [(u, b, gold, split) for u, (split, books, _) in enumerate(readers) for b, gold in books.items()]
        rows = pd.DataFrame(rated, columns=["user_idx", "book_idx", "gold", "split"])
        rows["user_id"], rows["book_id"] = rows["user_idx"].astype(str), rows["book_idx"].astype(str)
        rows["review_text"], rows["rating"] = pd.array([None] * len(rows), dtype="str"), 3.0
        books = pd.DataFrame({column: pd.array([None] * n_books, dtype="str") for column in BOOK_COLUMNS})
        books["book_id"] = books["title"] = [str(b) for b in range(n_books)]
        if authors is not None:
            books["first_author"] = pd.array(authors, dtype="str")
        books[["average_rating", "ratings_count"]] = np.nan
        books["similar_books"] = [[] for _ in range(n_books)]
        pairs = [(u, b) for u, (_, books_, more) in enumerate(readers) for b in {*books_, *more}]
        users, read = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        histories = Histories.from_pairs(users, read, len(readers))
        user_ids = np.array([str(u) for u in range(len(readers))], dtype=object)
        return save_dataset(
            session_workspace, f"ratings{next(numbers)}", rows, books, histories, user_ids, {"source": "test"}
        )

    return make


@pytest.fixture(scope="session")
def few_readers(make_ratings: MakeRatings) -> Dataset:
    """Six readers of two tastes: books 0-4 and 5-9."""
    return make_ratings(
        [
            ("train", {0: 1, 1: 1, 2: 0}, (3,)),
            ("train", {5: 1, 6: 0, 7: 1}, (8,)),
            ("dev", {1: 1, 2: 0}, (4,)),
            ("valid", {5: 1, 6: 0}, (9,)),
            ("test", {0: 1, 2: 0}, (3,)),
            ("test", {7: 1}, ()),
        ],
        n_books=10,
    )


@pytest.fixture(scope="session")
def weak_rows(demo: Dataset) -> TrainingRows:
    """Labels of a fifth of the demo's train rows; three in ten point the wrong way."""
    return noisy_rows(demo, share=0.2, wrong=0.3)


def noisy_rows(dataset: Dataset, share: float, wrong: float) -> TrainingRows:
    """Soft labels as a label model gives them, made from the hidden gold."""
    rng = np.random.default_rng(0)
    kept = rng.random(dataset.n_rows("train")) < share
    gold = np.where(rng.random(len(kept)) < wrong, 1 - dataset.train_gold(), dataset.train_gold())[kept]
    rows = dataset.split("train")[kept]
    labels = np.where(gold == 1, 0.85, 0.3).astype(np.float32)
    return TrainingRows(rows["user_idx"].to_numpy(), rows["book_idx"].to_numpy(), labels)
