"""Random negatives: books that a user has not read."""

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.histories import Histories


class UnreadSampler:
    """Draws books uniformly from those not in a user's history.

    The ``r``-th unread book is found by a search in the sorted history instead of drawing until one is unread: the cost
    of a draw does not depend on how much the user has read.
    """

    def __init__(self, histories: Histories, n_books: int):
        self._histories = histories
        self._n_books = n_books
        users = histories.users.astype(np.int64)
        rank = np.arange(len(users)) - histories.indptr[users]
        self._books = users * n_books + histories.indices
        # A history entry is preceded by (book - rank) unread books.
        self._unread_before = users * (n_books + 1) + histories.indices - rank

    def sample(
        self, users: NDArray[np.integer], positives: NDArray[np.integer], rng: np.random.Generator
    ) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
        """One book for each (user, positive), not in the user's history and not the positive.

        Returns
        -------
        index : intp array, shape [k]
            The pairs that got a book: all but those whose user has read every other book.
        books : int32 array, shape [k]
        """
        n_free = self._n_books - self._histories.lengths[users] - ~self._histories.contains(users, positives)
        index = np.flatnonzero(n_free > 0)
        users, positives = users[index].astype(np.int64), positives[index].astype(np.int64)
        start = self._histories.indptr[users]
        drawn = rng.integers(0, n_free[index])
        # A positive that is not in the history is unread, too: step over it.
        rank = np.searchsorted(self._books, users * self._n_books + positives) - start
        drawn += ~self._histories.contains(users, positives) & (drawn >= positives - rank)
        skipped = np.searchsorted(self._unread_before, users * (self._n_books + 1) + drawn, side="right") - start
        return index, (drawn + skipped).astype(np.int32)
