"""Model inputs: rows grouped by user, so that each history is looked up and pooled once a batch."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.histories import Histories
from weakrec_core.data.sampling import UnreadSampler
from weakrec_core.data.training_rows import TrainingRows

Ints = NDArray[np.int32]
Inputs = dict[str, NDArray[np.int32] | NDArray[np.float32]]

# A random negative; labeled by LFs; labeled by the user; labeled by LFs and with a review.
NEGATIVE_SOURCE, WEAK_SOURCE, GOLD_SOURCE, REVIEW_SOURCE = 0, 1, 2, 3
_MIN_BATCHES = 16  # an epoch
_MAX_USERS = 256  # a batch; bounds the users x books matrix of scores


def encode(books: Ints, segment: Ints, n_users: int, row_user: NDArray[np.integer], row_book: Ints) -> Inputs:
    """What the models take.

    Parameters
    ----------
    books, segment : int32 arrays, shape [e]
        History entries, sorted by user: book_idx and position of the user in the batch.
    row_user, row_book : int arrays, shape [r]
        The rows to predict: position of the user in the batch and book_idx.

    Returns
    -------
    dict
        ``history_book``, ``history_user`` (int32, [e + n_users]): entries as book_idx + 1. Each history is led by one
        padding entry 0, so that no user is without an entry; the models mask it.
        ``row_user``, ``row_book`` (int32, [r]): the latter as book_idx + 1.
        ``row_in_history`` (float32, [r]): 1 where the history has the row's own book, which the models take out of it.
    """
    width = np.int64(max(books.max(initial=0), row_book.max(initial=0))) + 1
    entries, wanted = segment * width + books, row_user * width + row_book
    found = np.searchsorted(entries, wanted)
    in_history = np.zeros(len(wanted), np.float32)
    inside = found < len(entries)
    in_history[inside] = entries[found[inside]] == wanted[inside]
    history_book, history_user = np.zeros((2, len(books) + n_users), np.int32)
    place = np.arange(len(books)) + segment + 1
    history_book[place] = books + 1
    starts = np.searchsorted(segment, np.arange(n_users)) + np.arange(n_users)
    history_user[place], history_user[starts] = segment, np.arange(n_users)
    return {
        "history_book": history_book,
        "history_user": history_user,
        "row_user": row_user.astype(np.int32),
        "row_book": row_book.astype(np.int32) + np.int32(1),
        "row_in_history": in_history,
    }


def encode_rows(histories: Histories, user_idx: NDArray[np.integer], book_idx: Ints) -> Inputs:
    """Inputs for (user, book) pairs over the users' whole histories."""
    users, row_user = np.unique(user_idx, return_inverse=True)
    books, segment = histories.gather(users)
    return encode(books, segment, len(users), row_user, book_idx)


@dataclass(frozen=True, eq=False)
class Batch:
    """Examples of some users.

    Attributes
    ----------
    inputs : dict
        See `encode`; r rows.
    label : float32 array, shape [r]
        P(POSITIVE); 0 for random negatives.
    weight : float32 array, shape [r]
    source : int32 array, shape [r]
        `NEGATIVE_SOURCE`, `WEAK_SOURCE`, `GOLD_SOURCE` or `REVIEW_SOURCE`.
    held_book, held_user : int32 arrays, shape [h]
        Books taken out of the histories for the model to find again (book_idx, position of the user); empty where the
        histories are kept whole.
    """

    inputs: Inputs
    label: NDArray[np.float32]
    weight: NDArray[np.float32]
    source: Ints
    held_book: Ints
    held_user: Ints

    @property
    def n_examples(self) -> int:
        return len(self.label) + len(self.held_book)


def no_examples() -> Batch:
    """A batch that teaches nothing: one user who has read nothing."""
    nothing, no_label = np.zeros(0, np.int32), np.zeros(0, np.float32)
    return Batch(encode(nothing, nothing, 1, nothing, nothing), no_label, no_label, nothing, nothing, nothing)


def row_sources(weak: TrainingRows, gold: TrainingRows) -> Ints:
    """Where the labels of rows are from, first those of `weak`; see `Batch`."""
    source = np.repeat(np.array([WEAK_SOURCE, GOLD_SOURCE], np.int32), [len(weak), len(gold)])
    if weak.reviewed is not None:
        source[: len(weak)][weak.reviewed] = REVIEW_SOURCE
    return source


class Batcher:
    """Makes the batches of an epoch: users in random order, each with all its rows, new random negatives each time.

    Parameters
    ----------
    users : int array
        The users of an epoch.
    weak, gold : TrainingRows
        Of these users.
    holdout : bool
        Whether to hide from the model, anew each time, 20 to 60 % of each history.
    """

    def __init__(
        self,
        histories: Histories,
        n_books: int,
        users: NDArray[np.integer],
        weak: TrainingRows,
        gold: TrainingRows,
        *,
        batch_size: int,
        negatives: int,
        holdout: bool,
    ):
        self._histories = histories
        self._users = users
        self._row_user = np.concatenate([weak.user_idx, gold.user_idx])
        self._row_book = np.concatenate([weak.book_idx, gold.book_idx])
        self._label = np.concatenate([weak.p_positive, gold.p_positive]).astype(np.float32)
        self._source = row_sources(weak, gold)
        self._positive = np.flatnonzero(self._label > 0.5).repeat(negatives)
        self._sampler = UnreadSampler(histories, n_books)
        self._batch_size = batch_size
        self._negatives = negatives
        self._holdout = holdout

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        """All batches, in a new order."""
        users = rng.permutation(self._users)
        positives = self._row_user[self._positive], self._row_book[self._positive]
        kept, negatives = self._sampler.sample(*positives, rng)
        n_rows, n_negatives = len(self._label), len(kept)
        position = np.zeros(self._histories.n_users, np.int64)
        position[users] = np.arange(len(users))
        at = position[np.concatenate([self._row_user, positives[0][kept]])]
        order = np.argsort(at, kind="stable")
        at = at[order]
        book = np.concatenate([self._row_book, negatives])[order]
        label = np.concatenate([self._label, np.zeros(n_negatives, np.float32)])[order]
        source = np.concatenate([self._source, np.full(n_negatives, NEGATIVE_SOURCE, np.int32)])[order]
        weight = np.repeat(np.array([1, 1 / self._negatives], np.float32), [n_rows, n_negatives])[order]
        sizes = np.bincount(at, minlength=len(users))
        if self._holdout:
            sizes += self._histories.lengths[users]
        # Little data in few batches would learn nothing in an epoch.
        batch_size = min(self._batch_size, int(sizes.sum()) // _MIN_BATCHES + 1)
        for start, stop in _packed(sizes, batch_size):
            books, segment = self._histories.gather(users[start:stop])
            hidden = np.zeros(len(books), bool)
            if self._holdout:
                hidden = rng.random(len(books)) < rng.uniform(0.2, 0.6, stop - start)[segment]
            rows = slice(*np.searchsorted(at, [start, stop]))
            yield Batch(
                encode(books[~hidden], segment[~hidden], stop - start, at[rows] - start, book[rows]),
                label[rows],
                weight[rows],
                source[rows],
                books[hidden],
                segment[hidden],
            )


def _packed(sizes: NDArray[np.integer], batch_size: int) -> list[tuple[int, int]]:
    """Runs of users with about `batch_size` examples and at most `_MAX_USERS` users each, as (start, stop)."""
    lot = np.cumsum(sizes) // batch_size
    starts = np.concatenate([[0], np.flatnonzero(np.diff(lot)) + 1, [len(sizes)]])
    return [
        (int(first), int(min(first + _MAX_USERS, stop)))
        for start, stop in pairwise(starts)
        for first in range(start, stop, _MAX_USERS)
    ]
