"""How often LFs vote, with users as the units."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from weakrec_core.labeling.base import Votes

Sums = NDArray[np.int64]


class Rate(NamedTuple):
    """The share of rows that an LF votes on, and its standard error with users as the units."""

    share: float
    error: float


def vote_sums(votes: Votes, user_idx: NDArray[np.integer]) -> Sums:
    """What a `vote_rate` is made of; sums of parts with different users add up to those of the whole.

    Parameters
    ----------
    votes : int8 array, shape [n]
    user_idx : int array, shape [n], ascending

    Returns
    -------
    int64 array, shape [5]
        Rows, rows with a vote; and over the users, with r rows of which v have a vote: the sums of v², vr and r².
    """
    n = len(votes)
    if not n:
        return np.zeros(5, np.int64)
    starts = np.flatnonzero(np.r_[True, user_idx[1:] != user_idx[:-1]])
    rows = np.diff(np.r_[starts, n])
    voted = np.add.reduceat((votes != -1).astype(np.int64), starts)
    return np.array([n, voted.sum(), voted @ voted, voted @ rows, rows @ rows], np.int64)


def vote_rate(sums: Sums) -> Rate:
    """How often an LF votes; the rows of a user are not independent: who writes long reviews triggers every keyword.

    Parameters
    ----------
    sums : int64 array, shape [5]
        See `vote_sums`.
    """
    n, voted, squares, products, rows = map(int, sums)  # of any size, so that nothing is rounded before the root
    if not n:
        return Rate(0.0, 0.0)
    return Rate(voted / n, math.sqrt(n * n * squares - 2 * n * voted * products + voted * voted * rows) / (n * n))
