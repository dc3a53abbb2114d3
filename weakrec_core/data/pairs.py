"""Pairs of users and books as single numbers, which sort by user, then by book."""

import numpy as np
from numpy.typing import NDArray

_SHIFT = 32


def pair_keys(users: NDArray[np.integer], books: NDArray[np.integer]) -> NDArray[np.int64]:
    """One number a pair, shape [n], of two int arrays below 2^31."""
    return users.astype(np.int64) << _SHIFT | books


def split_keys(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Users and books of `pair_keys`."""
    return keys >> _SHIFT, (keys & ((1 << _SHIFT) - 1)).astype(np.int32)


def find_keys(keys: NDArray[np.int64], wanted: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where in the ascending `keys` those wanted are, and whether they are there; shape [len(wanted)] each.

    Examples
    --------
    >>> at, there = find_keys(np.array([2, 5, 7]), np.array([5, 6]))
    >>> at[there].tolist(), there.tolist()
    ([1], [True, False])
    """
    if not len(keys):
        return np.zeros(len(wanted), np.intp), np.zeros(len(wanted), bool)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return at, keys[at] == wanted
