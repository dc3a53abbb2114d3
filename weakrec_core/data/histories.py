"""The books each user interacted with, as CSR arrays."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from weakrec_core.data.pairs import find_keys, pair_keys, split_keys

_BOOKS = "book_idxs"


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

    def select(self, users: NDArray[np.integer]) -> "Histories":
        """Those of some users, by position among them."""
        return Histories(np.concatenate([[0], np.cumsum(self.lengths[users])]), self.gather(users)[0])

    def gather(self, users: NDArray[np.integer]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The books of several users one after another, and for each the position of its user in `users`."""
        lengths = self.lengths[users]
        segment = np.repeat(np.arange(len(users)), lengths)
        first = self.indptr[users] - (np.cumsum(lengths) - lengths)
        return self.indices[np.arange(len(segment)) + first[segment]], segment.astype(np.int32)

    def among(self, users: NDArray[np.integer]) -> tuple[NDArray[np.integer], NDArray[np.int32], NDArray[np.integer]]:
        """The books of at least these users, who may repeat: a part of train asks for a few of all.

        Returns
        -------
        owner, books : int arrays
            A number for the user of each book, ascending, and the book.
        asked : int array, shape [len(users)]
            The number of each of `users`.
        """
        distinct, asked = np.unique(users, return_inverse=True)
        if 2 * len(distinct) > self.n_users:  # of most users nothing is copied
            return self.users, self.indices, users
        books, owner = self.gather(distinct)
        return owner, books, asked

    def contains(self, users: NDArray[np.integer], books: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Whether each (user, book) pair is in that user's history, shape [len(users)]."""
        owner, read, asked = self.among(users)
        return find_keys(pair_keys(owner, read), pair_keys(asked, books))[1]


def read_histories(path: Path) -> Histories:
    """Those of all users in a Parquet file with the column ``book_idxs``; memory holds them once."""
    lengths, indices = [np.zeros(1, np.int64)], array("i")
    for lists in _lists(path):
        lengths.append(np.diff(np.asarray(lists.offsets)).astype(np.int64))
        indices.frombytes(np.asarray(lists.flatten(), np.int32).tobytes())
    return Histories(np.cumsum(np.concatenate(lengths)), np.frombuffer(indices, np.int32))


def read_histories_of(path: Path, users: NDArray[np.integer]) -> Histories:
    """Those of some users, ascending, by position among them: no more is read than the row groups that they are in."""
    lengths, indices = [np.zeros(1, np.int64)], [np.zeros(0, np.int32)]
    with pq.ParquetFile(path) as file:
        said = file.metadata
        starts = np.cumsum([0] + [said.row_group(i).num_rows for i in range(said.num_row_groups)])
        bounds = np.searchsorted(users, starts)
        for group in np.flatnonzero(np.diff(bounds)):
            rows = users[bounds[group] : bounds[group + 1]] - starts[group]
            lists = file.read_row_group(int(group), columns=[_BOOKS]).column(0).combine_chunks().take(pa.array(rows))
            lengths.append(np.diff(np.asarray(lists.offsets)).astype(np.int64))
            indices.append(np.asarray(lists.flatten(), np.int32))
    return Histories(np.cumsum(np.concatenate(lengths)), np.concatenate(indices))


def read_n_readers(path: Path, n_books: int) -> NDArray[np.int64]:
    """How many users have each book, shape [n_books]."""
    found = np.zeros(n_books, np.int64)
    for lists in _lists(path):
        found += np.bincount(lists.flatten(), minlength=n_books)
    return found


def _lists(path: Path) -> Iterator[pa.ListArray]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=[_BOOKS]):
            yield batch.column(0)
