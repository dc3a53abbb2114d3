"""Folds over users for cross-validation: rows of one user are not independent."""

import numpy as np
from numpy.typing import NDArray

N_FOLDS = 5


def user_folds(user_idx: NDArray[np.integer], k: int = N_FOLDS, seed: int = 0) -> NDArray[np.int64]:
    """A fold for every row, the same for all rows of a user, shape [n]."""
    users, inverse = np.unique(user_idx, return_inverse=True)
    fold_of_user = np.random.default_rng(seed).permutation(len(users)) % k
    return np.asarray(fold_of_user[inverse])
