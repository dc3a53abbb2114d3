"""The nearest neighbours of each book by cosine of who read them.

They know the histories of train's and dev's users; how many count is chosen by the ranking on valid.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core.baselines.base import Baseline, Inputs
from weakrec_core.baselines.gram import Reads, reads
from weakrec_core.baselines.item_item import Floats32, best_on_valid, interactions, valid_tasks
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import training_users
from weakrec_core.engine.base import Engine

_NEIGHBOURS = (10, 20, 50, 100, 200, 500)


class ItemKnnBaseline(Baseline):
    """Item-kNN."""

    name = "item_knn"
    title = "Item-kNN"
    cached = True

    def fit(self, inputs: Inputs) -> "ItemKnn":
        inputs.tell("Fitting item-kNN")
        return fit_item_knn(inputs.dataset, inputs.seed, inputs.check, engine=inputs.engine)


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


def fit_item_knn(
    dataset: Dataset,
    seed: int = 0,
    check: Callable[[], None] = lambda: None,
    *,
    engine: Engine | None = None,
) -> ItemKnn:
    """Item-kNN with the number of neighbours that ranks best on valid; for `engine` see `reads`."""
    read = reads(dataset, training_users(dataset), engine=engine)
    book, neighbour, similarity, place = _nearest(read, _NEIGHBOURS[-1], check)
    candidates = (
        _item_knn(book[place < k], neighbour[place < k], similarity[place < k], dataset.n_books, k) for k in _NEIGHBOURS
    )
    return best_on_valid(candidates, valid_tasks(dataset, seed), check)


def _item_knn(
    book: NDArray[np.integer], neighbour: NDArray[np.integer], similarity: Floats32, n_books: int, k: int
) -> ItemKnn:
    from scipy import sparse

    return ItemKnn(sparse.csr_array((similarity, (neighbour, book)), shape=(n_books, n_books)), k)


def _nearest(read: Reads, k: int, check: Callable[[], None]) -> tuple[Any, Any, Floats32, Any]:
    """The `k` nearest neighbours of each book by cosine, nearest first: book, neighbour, similarity, place from 0 on."""
    length = np.sqrt(np.maximum(read.readers(), 1))
    parts = []
    for rows, both in read.gram():
        check()
        book = np.repeat(np.arange(rows.start, rows.stop), np.diff(both.indptr))
        other = both.indices != book
        book, neighbour, readers = book[other], both.indices[other], both.data[other]
        similarity = (readers / length[book] / length[neighbour]).astype(np.float32)
        order = np.lexsort([neighbour, -similarity, book])
        book, neighbour, similarity = book[order], neighbour[order], similarity[order]
        place = np.arange(len(book)) - np.searchsorted(book, book)
        kept = place < k
        parts.append((book[kept], neighbour[kept], similarity[kept], place[kept]))
    book, neighbour, similarity, place = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return book, neighbour, similarity, place
