"""Which books are read by the same users: the Gram matrix X'X of who read what, a sum over parts of the users.

No user is in two parts, so that of books that count 1 each the sums are counts, and exact; of weights they are float64.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core.baselines.item_item import Floats32, interactions
from weakrec_core.data.dataset import Dataset
from weakrec_core.engine.base import Engine, LocalEngine
from weakrec_core.engine.part_of_train import NamedDataset

PART_USERS = 100_000  # a row group of their file
_BOOKS, _CELLS = 1024, 20_000_000  # rows of the matrix made at a time, at least; their cells; bounds memory


@dataclass(frozen=True, eq=False)
class PartOfReads:
    """What some users read, a part of X.

    Attributes
    ----------
    source : Dataset or NamedDataset
        For this process, or for one that knows nothing yet.
    users : int32 array
        Ascending.
    weight : float32 array or None
        What each book read counts for; None = 1 each.
    """

    source: Dataset | NamedDataset
    users: NDArray[np.int32]
    weight: Floats32 | None

    def read(self) -> Any:
        """As a scipy CSR array of float64, shape [len(users), n_books]."""
        dataset = self.source if isinstance(self.source, Dataset) else self.source.whole()
        histories = dataset.histories_of(self.users)
        return interactions(histories, np.arange(len(self.users)), dataset.n_books, self.weight).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Reads:
    """What users of a dataset read, X, in parts that an engine works on.

    Attributes
    ----------
    n_books : int
    parts : sequence of PartOfReads
    engine : Engine
    """

    n_books: int
    parts: Sequence[PartOfReads]
    engine: Engine

    def readers(self) -> NDArray[np.float64]:
        """How many of the users read each book, or the sum of the weights, shape [n_books]."""
        return reduce(add, self.engine.map(_readers, self.parts), np.zeros(self.n_books))

    def gram(self, books: NDArray[np.integer] | None = None) -> Iterator[tuple[slice, Any]]:
        """X'X some rows at a time: which, and they as a scipy CSR array of float64.

        Parameters
        ----------
        books : int array or None
            The books to take; None = all.
        """
        n_books = self.n_books if books is None else len(books)
        step = max(_BOOKS, _CELLS // max(n_books, 1))
        for start in range(0, n_books, step):
            rows = slice(start, min(start + step, n_books))
            yield rows, reduce(add, self.engine.map(partial(_gram, rows, books), self.parts))


def reads(
    dataset: Dataset, users: NDArray[np.int32], weight: Floats32 | None = None, engine: Engine | None = None
) -> Reads:
    """What users read, 100,000 of them at a time.

    Parameters
    ----------
    users : int32 array
        Ascending.
    weight : float32 array or None
        What each book read counts for, in the order of ``histories.gather(users)``; None = 1 each.
    engine : Engine or None
        Its tasks read the histories of their users from the file, so that nobody holds those of all. None = this process.
    """
    cuts = np.arange(PART_USERS, len(users), PART_USERS)
    of_users = np.split(users, cuts)
    of_weight: Sequence[Floats32 | None] = [None] * len(of_users)
    if weight is not None:
        of_weight = np.split(weight, np.cumsum(dataset.histories.lengths[users])[cuts - 1])
    source = dataset if engine is None else NamedDataset(dataset.workspace, dataset.name, dataset.data_fingerprint)
    parts = [PartOfReads(source, *part) for part in zip(of_users, of_weight, strict=True)]
    return Reads(dataset.n_books, parts, engine or LocalEngine())


def _readers(part: PartOfReads) -> NDArray[np.float64]:
    found: NDArray[np.float64] = part.read().sum(axis=0)
    return found


def _gram(rows: slice, books: NDArray[np.integer] | None, part: PartOfReads) -> Any:
    """Some rows of a part's X'X."""
    read = part.read() if books is None else part.read()[:, books]
    found = read[:, rows].T.tocsr() @ read
    found.sort_indices()  # so that sums of parts are fast
    return found
