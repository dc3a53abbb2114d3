"""Which books of a reader's history pulled a recommended one up."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.evaluation.recommender import Floats, Recommender
from weakrec_core.serving.reader import Reader, histories_of

N_REASONS = 3  # books named for each recommended one
_ALL_LEFT_OUT = 250  # of longer histories only the books that say most by themselves are left out in turn
_ENTRIES = 1 << 18  # history entries looked up at once; bounds memory
Ints = NDArray[np.integer]


@dataclass(frozen=True)
class Reason:
    """A book of the history, and what the score of the recommended one would lose without it."""

    book_idx: int
    change: float


def reasons(model: Recommender, reader: Reader, books: Ints) -> list[tuple[Reason, ...]]:
    """For each of one or more unread books, the books of the history that raise its score most, strongest first.

    Each book read is left out once. EASE's score is a sum over the history, so that its part in a change is exact.
    """
    read, entries = np.array(reader.read, np.int32), reader.entries
    tried = read
    if len(read) > _ALL_LEFT_OUT:
        alone = _scores(model, [book[None] for book in read], books)
        tried = read[np.unique(np.argsort(-alone, axis=0, kind="stable")[: 2 * N_REASONS])]
    without = _scores(model, [entries[entries != book] for book in tried], books)
    change = _scores(model, [entries], books) - without
    strongest = np.argsort(-change, axis=0, kind="stable")[:N_REASONS].T
    return [
        tuple(Reason(int(tried[i]), float(change[i, j])) for i in rows if change[i, j] > 0)
        for j, rows in enumerate(strongest)
    ]


def _scores(model: Recommender, readers: Sequence[NDArray[np.int32]], books: Ints) -> Floats:
    """Scores of some books for several histories, shape [len(readers), len(books)]."""
    lot = max(1, _ENTRIES // max(1, len(readers[0])))
    parts = []
    for start in range(0, len(readers), lot):
        part = readers[start : start + lot]
        users = np.repeat(np.arange(len(part)), len(books))
        parts.append(model.score(histories_of(part), users, np.tile(books, len(part))))
    return np.concatenate(parts).reshape(len(readers), len(books))
