"""How much the users of train and dev like what they read: what lists can be weighted by."""

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import TrainingRows, gold_rows, training_users
from weakrec_core.evaluation.recommender import Floats, Rater


def liking(dataset: Dataset, rater: Rater, labeled: TrainingRows, use_dev: bool) -> Floats:
    """P(POSITIVE) of every book that the users of train and dev read: the label where there is one, else as the rater says.

    Returns
    -------
    float64 array
        In the order of ``histories.gather(training_users(dataset))``.
    """
    users = training_users(dataset)
    books, segment = dataset.histories.gather(users)
    p = rater.like(dataset.histories, users[segment], books)
    keys = users[segment].astype(np.int64) * dataset.n_books + books
    for rows in (labeled, gold_rows(dataset, "dev")) if use_dev else (labeled,):
        at, known = _places(keys, rows.user_idx.astype(np.int64) * dataset.n_books + rows.book_idx)
        p[at[known]] = rows.p_positive[known]
    return p


def _places(keys: NDArray[np.int64], wanted: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where in the ascending keys those wanted are, and whether they are there."""
    at = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    return at, (keys[at] == wanted if len(keys) else np.zeros(len(wanted), bool))
