"""Linear item-item models of what is read: EASE and the nearest neighbours, each in closed form.

Both know the histories of train's and dev's users; what they have to be told, a regularisation or a number of neighbours,
is chosen by the ranking on valid. ``check`` is called now and then meanwhile; it may raise.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from weakrec_core import POSITIVE
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import gold_rows, training_users
from weakrec_core.evaluation.ranking import Ranker, RankingTask, rank

Floats32 = NDArray[np.float32]
R = TypeVar("R", bound=Ranker)

CHOSEN_BY = "ndcg@10"
_VALID_SEEDS = 3  # books of valid are held out that often, so that the choice hangs less on which
_EASE_PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
_EASE_SIDE = 10_000  # the matrix to invert has at most this many rows
_NEIGHBOURS = (10, 20, 50, 100, 200, 500)
_KNN_BOOKS = 1024  # whose neighbours are looked up at a time; bounds memory


def valid_tasks(dataset: Dataset, seed: int) -> list[RankingTask]:
    """Valid's readers several times, with other books held out each time; none if nobody there likes a book."""
    if not (gold_rows(dataset, "valid").p_positive == POSITIVE).any():
        return []
    return [RankingTask.make(dataset, "valid", seed + i) for i in range(_VALID_SEEDS)]


def mean_ndcg(ranker: Ranker, tasks: Sequence[RankingTask]) -> float:
    """What choices are made by; 0 without a task."""
    return sum(rank(ranker, task).means[CHOSEN_BY] for task in tasks) / max(len(tasks), 1)


def interactions(histories: Histories, users: NDArray[np.integer], n_books: int) -> Any:
    """Who read what, as a scipy CSR array of float32 ones, shape [len(users), n_books]."""
    from scipy import sparse

    books, _ = histories.gather(users)
    indptr = np.concatenate([[0], np.cumsum(histories.lengths[users])])
    return sparse.csr_array((np.ones(len(books), np.float32), books, indptr), shape=(len(users), n_books))


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


def fit_ease(dataset: Dataset, seed: int = 0, check: Callable[[], None] = lambda: None) -> Ease:
    """EASE with the penalty that ranks best on valid; of more than 10,000 users and books, the most read 10,000 books."""
    users = training_users(dataset)
    read = interactions(dataset.histories, users, dataset.n_books)
    readers = read.sum(axis=0)
    books = np.flatnonzero(readers > 0).astype(np.int32)
    if min(read.shape[0], len(books)) > _EASE_SIDE:
        books = np.sort(books[np.argsort(-readers[books], kind="stable")[:_EASE_SIDE]])
    read = read[:, books].tocsr()
    by_users = read.shape[0] < len(books)
    gram = (read @ read.T if by_users else read.T @ read).toarray().astype(np.float64)
    candidates = (_ease(books, read, gram, by_users, dataset.n_books, penalty) for penalty in _EASE_PENALTIES)
    return _best(candidates, valid_tasks(dataset, seed), check)


def _ease(
    books: NDArray[np.int32], read: Any, gram: NDArray[np.float64], by_users: bool, n_books: int, penalty: float
) -> Ease:
    from scipy import linalg

    shifted = gram.copy()
    np.fill_diagonal(shifted, gram.diagonal() + penalty)
    # Of a positive definite matrix, by its Cholesky factor: half the work of a general inverse.
    inverse = linalg.lapack.dpotri(linalg.cholesky(shifted, overwrite_a=True, check_finite=False))[0]
    inverse = np.triu(inverse) + np.triu(inverse, 1).T
    if by_users:
        own = np.asarray(read.multiply(inverse.astype(np.float32) @ read).sum(axis=0)).ravel()
        return Ease(books, read, inverse.astype(np.float32), own.astype(np.float32), n_books, penalty)
    inverse *= -penalty
    np.fill_diagonal(inverse, inverse.diagonal() + 1)
    own = inverse.diagonal().astype(np.float32)
    return Ease(books, None, inverse.astype(np.float32), own, n_books, penalty)


@dataclass(frozen=True, eq=False)
class ItemKnn:
    """A book's score is the sum of its cosine similarities to the books of the history among its nearest neighbours.

    Attributes
    ----------
    similar : scipy CSR array, shape [n_books, n_books]
        By row a book of the history, by column what it adds to the score of each book.
    neighbours : int
        Nearest neighbours kept for each book scored.
    """

    similar: Any
    neighbours: int

    def score_users(self, histories: Histories, users: NDArray[np.integer]) -> NDArray[np.floating]:
        scores: NDArray[np.floating] = (interactions(histories, users, self.similar.shape[0]) @ self.similar).toarray()
        return scores


def fit_item_knn(dataset: Dataset, seed: int = 0, check: Callable[[], None] = lambda: None) -> ItemKnn:
    """Item-kNN with the number of neighbours that ranks best on valid."""
    read = interactions(dataset.histories, training_users(dataset), dataset.n_books)
    book, neighbour, similarity, place = _nearest(read, _NEIGHBOURS[-1], check)
    candidates = (
        _item_knn(book[place < k], neighbour[place < k], similarity[place < k], dataset.n_books, k) for k in _NEIGHBOURS
    )
    return _best(candidates, valid_tasks(dataset, seed), check)


def _item_knn(
    book: NDArray[np.integer], neighbour: NDArray[np.integer], similarity: Floats32, n_books: int, k: int
) -> ItemKnn:
    from scipy import sparse

    return ItemKnn(sparse.csr_array((similarity, (neighbour, book)), shape=(n_books, n_books)), k)


def _nearest(read: Any, k: int, check: Callable[[], None]) -> tuple[Any, Any, Floats32, Any]:
    """The `k` nearest neighbours of each book by cosine, nearest first: book, neighbour, similarity, place from 0 on."""
    length = np.sqrt(np.maximum(read.sum(axis=0), 1)).astype(np.float32)
    unit = read.multiply(1 / length[None, :]).tocsc()
    parts = []
    for start in range(0, read.shape[1], _KNN_BOOKS):
        check()
        near = (unit[:, start : start + _KNN_BOOKS].T @ unit).tocsr()
        book = np.repeat(np.arange(near.shape[0]), np.diff(near.indptr))
        other = near.indices != book + start
        book, neighbour, similarity = book[other], near.indices[other], near.data[other]
        order = np.lexsort([neighbour, -similarity, book])
        book, neighbour, similarity = book[order], neighbour[order], similarity[order]
        place = np.arange(len(book)) - np.searchsorted(book, book)
        kept = place < k
        parts.append((book[kept] + start, neighbour[kept], similarity[kept], place[kept]))
    book, neighbour, similarity, place = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return book, neighbour, similarity, place


def _best(candidates: Iterable[R], tasks: Sequence[RankingTask], check: Callable[[], None]) -> R:
    """The first of those that rank best; each is let go before the next is made."""
    best, best_ndcg = None, -1.0
    for candidate in candidates:
        check()
        ndcg = mean_ndcg(candidate, tasks)
        if ndcg > best_ndcg:
            best, best_ndcg = candidate, ndcg
    assert best is not None
    return best
