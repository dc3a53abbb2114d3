"""How much the users of train and dev like what they read: what lists can be weighted by."""

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.pairs import find_keys, pair_keys
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
    keys = pair_keys(users[segment], books)
    for rows in (labeled, gold_rows(dataset, "dev")) if use_dev else (labeled,):
        at, known = find_keys(keys, pair_keys(rows.user_idx, rows.book_idx))
        p[at[known]] = rows.p_positive[known]
    return p
