"""How popular a book is: how many read it, and how it is labeled on average.

It knows what the network knows: the labels of train, dev's gold, and what the users of train and dev read.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core.baselines.base import Baseline, Inputs, dev_rows
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import TrainingRows, count_readers, training_users
from weakrec_core.evaluation.rating_metrics import Ints, tutorial_examples
from weakrec_core.evaluation.recommender import Floats

_SMOOTHING = 10.0  # labels' worth of the average book, added to every book


class PopularityBaseline(Baseline):
    """The popularity of the book, the same for every user."""

    name = "popularity"
    title = "Popularity"
    uses_labels = True

    def fit(self, inputs: Inputs) -> "Popularity":
        return fit_popularity(inputs.dataset, inputs.labeled, inputs.seed)


@dataclass(frozen=True, eq=False)
class Popularity:
    """How many read the book and how it is labeled on average, made probabilities by logistic regressions on dev.

    Attributes
    ----------
    readers : int64 array, shape [n_books]
    p_like, p_read_and_like : float64 arrays, shape [n_books]
    """

    readers: NDArray[np.int64]
    p_like: Floats
    p_read_and_like: Floats

    def like(self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]) -> Floats:
        found: Floats = self.p_like[book_idx]
        return found

    def read_and_like(
        self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]
    ) -> Floats:
        found: Floats = self.p_read_and_like[book_idx]
        return found

    def score_users(self, histories: Histories, users: NDArray[np.integer]) -> NDArray[np.floating]:
        """How many read the book, the same for every user."""
        return np.tile(self.readers.astype(np.float64), (len(users), 1))


def fit_popularity(dataset: Dataset, rows: TrainingRows, seed: int = 0) -> Popularity:
    """Popularity among the users of train and dev; those of valid and test are not looked at."""
    dev, n_books = dev_rows(dataset), dataset.n_books
    readers = count_readers(dataset, training_users(dataset))
    labels = np.bincount(rows.book_idx, minlength=n_books)
    likes = np.bincount(rows.book_idx, weights=rows.p_positive, minlength=n_books)
    mean = (rows if len(rows) else dev).p_positive.mean()
    features = np.stack([np.log1p(readers), (likes + _SMOOTHING * mean) / (labels + _SMOOTHING)], axis=1)
    _, books, label = tutorial_examples(dataset, dev, seed)
    return Popularity(readers, _fitted(features, dev.book_idx, dev.p_positive), _fitted(features, books, label))


def _fitted(features: Floats, books: Ints, label: NDArray[np.float32]) -> Floats:
    """The probability of each book by a logistic regression on these examples; with one class only, its share."""
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(label)) < 2:
        return np.full(len(features), float(label.mean()))
    model: Any = LogisticRegression().fit(features[books], label)
    return np.asarray(model.predict_proba(features)[:, 1], np.float64)
