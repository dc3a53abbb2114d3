"""The rating model: one logistic regression over what labels say of books on average and what the network says of taste.

It is never asked to choose between weak and gold labels. Several regressions are fitted, from a constant to one with all
columns, some to weak labels, some to gold, some to gold with the former as a start; how much each counts is decided by
what it says of dev's users when fitted without them. As all are linear in the same columns, their mean is, too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import TrainingRows, sampled
from weakrec_core.evaluation.recommender import Floats
from weakrec_core.rating.averages import N_AVERAGES, GroupMeans, LabelAverages
from weakrec_core.rating.design import Design
from weakrec_core.rating.logistic import Linear, fit_logistic
from weakrec_core.rating.pooling import Pool, pool, user_weights
from weakrec_core.stats.folds import user_folds
from weakrec_core.stats.log_odds import expit

_MAX_ROWS = 50_000  # to fit a regression to; averages know all
_WEAK, _GOLD = slice(0, N_AVERAGES), slice(N_AVERAGES, 2 * N_AVERAGES)


class Taste(Protocol):
    """What tells how a book is to a user's taste, by what is read alone."""

    @property
    def n_taste_summary(self) -> int:
        """How many of its columns sum up the others."""

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

    def fitted(weak: TrainingRows) -> RatingModel:
        weights = review_weight, weak_weight
        return _fitted(taste, histories, author, weak, gold, weights, seed, known_users)

    every, reviewed = fitted(weak), weak.reviewed
    if reviewed is None or reviewed.all() or not reviewed.any() or not len(every.held_out):
        return every
    return min(fitted(weak.at(reviewed)), every, key=_held_out_loss)


def _held_out_loss(model: RatingModel) -> float:
    from sklearn.metrics import log_loss

    return float(log_loss(model.held_out_gold, model.held_out, labels=[0, 1]))


def _fitted(
    taste: Taste,
    histories: Histories,
    author: NDArray[np.int32],
    weak: TrainingRows,
    gold: TrainingRows,
    weights: tuple[float, float],
    seed: int,
    known_users: bool,
) -> RatingModel:
    averages = LabelAverages.of(weak, author), LabelAverages.of(gold, author)
    weak_rows, gold_rows = (sampled(rows, _MAX_ROWS, seed) for rows in (weak, gold))

    def columns(rows: TrainingRows) -> Floats:
        pairs = rows.user_idx, rows.book_idx
        return _columns(*averages, taste.taste(histories, *pairs), histories, *pairs, (weak, gold), known_users)

    of_weak, of_gold = columns(weak_rows), columns(gold_rows)
    n_columns = of_gold.shape[1]
    design = Design.of(np.concatenate([of_weak, of_gold]), 2 * N_AVERAGES + taste.n_taste_summary)
    fitting = _Fitting(design, n_columns, design(of_weak), design(of_gold), weak_rows, gold_rows)
    reviewed = np.zeros(len(weak_rows), bool) if weak_rows.reviewed is None else weak_rows.reviewed
    linear, pooled, held_out = fitting.pooled(np.where(reviewed, *weights))
    known = ~np.isnan(held_out)
    gold_of = gold_rows.p_positive.astype(np.float64)
    return RatingModel(*averages, design, linear, pooled, expit(held_out[known]), gold_of[known])


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


@dataclass(frozen=True)
class _Regression:
    """A regression to gold: how to fit it to some rows, and its weight where there is no row to tell."""

    fit: Callable[[NDArray[np.bool_]], Linear]
    prior: float


class _Fitting:
    """The regressions of a rating model and their mean."""

    def __init__(
        self,
        design: Design,
        n_columns: int,
        weak: Floats,
        gold: Floats,
        weak_rows: TrainingRows,
        gold_rows: TrainingRows,
    ):
        self._weak, self._gold, self._weak_rows, self._gold_rows = weak, gold, weak_rows, gold_rows
        self._user_weight = user_weights(gold_rows.user_idx, gold_rows.p_positive)
        of_weak, of_gold = np.zeros((2, n_columns), bool)
        of_weak[_WEAK], of_gold[_GOLD] = True, True
        self._without_weak, self._without_gold = ~design.uses(of_weak), ~design.uses(of_gold)
        plain = np.zeros(len(self._without_weak), bool)
        self._weak_averages, self._gold_averages = plain.copy(), plain.copy()
        self._weak_averages[:n_columns][of_weak] = True
        self._gold_averages[:n_columns][of_gold] = True

    def pooled(self, weight: Floats) -> tuple[Linear, dict[str, float], Floats]:
        """Their mean, how much each counts, and the log-odds of the gold rows by fits without their users, NaN if there are none."""
        starts = self._starts(weight) if len(self._weak_rows) else {}
        if not len(self._gold_rows):
            return starts["weak"], {"weak": 1.0}, np.zeros(0)
        regressions = self._regressions(starts)
        prior = np.array([r.prior for r in regressions.values()])
        everything = np.ones(len(self._gold_rows), bool)
        fitted = [r.fit(everything) for r in regressions.values()]
        log_odds = self._held_out(regressions)
        pooled = Pool(prior / prior.sum())
        if not np.isnan(log_odds).any():
            gold = self._gold_rows.p_positive.astype(np.float64)
            pooled = pool(log_odds, gold, self._user_weight, pooled.weights)
        coef = pooled.scale * np.stack([f.coef for f in fitted], axis=1) @ pooled.weights
        intercept = float(pooled(np.array([f.intercept for f in fitted])[None, :])[0])
        counts = dict(zip(regressions, map(float, pooled.weights), strict=True))
        return Linear(np.asarray(coef), intercept), counts, pooled(log_odds)

    def _held_out(self, regressions: dict[str, _Regression]) -> Floats:
        """What each says of the users of a fold when fitted to the others, shape [n, regressions]; NaN of a single user."""
        folds = user_folds(self._gold_rows.user_idx)
        log_odds = np.full((len(folds), len(regressions)), np.nan)
        if folds.max() == 0:
            return log_odds
        for fold in range(folds.max() + 1):
            held = folds == fold
            for i, regression in enumerate(regressions.values()):
                log_odds[held, i] = regression.fit(~held)(self._gold[held])
        return log_odds

    def _starts(self, weight: Floats) -> dict[str, Linear]:
        """Regressions to the weak labels."""
        label = self._weak_rows.p_positive.astype(np.float64)
        return {
            "weak": fit_logistic(self._weak, label, weight, 300.0, self._without_gold),
            "weak, shrunk": fit_logistic(self._weak, label, weight, 3000.0, self._without_gold),
            "weak averages": fit_logistic(self._weak, label, weight, 1.0, self._weak_averages),
        }

    def _regressions(self, starts: dict[str, Linear]) -> dict[str, _Regression]:
        n = self._gold.shape[1]
        found = {
            "constant": _Regression(self._to_gold(1.0, np.zeros(n, bool)), 1.0),
            "gold averages": _Regression(self._to_gold(1.0, self._gold_averages), 0.3),
            "gold 100": _Regression(self._to_gold(100.0, self._without_weak), 0.1),
            "gold 300": _Regression(self._to_gold(300.0, self._without_weak), 0.3),
            "gold 3000": _Regression(self._to_gold(3000.0, self._without_weak), 0.3),
        }
        if not starts:
            return found
        found |= {name: _Regression(self._from_weak([start], None, 1.0), 2.0) for name, start in starts.items()}
        columns, all_starts = self._without_gold | self._gold_averages, list(starts.values())
        return found | {
            "weak averages on gold": _Regression(self._to_gold(10.0, self._weak_averages), 1.0),
            "weak to gold 300": _Regression(self._from_weak(all_starts, columns, 300.0), 0.3),
            "weak to gold 3000": _Regression(self._from_weak(all_starts, columns, 3000.0), 1.0),
        }

    def _to_gold(self, penalty: float, columns: NDArray[np.bool_]) -> Callable[[NDArray[np.bool_]], Linear]:
        label, weight = self._gold_rows.p_positive.astype(np.float64), self._user_weight

        def fit(rows: NDArray[np.bool_]) -> Linear:
            return fit_logistic(self._gold[rows], label[rows], weight[rows], penalty, columns)

        return fit

    def _from_weak(
        self, starts: list[Linear], columns: NDArray[np.bool_] | None, penalty: float
    ) -> Callable[[NDArray[np.bool_]], Linear]:
        """To gold, on what regressions to weak labels say, and on columns at a penalty that these do not pay."""
        label, weight, k = self._gold_rows.p_positive.astype(np.float64), self._user_weight, len(starts)
        said = np.stack([start(self._gold) for start in starts], axis=1)
        mean, scale = said.mean(axis=0), np.maximum(said.std(axis=0), 1e-9)
        x = (said - mean) / scale
        if columns is not None:
            x = np.concatenate([x, self._gold[:, columns]], axis=1)
        relief = np.repeat([penalty, 1.0], [k, x.shape[1] - k])

        def fit(rows: NDArray[np.bool_]) -> Linear:
            found = fit_logistic(x[rows], label[rows], weight[rows], penalty, relief=relief)
            slopes = found.coef[:k] / scale
            coef = sum(slope * start.coef for slope, start in zip(slopes, starts, strict=True))
            coef = np.asarray(coef).copy()
            if columns is not None:
                coef[columns] += found.coef[k:]
            moved = sum(s * (start.intercept - m) for s, start, m in zip(slopes, starts, mean, strict=True))
            return Linear(coef, found.intercept + float(moved))

        return fit
