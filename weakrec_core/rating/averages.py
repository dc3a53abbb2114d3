"""What labels say of books and of authors on average, shrunk where they are few."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.histories import Histories
from weakrec_core.data.pairs import find_keys, pair_keys
from weakrec_core.data.training_rows import TrainingRows
from weakrec_core.evaluation.recommender import Floats
from weakrec_core.stats.log_odds import logit
from weakrec_core.stats.variance import variance_components

N_AVERAGES = 4  # columns of `LabelAverages.features`
_EDGE = 0.02  # no mean is taken for more certain
_MAX_STRENGTH = 1e4


@dataclass(frozen=True, eq=False)
class GroupMeans:
    """The mean label of each group, shrunk to the overall mean by as many labels as tell groups apart (empirical Bayes).

    Attributes
    ----------
    total, count : float64 arrays, shape [n_groups]
        Sum and number of the labels.
    mean : float
        Of all labels.
    strength : float
        Labels' worth of the overall mean added to every group: the variance within groups by that between them, from a
        one-way analysis of variance.
    """

    total: Floats
    count: Floats
    mean: float
    strength: float

    @classmethod
    def of(cls, group: NDArray[np.integer], label: NDArray[np.floating], n_groups: int) -> "GroupMeans":
        """The means of labels (shape [n]) by the group of each (int, shape [n])."""
        count = np.bincount(group, minlength=n_groups).astype(np.float64)
        total = np.bincount(group, weights=label, minlength=n_groups).astype(np.float64)
        mean = float(label.mean()) if len(label) else 0.5
        return cls(total, count, mean, _strength(total, count, float((label.astype(np.float64) ** 2).sum())))

    def effect(
        self, group: NDArray[np.integer], own: NDArray[np.floating] | None = None, n_own: Floats | None = None
    ) -> Floats:
        """Log-odds of a group's shrunk mean less those of the overall one, with some labels of it left out.

        Parameters
        ----------
        group : int array, shape [n]
        own, n_own : float arrays, shape [n], or None
            Sum and number of the labels to leave out.
        """
        total, count = self.total[group], self.count[group]
        if own is not None and n_own is not None:
            total, count = total - own, count - n_own
        shrunk = (total + self.strength * self.mean) / (count + self.strength)
        odds = logit(np.clip([self.mean], _EDGE, 1 - _EDGE))[0]
        return np.asarray(logit(np.clip(shrunk, _EDGE, 1 - _EDGE)) - odds)


def _strength(total: Floats, count: Floats, squares: float) -> float:
    """Variance within groups by variance between them; large where groups do not differ."""
    components = variance_components(total, count, squares)
    if components is None:
        return _MAX_STRENGTH
    within, between = components
    return float(np.clip(within / max(between, 1e-9), 0.5, _MAX_STRENGTH))


@dataclass(frozen=True, eq=False)
class LabelAverages:
    """Averages of one kind of labels, weak or gold.

    Attributes
    ----------
    books, authors : GroupMeans
        By ``book_idx``, and by number of the author.
    author : int32 array, shape [n_books]
        Number of each book's author, from 1 on; 0 = not known.
    """

    books: GroupMeans
    authors: GroupMeans
    author: NDArray[np.int32]

    @classmethod
    def of(cls, rows: TrainingRows, author: NDArray[np.int32]) -> "LabelAverages":
        books = GroupMeans.of(rows.book_idx, rows.p_positive, len(author))
        authors = GroupMeans.of(author[rows.book_idx], rows.p_positive, int(author.max(initial=0)) + 1)
        return cls(books, authors, author)

    def features(
        self,
        histories: Histories,
        user_idx: NDArray[np.integer],
        book_idx: NDArray[np.integer],
        own: TrainingRows | None = None,
        known_users: bool = False,
    ) -> Floats:
        """What the averages say of pairs of users and books, shape [n, `N_AVERAGES`].

        Columns: effect of the book; mean effect of the other books of the user's history; log1p of how many labels the
        book has; effect of the author, 0 where not known.

        Parameters
        ----------
        own : TrainingRows or None
            The labels that the averages were made of, where they are among the pairs: what a user said is then not used
            to tell what this user thinks, for of a new user nothing is known, either.
        known_users : bool
            Whether of those to be rated for it is known, in a split by time: then only the pair's own label is left out.
        """
        users, row_user = np.unique(user_idx, return_inverse=True)
        read, segment = histories.gather(users)
        said = _Said(own)
        effect = self.books.effect(read, *(_Said(None) if known_users else said).of(users[segment], read))
        label, n_label = said.of(user_idx, book_idx)
        known = self.authors.effect(self.author[book_idx], label, n_label)
        total = np.bincount(segment, weights=effect, minlength=len(users))
        count = np.bincount(segment, minlength=len(users)).astype(np.float64)
        at, in_history = find_keys(pair_keys(segment, read), pair_keys(row_user, book_idx))
        other = total[row_user] - np.where(in_history, effect[at] if len(effect) else 0.0, 0.0)
        n_other = count[row_user] - in_history
        return np.stack(
            [
                self.books.effect(book_idx, label, n_label),
                other / np.maximum(n_other, 1),
                np.log1p(self.books.count[book_idx] - n_label),
                np.where(self.author[book_idx] > 0, known, 0.0),
            ],
            axis=1,
        )


class _Said:
    """What users said of books: sum and number of labels of a pair."""

    def __init__(self, rows: TrainingRows | None):
        keys = np.zeros(0, np.int64) if rows is None else pair_keys(rows.user_idx, rows.book_idx)
        self._keys, place = np.unique(keys, return_inverse=True)
        label = None if rows is None else rows.p_positive
        self._sum = np.bincount(place, weights=label, minlength=len(self._keys))
        self._n = np.bincount(place, minlength=len(self._keys)).astype(np.float64)

    def of(self, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]) -> tuple[Floats, Floats]:
        if not len(self._keys):
            return np.zeros(len(user_idx)), np.zeros(len(user_idx))
        at, there = find_keys(self._keys, pair_keys(user_idx, book_idx))
        return np.where(there, self._sum[at], 0.0), np.where(there, self._n[at], 0.0)
