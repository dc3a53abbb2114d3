"""What LFs said about each book: where its training labels came from."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core import ABSTAIN, NEGATIVE, POSITIVE
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.result_cache import remembered


@dataclass(frozen=True, eq=False)
class BookVotes:
    """Votes on the train rows of each book.

    Attributes
    ----------
    lfs : list of str
        Names of the LFs.
    counts : int64 array, shape [n_books, n_lfs, 2]
        Votes by book, LF, and class (NEGATIVE, POSITIVE).
    rows, covered : int64 arrays, shape [n_books]
        Train rows, and those with a vote.
    """

    lfs: list[str]
    counts: NDArray[np.int64]
    rows: NDArray[np.int64]
    covered: NDArray[np.int64]

    def of(self, book_idx: int) -> pd.DataFrame:
        """The LFs that voted on a book: lf, positive, negative; most votes first."""
        counts = self.counts[book_idx]
        table = pd.DataFrame({"lf": self.lfs, "positive": counts[:, POSITIVE], "negative": counts[:, NEGATIVE]})
        votes = counts.sum(axis=1)
        order = np.argsort(-votes, kind="stable")
        return table.take(order[votes[order] > 0]).reset_index(drop=True)


@remembered
def count_book_votes(applied: AppliedSet) -> BookVotes:
    """Count the votes of an LF set on train by book; an LF that cannot be applied must be switched off."""
    n_books = applied.dataset.n_books
    books = applied.dataset.column("train", "book_idx").to_numpy()
    L = applied.votes("train")
    counts = np.zeros((n_books, L.shape[1], 2), np.int64)
    for j, votes in enumerate(L.T):
        for label in (NEGATIVE, POSITIVE):
            counts[:, j, label] = np.bincount(books[votes == label], minlength=n_books)
    covered = (L != ABSTAIN).any(axis=1)
    rows, with_vote = (np.bincount(part, minlength=n_books) for part in (books, books[covered]))
    return BookVotes(applied.names, counts, rows, with_vote)
