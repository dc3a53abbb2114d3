"""What a recommender has to beat: a constant, and the popularity of the book. Both know what the network knows: the
labels of train, dev's gold, and what the users of train and dev read."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.recommender.evaluation import Floats, Ints, Metrics, Recommender, evaluate, tutorial_examples
from weakrec_core.recommender.rows import TrainingRows, gold_rows

_SMOOTHING = 10.0  # labels' worth of the average book, added to every book


@dataclass(frozen=True)
class Constant:
    """The same probability for every book: the share of POSITIVE in dev, and in dev under the tutorial's protocol."""

    like: float
    read_and_like: float

    def predict(self, dataset: Dataset, user_idx: Ints, book_idx: Ints) -> Floats:
        return np.full(len(user_idx), self.like)

    def predict_read_and_like(self, dataset: Dataset, user_idx: Ints, book_idx: Ints) -> Floats:
        return np.full(len(user_idx), self.read_and_like)


@dataclass(frozen=True, eq=False)
class Popularity:
    """How many read the book and how it is labeled on average, made probabilities by logistic regressions on dev.

    Attributes
    ----------
    features : float64 array, shape [n_books, 2]
        Log of the number of readers, smoothed share of likes.
    like, read_and_like : scikit-learn classifiers
    """

    features: NDArray[np.float64]
    like: Any
    read_and_like: Any

    def predict(self, dataset: Dataset, user_idx: Ints, book_idx: Ints) -> Floats:
        return np.asarray(self.like.predict_proba(self.features[book_idx])[:, 1])

    def predict_read_and_like(self, dataset: Dataset, user_idx: Ints, book_idx: Ints) -> Floats:
        return np.asarray(self.read_and_like.predict_proba(self.features[book_idx])[:, 1])


def evaluate_baselines(dataset: Dataset, rows: TrainingRows, seed: int = 0) -> dict[str, dict[str, Metrics]]:
    """`evaluate` for every baseline on test.

    Parameters
    ----------
    rows : TrainingRows
        The soft labels that the network was trained on.

    Raises
    ------
    DataError
        If test has no gold.
    """
    models: dict[str, Recommender] = {
        "constant": fit_constant(dataset, seed),
        "popularity": fit_popularity(dataset, rows, seed),
    }
    return {name: evaluate(dataset, model, seed=seed) for name, model in models.items()}


def fit_constant(dataset: Dataset, seed: int = 0) -> Constant:
    """The shares of POSITIVE in dev."""
    dev = gold_rows(dataset, "dev")
    return Constant(float(dev.p_positive.mean()), float(tutorial_examples(dataset, dev, seed)[2].mean()))


def fit_popularity(dataset: Dataset, rows: TrainingRows, seed: int = 0) -> Popularity:
    """Popularity among the users of train and dev; those of valid and test are not looked at."""
    from sklearn.linear_model import LogisticRegression

    known = np.unique(np.concatenate([dataset.split(split)["user_idx"].to_numpy() for split in ("train", "dev")]))
    histories = dataset.histories
    readers = np.bincount(histories.indices[np.isin(histories.users, known)], minlength=dataset.n_books)
    labels = np.bincount(rows.book_idx, minlength=dataset.n_books)
    likes = np.bincount(rows.book_idx, weights=rows.p_positive, minlength=dataset.n_books)
    mean = float(rows.p_positive.mean())
    features = np.stack([np.log1p(readers), (likes + _SMOOTHING * mean) / (labels + _SMOOTHING)], axis=1)
    dev = gold_rows(dataset, "dev")
    _, books, label = tutorial_examples(dataset, dev, seed)
    like = LogisticRegression().fit(features[dev.book_idx], dev.p_positive)
    return Popularity(features, like, LogisticRegression().fit(features[books], label))
