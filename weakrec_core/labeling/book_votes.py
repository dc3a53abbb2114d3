"""What LFs said about each book: where its training labels came from."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core import ABSTAIN, NEGATIVE, POSITIVE
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.spec import LFSet


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


def count_book_votes(applier: Applier, lf_set: LFSet) -> BookVotes:
    """Count the votes of an LF set on train by book, once; LFs that cannot be applied (any more) are left out."""
    usable = applier.usable(lf_set)
    return applier.remember(("book_votes", usable), lambda: _count(applier, usable))


def _count(applier: Applier, lf_set: LFSet) -> BookVotes:
    n_books = applier.dataset.n_books
    books = applier.dataset.split("train")["book_idx"].to_numpy()
    counts = np.zeros((n_books, len(lf_set.active), 2), np.int64)
    covered = np.zeros(len(books), bool)
    for j, lf in enumerate(lf_set.active):
        votes = applier.votes(lf, "train")
        covered |= votes != ABSTAIN
        for label in (NEGATIVE, POSITIVE):
            counts[:, j, label] = np.bincount(books[votes == label], minlength=n_books)
    rows, with_vote = (np.bincount(part, minlength=n_books) for part in (books, books[covered]))
    return BookVotes(lf_set.names, counts, rows, with_vote)
