"""Four numbers and a logistic regression: the simplest that uses both what the LFs say and dev's gold.

It knows what the network knows, but for what is read together.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core.baselines.base import Baseline, Inputs, dev_rows
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import TrainingRows
from weakrec_core.evaluation.rating_metrics import tutorial_examples
from weakrec_core.evaluation.recommender import Floats
from weakrec_core.rating.averages import LabelAverages


class AveragesBaseline(Baseline):
    """What labels say of a book on average, and of the other books of the history."""

    name = "averages"
    title = "Averages of labels"
    uses_labels = True

    def fit(self, inputs: Inputs) -> "Averages":
        return fit_averages(inputs.dataset, inputs.labeled, inputs.seed)


@dataclass(frozen=True, eq=False)
class Averages:
    """Logistic regressions on dev over the book's mean label, its labels' number, the same mean over the other books of
    the history, and the size of the history.

    Attributes
    ----------
    averages : LabelAverages
    like_model, read_and_like_model : scikit-learn classifiers
    """

    averages: LabelAverages
    like_model: Any
    read_and_like_model: Any

    def like(self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]) -> Floats:
        return self._told_by(self.like_model, histories, user_idx, book_idx)

    def read_and_like(
        self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]
    ) -> Floats:
        return self._told_by(self.read_and_like_model, histories, user_idx, book_idx)

    def _told_by(
        self, model: Any, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]
    ) -> Floats:
        return np.asarray(model.predict_proba(_four(self.averages, histories, user_idx, book_idx))[:, 1], np.float64)


def fit_averages(dataset: Dataset, rows: TrainingRows, seed: int = 0, *, gold: TrainingRows | None = None) -> Averages:
    """Averages of the soft labels, and regressions of gold on them: by default dev's, of other users than the labels.

    Where gold rows are among the labels, each user's own are left out of what is regressed on.
    """
    dev, own = (dev_rows(dataset), None) if gold is None else (gold, gold)
    averages = LabelAverages.of(rows, np.zeros(dataset.n_books, np.int32))
    like, both = (
        _fitted(_four(averages, dataset.histories, users, books, own, dataset.by_time), label)
        for users, books, label in (
            (dev.user_idx, dev.book_idx, dev.p_positive),
            tutorial_examples(dataset, dev, seed),
        )
    )
    return Averages(averages, like, both)


def _four(
    averages: LabelAverages,
    histories: Histories,
    user_idx: NDArray[np.integer],
    book_idx: NDArray[np.integer],
    own: TrainingRows | None = None,
    known_users: bool = False,
) -> Floats:
    of_labels = averages.features(histories, user_idx, book_idx, own, known_users)[:, :3]
    return np.column_stack([of_labels, np.log1p(histories.lengths[user_idx])])


def _fitted(x: Floats, label: NDArray[np.floating]) -> Any:
    from sklearn.dummy import DummyClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if len(np.unique(label)) < 2:  # nothing to tell apart: its share, as if another of the other class were there
        return DummyClassifier(strategy="prior").fit(np.zeros((len(label) + 1, 4)), np.append(label, 1 - label[:1]))
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(x, label)
