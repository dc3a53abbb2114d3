"""EASE: each book predicted from the others by ridge regressions, in closed form.

It knows the histories of train's and dev's users; its penalty is chosen by the ranking on valid.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core.baselines.base import Baseline, Inputs
from weakrec_core.baselines.gram import reads
from weakrec_core.baselines.item_item import Floats32, best_on_valid, interactions, valid_tasks
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import training_users
from weakrec_core.engine.base import Engine

_PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
_SIDE = 10_000  # the matrix to invert has at most this many rows


class EaseBaseline(Baseline):
    """EASE alone; the run's blend uses the same model."""

    name = "ease"
    title = "EASE"

    def fit(self, inputs: Inputs) -> "Ease":
        inputs.tell("Fitting EASE")
        return fit_ease(inputs.dataset, inputs.seed, inputs.check, engine=inputs.engine)


@dataclass(frozen=True, eq=False)
class Ease:
    """EASE (Steck, 2019): each book predicted from the others by ridge regressions that share one inverse.

    With X the training users' histories and K = X X' + penalty I, a book's score is (m - h x) / (1 - h), the prediction
    of the ridge regression, m = x X' inv(K) X, without the book's own part in it, h = diag(X' inv(K) X). That is EASE's
    x B, for its P = inv(X'X + penalty I) is (I - X' inv(K) X) / penalty. The smaller of K and X'X is inverted: with
    fewer users than books no matrix of books by books is made.

    Attributes
    ----------
    books : int32 array, shape [b]
        The books it knows; others score 0.
    read : scipy CSR array or None, shape [n, b]
        X, if K was inverted.
    inverse : float32 array
        inv(K), shape [n, n]; without `read`, X' inv(K) X, shape [b, b].
    own : float32 array, shape [b]
        h.
    n_books : int
    penalty : float
    """

    books: NDArray[np.int32]
    read: Any
    inverse: Floats32
    own: Floats32
    n_books: int
    penalty: float

    def score_users(self, histories: Histories, users: NDArray[np.integer]) -> NDArray[np.floating]:
        x = interactions(histories, users, self.n_books)[:, self.books]
        scores = np.zeros((len(users), self.n_books), np.float32)
        scores[:, self.books] = self._scores(x)
        return scores

    def score(
        self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]
    ) -> NDArray[np.floating]:
        """Scores of pairs of users and books, at the cost of the distinct users times the distinct books."""
        scores = np.zeros(len(user_idx), np.float32)
        column = np.searchsorted(self.books, book_idx)
        known = np.flatnonzero(self.books[np.minimum(column, len(self.books) - 1)] == book_idx)
        users, row = np.unique(user_idx[known], return_inverse=True)
        columns, place = np.unique(column[known], return_inverse=True)
        x = interactions(histories, users, self.n_books)[:, self.books]
        scores[known] = self._scores(x, columns)[row, place]
        return scores

    def _scores(self, x: Any, columns: NDArray[np.integer] | None = None) -> Floats32:
        """Scores of its books, or of some of them, for histories in its books."""
        if columns is None:
            m = x @ self.inverse if self.read is None else ((x @ self.read.T).toarray() @ self.inverse) @ self.read
            own = self.own
        else:
            own = self.own[columns]
            if self.read is None:
                m = x @ self.inverse[:, columns]
            else:  # from the right, as few columns are cheaper to carry along than many users
                m = (x @ self.read.T) @ (self.inverse @ self.read[:, columns].toarray())
            x = x[:, columns]
        return np.asarray((m - x.toarray() * own) / (1 - own), np.float32)


def fit_ease(
    dataset: Dataset,
    seed: int = 0,
    check: Callable[[], None] = lambda: None,
    *,
    weight: Floats32 | None = None,
    penalties: Sequence[float] = _PENALTIES,
    engine: Engine | None = None,
) -> Ease:
    """EASE with the penalty that ranks best on valid; of more than 10,000 users and books, the most read 10,000 books.

    Parameters
    ----------
    weight : float32 array or None
        What each book read counts for, in the order of ``histories.gather(training_users(dataset))``; None = 1 each.
    engine : Engine or None
        See `reads`.
    """
    users = training_users(dataset)
    known = reads(dataset, users, weight, engine)
    readers = known.readers()
    books = np.flatnonzero(readers > 0).astype(np.int32)
    if min(len(users), len(books)) > _SIDE:
        books = np.sort(books[np.argsort(-readers[books], kind="stable")[:_SIDE]])
    read = None
    if len(users) < len(books):
        histories = dataset.histories_of(users)
        read = interactions(histories, np.arange(len(users)), dataset.n_books, weight)[:, books].tocsr()
        gram = (read.astype(np.float64) @ read.T.astype(np.float64)).toarray()
    else:
        gram = np.zeros((len(books), len(books)))
        for rows, found in known.gram(books):
            check()
            gram[rows] = found.toarray()
    candidates = (_ease(books, read, gram, dataset.n_books, penalty) for penalty in penalties)
    return best_on_valid(candidates, valid_tasks(dataset, seed), check)


def _ease(books: NDArray[np.int32], read: Any, gram: NDArray[np.float64], n_books: int, penalty: float) -> Ease:
    from scipy import linalg

    shifted = gram.copy()
    np.fill_diagonal(shifted, gram.diagonal() + penalty)
    # Of a positive definite matrix, by its Cholesky factor: half the work of a general inverse.
    inverse = linalg.lapack.dpotri(linalg.cholesky(shifted, overwrite_a=True, check_finite=False))[0]
    inverse = np.triu(inverse) + np.triu(inverse, 1).T
    if read is not None:
        own = np.asarray(read.multiply(inverse.astype(np.float32) @ read).sum(axis=0)).ravel()
        return Ease(books, read, inverse.astype(np.float32), own.astype(np.float32), n_books, penalty)
    inverse *= -penalty
    np.fill_diagonal(inverse, inverse.diagonal() + 1)
    own = inverse.diagonal().astype(np.float32)
    return Ease(books, None, inverse.astype(np.float32), own, n_books, penalty)
