"""The books each user interacted with, as CSR arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.pairs import find_keys, pair_keys, split_keys


@dataclass(frozen=True, eq=False)
class Histories:
    """Book indices per user in compressed sparse row form.

    Attributes
    ----------
    indptr : int64 array, shape [n_users + 1]
        The books of user ``u`` are ``indices[indptr[u]:indptr[u + 1]]``.
    indices : int32 array, shape [n_interactions]
        ``book_idx`` values, distinct and ascending within a user.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]

    @classmethod
    def from_pairs(cls, users: NDArray[np.integer], books: NDArray[np.integer], n_users: int) -> "Histories":
        """Build from parallel arrays of ``user_idx`` and ``book_idx``; repeated pairs count once."""
        keys = np.sort(pair_keys(users, books))  # np.unique hashes, which takes ten times as long
        of, indices = split_keys(keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if len(keys) else keys)
        indptr = np.concatenate([[0], np.cumsum(np.bincount(of, minlength=n_users))]).astype(np.int64)
        return cls(indptr, indices)

    @property
    def n_users(self) -> int:
        return len(self.indptr) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Number of distinct books per user, shape [n_users]."""
        return np.diff(self.indptr)

    @property
    def users(self) -> NDArray[np.int32]:
        """``user_idx`` of every entry of `indices`."""
        return np.repeat(np.arange(self.n_users, dtype=np.int32), self.lengths)

    def of(self, user_idx: int) -> NDArray[np.int32]:
        """The books of one user."""
        return self.indices[self.indptr[user_idx] : self.indptr[user_idx + 1]]

    def gather(self, users: NDArray[np.integer]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The books of several users one after another, and for each the position of its user in `users`."""
        lengths = self.lengths[users]
        segment = np.repeat(np.arange(len(users)), lengths)
        first = self.indptr[users] - (np.cumsum(lengths) - lengths)
        return self.indices[np.arange(len(segment)) + first[segment]], segment.astype(np.int32)

    def contains(self, users: NDArray[np.integer], books: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Whether each (user, book) pair is in that user's history, shape [len(users)]."""
        return find_keys(pair_keys(self.users, self.indices), pair_keys(users, books))[1]
