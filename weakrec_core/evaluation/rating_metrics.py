"""Rating metrics over all rows of a split, and the tutorial's protocol with random negatives beside them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core import POSITIVE
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.sampling import UnreadSampler
from weakrec_core.data.training_rows import TrainingRows, gold_rows
from weakrec_core.errors import DataError
from weakrec_core.evaluation.recommender import Floats, Rater
from weakrec_core.stats.decision_cut import DEFAULT_CUT

Metrics = dict[str, float | int | None]
Ints = NDArray[np.int32]


def evaluate(dataset: Dataset, model: Rater, split: str = "test", seed: int = 0) -> dict[str, Metrics]:
    """Metrics on the gold labels of a split.

    Parameters
    ----------
    seed : int
        Of the random negatives.

    Returns
    -------
    dict
        The split's name: `rating_metrics` over all its rated rows. ``tutorial_protocol``: the same over these rows and
        `tutorial_examples`' random negatives.

    Raises
    ------
    DataError
        If no row of the split has a gold label.
    """
    rows = gold_rows(dataset, split)
    if len(rows) == 0:
        raise DataError(f"No row of {split} has a gold label, so there is nothing to measure on.")
    user_idx, book_idx, label = tutorial_examples(dataset, rows, seed)
    return {
        split: rating_metrics(rows.p_positive, model.like(dataset.histories, rows.user_idx, rows.book_idx)),
        "tutorial_protocol": rating_metrics(label, model.read_and_like(dataset.histories, user_idx, book_idx)),
    }


def tutorial_examples(dataset: Dataset, rows: TrainingRows, seed: int) -> tuple[Ints, Ints, NDArray[np.float32]]:
    """Gold rows, and after them for each POSITIVE one a random book that its user has not read, labeled NEGATIVE.

    Returns
    -------
    user_idx, book_idx : int32 arrays, shape [n + n_positive]
    label : float32 array
    """
    positive = np.flatnonzero(rows.p_positive == POSITIVE)
    users = rows.user_idx[positive]
    histories = dataset.histories
    if dataset.by_time:  # whose histories lack the rows
        of, read = np.concatenate([histories.users, rows.user_idx]), np.concatenate([histories.indices, rows.book_idx])
        histories = Histories.from_pairs(of, read, histories.n_users)
    sampler = UnreadSampler(histories, dataset.n_books)
    kept, negatives = sampler.sample(users, rows.book_idx[positive], np.random.default_rng(seed))
    return (
        np.concatenate([rows.user_idx, users[kept]]),
        np.concatenate([rows.book_idx, negatives]),
        np.concatenate([rows.p_positive, np.zeros(len(kept), np.float32)]),
    )


def rating_metrics(gold: NDArray[Any], p_positive: Floats, cut: float = DEFAULT_CUT) -> Metrics:
    """Metrics over a whole split at once, never means over batches.

    Parameters
    ----------
    gold : array of 0 and 1, shape [n], n > 0
    p_positive : float64 array, shape [n]
    cut : float
        POSITIVE is said of what has a probability above it.

    Returns
    -------
    dict
        accuracy, balanced_accuracy (mean of the accuracies on each class there is), f1, precision, recall (of POSITIVE;
        0 where not defined), auc (None with one class only), log_loss, n.
    """
    from sklearn import metrics

    gold = gold.astype(np.int8)
    predicted = (p_positive > cut).astype(np.int8)
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        gold, predicted, average="binary", zero_division=0.0
    )
    return {
        "accuracy": float((gold == predicted).mean()),
        "balanced_accuracy": float(np.mean([(predicted[gold == label] == label).mean() for label in np.unique(gold)])),
        "f1": float(f1),
        "precision": float(precision),
        "recall": float(recall),
        "auc": float(metrics.roc_auc_score(gold, p_positive)) if 0 < gold.sum() < len(gold) else None,
        "log_loss": float(metrics.log_loss(gold, p_positive, labels=[0, 1])),
        "n": len(gold),
    }
