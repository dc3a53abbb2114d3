"""What everything that recommends offers: baselines, networks and blends are measured and served by nothing else.

A user is known by the history alone, so that ``histories`` may be those of readers never seen; ``user_idx`` and ``users`` are
positions in them.
"""

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.histories import Histories

Floats = NDArray[np.float64]


@runtime_checkable
class Rater(Protocol):
    """What tells whether a user likes a book.

    Both take pairs of users and books (int arrays, shape [n]) and give float64 arrays of shape [n]. A book is taken out of
    its user's history first.
    """

    def like(self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]) -> Floats:
        """P(POSITIVE) of books that the users read."""

    def read_and_like(
        self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]
    ) -> Floats:
        """P(the user reads and likes the book), among rated books and one random unread book for each liked one."""


@runtime_checkable
class Ranker(Protocol):
    """What books are ranked by."""

    def score_users(self, histories: Histories, users: NDArray[np.integer]) -> NDArray[np.floating]:
        """Scores of the whole catalogue, shape [len(users), n_books]; higher comes first.

        That of a book in the history may count the book itself among the history.
        """


@runtime_checkable
class Recommender(Rater, Ranker, Protocol):
    """What rates and ranks, and can be asked why: what is served."""

    def score(self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]) -> Floats:
        """What books are ranked by, for pairs of users and books; a book is taken out of its user's history first."""
