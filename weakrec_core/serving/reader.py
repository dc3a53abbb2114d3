"""Whom to recommend to: a user of the dataset, or somebody described by some books."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.errors import DataError

_LIKED_SHARE = 5  # a liked book weighs as much as one in this many of all books read
_LIKED_LEAST = 2


@dataclass(frozen=True)
class Reader:
    """A reader's books.

    Attributes
    ----------
    read : tuple of int
        ``book_idx`` of the books read, distinct and ascending.
    liked : tuple of int
        Those of them to recommend more like: in the history each stands for a fifth of the books read, two at least.
    """

    read: tuple[int, ...]
    liked: tuple[int, ...] = ()

    @property
    def times(self) -> NDArray[np.int64]:
        """How often the history has each book of `read`, shape [len(read)]."""
        often = max(_LIKED_LEAST, ceil(len(self.read) / _LIKED_SHARE))
        return np.where(np.isin(np.array(self.read, np.int64), self.liked), often, 1)

    @property
    def entries(self) -> NDArray[np.int32]:
        """The history as models take it: ascending, liked books several times."""
        return np.repeat(np.array(self.read, np.int32), self.times)


def reader_of(
    dataset: Dataset, user: str | None = None, books: Sequence[str] = (), liked: Sequence[str] = ()
) -> Reader:
    """A reader by the ids of the original data: a user's history, if one is named, and more books.

    Raises
    ------
    DataError
        If the user or a book is not in the dataset.
    """
    read = np.empty(0, np.int64)
    if user is not None:
        found = np.flatnonzero(dataset.user_ids.to_numpy() == user)
        if not len(found):
            raise DataError(f"There is no user {user!r} in dataset {dataset.name!r}.")
        read = dataset.histories.of(int(found[0])).astype(np.int64)
    ids = [*books, *liked]
    added = pd.Index(dataset.books["book_id"]).get_indexer(pd.Index(ids, dtype="str"))
    if (added < 0).any():
        raise DataError(f"There is no {dataset.noun.one} {ids[int(added.argmin())]!r} in dataset {dataset.name!r}.")
    return Reader(tuple(np.union1d(read, added).tolist()), tuple(np.unique(added[len(books) :]).tolist()))


def histories_of(readers: Sequence[NDArray[np.int32]]) -> Histories:
    """Several histories, given as `Reader.entries`, as those of users 0, 1, …"""
    lengths = [len(books) for books in readers]
    return Histories(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), np.concatenate(readers))
