"""The books a model recommends to a reader, and why."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.errors import DataError
from weakrec_core.evaluation.recommender import Recommender
from weakrec_core.serving.explain import Reason, reasons
from weakrec_core.serving.reader import Reader, histories_of


@dataclass(frozen=True)
class Recommendation:
    """A book for a reader.

    Attributes
    ----------
    book_idx : int
    p_positive : float
        P(POSITIVE): that the reader likes the book, once read.
    score : float
        What books are ranked by: how well the book fits what the reader has read.
    fit : float
        The score between that of the median unread book, 0, and that of the first of the list, 1.
    because : tuple of Reason
        Strongest first.
    """

    book_idx: int
    p_positive: float
    score: float
    fit: float
    because: tuple[Reason, ...]


def most_read(readers: NDArray[np.int64], reader: Reader, k: int) -> list[int]:
    """The most read books that the reader has not read, as ``book_idx``: what is recommended without a model.

    Parameters
    ----------
    readers : int64 array, shape [n_books]
        How many users read each book; see `count_readers`.
    """
    unread = np.setdiff1d(np.arange(len(readers)), reader.read)
    found: list[int] = unread[np.argsort(-readers[unread], kind="stable")][:k].tolist()
    return found


def recommend(model: Recommender, reader: Reader, k: int) -> list[Recommendation]:
    """The `k` unread books with the highest score, or all unread ones where there are fewer.

    Of equal scores the lower ``book_idx`` comes first.

    Raises
    ------
    DataError
        If the reader has no books: models know a reader by nothing else.
    """
    if not reader.read:
        raise DataError(
            "This reader's history is empty, and nothing can be recommended from it; name what the reader has read."
        )
    histories = histories_of([reader.entries])
    scores = model.score_users(histories, np.zeros(1, np.int64))[0]
    ranked = np.argsort(-scores, kind="stable")
    unread = ranked[~np.isin(ranked, reader.read)]
    top = unread[:k]
    if not len(top):
        return []
    middle = np.median(scores[unread])
    fit = (scores[top] - middle) / max(scores[top[0]] - middle, 1e-9)
    p_positive = model.like(histories, np.zeros(len(top), np.int64), top)
    return [
        Recommendation(int(book), float(p), float(scores[book]), float(np.clip(f, 0, 1)), because)
        for book, p, f, because in zip(top, p_positive, fit, reasons(model, reader, top), strict=True)
    ]
