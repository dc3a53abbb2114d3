"""The rating model: one logistic regression over what labels say of books on average and what the network says of taste.

It is never asked to choose between weak and gold labels. Several regressions are fitted, from a constant to one with all
columns, some to weak labels, some to gold, some to gold with the former as a start; how much each counts is decided by
what it says of dev's users when fitted without them, and no more than averages alone where these users cannot tell the
difference. As all are linear in the same columns, their mean is, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import TrainingRows, sampled
from weakrec_core.evaluation.recommender import Floats
from weakrec_core.rating.averages import N_AVERAGES, GroupMeans, LabelAverages
from weakrec_core.rating.design import Design
from weakrec_core.rating.fitting import Fitting
from weakrec_core.rating.logistic import Linear
from weakrec_core.stats.log_odds import expit

_MAX_ROWS = 50_000  # to fit a regression to; averages know all


class Taste(Protocol):
    """What tells how a book is to a user's taste, by what is read alone."""

    @property
    def n_taste_summary(self) -> int:
        """How many of its columns sum up the others."""

    @property
    def history_size(self) -> int:
        """Which of these tells how many books the user has read."""

    def taste(self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]) -> Floats:
        """Columns about pairs of users and books, shape [n, k], each book taken out of its user's history first."""


@dataclass(frozen=True, eq=False)
class RatingModel:
    """P(POSITIVE) of books that users read.

    Attributes
    ----------
    weak, gold : LabelAverages
    design : Design
    linear : Linear
    pooled : dict
        How much each regression counts, by its name.
    held_out, held_out_gold : float64 arrays, shape [n]
        P(POSITIVE) of gold rows by models fitted without the rows' users, and their gold: what decisions can be chosen by.
    """

    weak: LabelAverages
    gold: LabelAverages
    design: Design
    linear: Linear
    pooled: Mapping[str, float]
    held_out: Floats
    held_out_gold: Floats

    def like(
        self,
        taste: Floats,
        histories: Histories,
        user_idx: NDArray[np.integer],
        book_idx: NDArray[np.integer],
    ) -> Floats:
        """P(POSITIVE), shape [n], given what a `Taste` says of the pairs."""
        columns = _columns(self.weak, self.gold, taste, histories, user_idx, book_idx)
        return np.asarray(expit(self.linear(self.design(columns))))

    def arrays(self) -> dict[str, Any]:
        """All of it as arrays, for a file."""
        found: dict[str, Any] = {"author": self.weak.author, "names": list(self.pooled)}
        found |= {"weights": list(self.pooled.values()), "coef": self.linear.coef, "intercept": self.linear.intercept}
        found |= {"held_out": self.held_out, "held_out_gold": self.held_out_gold}
        design = self.design
        found |= {"n_summary": design.n_summary, "mean": design.mean, "scale": design.scale}
        found |= {"product_mean": design.product_mean, "product_scale": design.product_scale}
        for name, averages in (("weak", self.weak), ("gold", self.gold)):
            for of, means in (("books", averages.books), ("authors", averages.authors)):
                found[f"{name}_{of}"] = np.stack([means.total, means.count])
                found[f"{name}_{of}_prior"] = [means.mean, means.strength]
        return found

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> "RatingModel":
        """What `arrays` gave; `KeyError` or `ValueError` if it is something else."""

        def averages(name: str) -> LabelAverages:
            books, authors = (
                GroupMeans(*arrays[f"{name}_{of}"], *map(float, arrays[f"{name}_{of}_prior"]))
                for of in ("books", "authors")
            )
            return LabelAverages(books, authors, arrays["author"])

        moments = [arrays[name] for name in ("mean", "scale", "product_mean", "product_scale")]
        pooled = dict(zip(map(str, arrays["names"]), map(float, arrays["weights"]), strict=True))
        linear = Linear(arrays["coef"], float(arrays["intercept"]))
        design = Design(int(arrays["n_summary"]), *moments)
        held_out = arrays["held_out"], arrays["held_out_gold"]
        return cls(averages("weak"), averages("gold"), design, linear, pooled, *held_out)


def fit_rating(
    taste: Taste,
    histories: Histories,
    author: NDArray[np.int32],
    weak: TrainingRows,
    gold: TrainingRows,
    *,
    review_weight: float = 1.0,
    weak_weight: float = 1.0,
    seed: int = 0,
    known_users: bool = False,
) -> RatingModel:
    """Fit to weak labels, gold ones or both.

    Weak labels of rows without a review say little that the network does not. Where others have one, they are used only
    if the model is better with them on gold rows of users left out.

    Parameters
    ----------
    author : int32 array, shape [n_books]
        Number of each book's author, from 1 on; 0 = not known.
    weak, gold : TrainingRows
        Of different users; one of both may be empty.
    review_weight, weak_weight : float
        Of weak labels with a review and without one.
    known_users : bool
        Whether it is to rate for users who have labels in `weak`: then these tell of them as of any others.
    """

    given = _Given(taste, histories, author, gold, (review_weight, weak_weight), seed, known_users)
    every, reviewed = given.fit(weak), weak.reviewed
    if reviewed is None or reviewed.all() or not reviewed.any() or not len(every.held_out):
        return every
    return min(given.fit(weak.at(reviewed)), every, key=_held_out_loss)


def _held_out_loss(model: RatingModel) -> float:
    from sklearn.metrics import log_loss

    return float(log_loss(model.held_out_gold, model.held_out, labels=[0, 1]))


@dataclass(frozen=True, eq=False)
class _Given:
    """What is the same whichever weak labels are used."""

    taste: Taste
    histories: Histories
    author: NDArray[np.int32]
    gold: TrainingRows
    weights: tuple[float, float]
    seed: int
    known_users: bool

    @cached_property
    def averages(self) -> LabelAverages:
        return LabelAverages.of(self.gold, self.author)

    @cached_property
    def gold_rows(self) -> TrainingRows:
        return sampled(self.gold, _MAX_ROWS, self.seed)

    @cached_property
    def taste_of_gold(self) -> Floats:
        return self.taste.taste(self.histories, self.gold_rows.user_idx, self.gold_rows.book_idx)

    def fit(self, weak: TrainingRows) -> RatingModel:
        averages, own = (LabelAverages.of(weak, self.author), self.averages), (weak, self.gold)
        rows = sampled(weak, _MAX_ROWS, self.seed)
        tastes = self.taste.taste(self.histories, rows.user_idx, rows.book_idx), self.taste_of_gold
        of_weak, of_gold = (
            _columns(*averages, taste, self.histories, r.user_idx, r.book_idx, own, self.known_users)
            for r, taste in zip((rows, self.gold_rows), tastes, strict=True)
        )
        design = Design.of(np.concatenate([of_weak, of_gold]), 2 * N_AVERAGES + self.taste.n_taste_summary)
        size = 2 * N_AVERAGES + self.taste.history_size
        reviewed = np.zeros(len(rows), bool) if rows.reviewed is None else rows.reviewed
        fitting = Fitting(design, of_weak, of_gold, size, rows, self.gold_rows)
        linear, pooled, held_out = fitting.pooled(np.where(reviewed, *self.weights))
        known = ~np.isnan(held_out)
        label = self.gold_rows.p_positive.astype(np.float64)
        return RatingModel(*averages, design, linear, pooled, expit(held_out[known]), label[known])


def _columns(
    weak: LabelAverages,
    gold: LabelAverages,
    taste: Floats,
    histories: Histories,
    user_idx: NDArray[np.integer],
    book_idx: NDArray[np.integer],
    own: tuple[TrainingRows | None, TrainingRows | None] = (None, None),
    known_users: bool = False,
) -> Floats:
    parts = [
        averages.features(histories, user_idx, book_idx, said, known_users)
        for averages, said in zip((weak, gold), own, strict=True)
    ]
    return np.concatenate([*parts, taste], axis=1)
