"""Which of several candidates to take where the data cannot tell them apart: the simplest."""

import numpy as np
from numpy.typing import NDArray


def simplest_of_the_best(values: NDArray[np.floating]) -> int:
    """The first of several candidates that cannot be told from the best: the one-standard-error rule, paired.

    Parameters
    ----------
    values : float array, shape [candidates, n]
        More is better; simplest candidate first. Each of the n is one that another sample would have drawn: a user, not a row.
    """
    lost = values[values.mean(axis=1).argmax()] - values
    error = lost.std(axis=1, ddof=1) / values.shape[1] ** 0.5 if values.shape[1] > 1 else np.zeros(len(values))
    return int(np.flatnonzero(lost.mean(axis=1) <= error)[0])
