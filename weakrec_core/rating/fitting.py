"""The regressions of a rating model, and their mean."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.training_rows import TrainingRows
from weakrec_core.evaluation.recommender import Floats
from weakrec_core.rating.averages import N_AVERAGES
from weakrec_core.rating.design import Design
from weakrec_core.rating.logistic import Linear, fit_logistic
from weakrec_core.rating.pooling import Pool, pool, pool_with_caution, user_weights
from weakrec_core.stats.folds import user_folds

_WEAK, _GOLD = slice(0, N_AVERAGES), slice(N_AVERAGES, 2 * N_AVERAGES)

# The few columns of the baseline of averages are trusted the more, the more gold there is to fit them to.
_SIMPLE_PRIOR, _SIMPLE_ROWS = 8.0, 400
# Beside weak labels, what the users must tell all others from before these count.
_OF_AVERAGES = ("constant", "gold averages", "weak averages", "weak averages on gold")


@dataclass(frozen=True)
class _Regression:
    """A regression to gold: how to fit it to some rows, and its weight where there is no row to tell."""

    fit: Callable[[NDArray[np.bool_]], Linear]
    prior: float


class Fitting:
    """The regressions of a rating model and their mean.

    Parameters
    ----------
    design : Design
    weak, gold : float arrays, shape [n, p]
        Averages of weak labels, those of gold, and taste, of the rows to fit to.
    history_size : int
        The column that says how long the user's history is.
    weak_rows, gold_rows : TrainingRows
    """

    def __init__(
        self,
        design: Design,
        weak: Floats,
        gold: Floats,
        history_size: int,
        weak_rows: TrainingRows,
        gold_rows: TrainingRows,
    ):
        n_columns = gold.shape[1]
        self._weak, self._gold, self._weak_rows, self._gold_rows = design(weak), design(gold), weak_rows, gold_rows
        self._user_weight = user_weights(gold_rows.user_idx, gold_rows.p_positive)
        of_weak, of_gold = np.zeros((2, n_columns), bool)
        of_weak[_WEAK], of_gold[_GOLD] = True, True
        self._without_weak, self._without_gold = ~design.uses(of_weak), ~design.uses(of_gold)
        plain = np.zeros(len(self._without_weak), bool)
        self._weak_averages, self._gold_averages = plain.copy(), plain.copy()
        self._weak_averages[:n_columns][of_weak] = True
        self._gold_averages[:n_columns][of_gold] = True
        self._simple = self._weak_averages.copy()
        self._simple[history_size] = True
        self._trust = len(gold_rows) / (len(gold_rows) + _SIMPLE_ROWS)  # in averages

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
            given = log_odds, gold, self._user_weight, pooled.weights
            simple = np.isin(list(regressions), _OF_AVERAGES)
            users = self._gold_rows.user_idx
            pooled = pool_with_caution(*given, simple, users, self._trust) if starts else pool(*given)
        coef = np.stack([f.coef for f in fitted], axis=1) @ pooled.coef
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
            # What the baseline of averages looks at, each row counting as it does there.
            "weak averages on gold": _Regression(
                self._to_gold(10.0, self._simple, np.ones(len(self._gold))), _SIMPLE_PRIOR * self._trust
            ),
            "weak to gold 300": _Regression(self._from_weak(all_starts, columns, 300.0), 0.3),
            "weak to gold 3000": _Regression(self._from_weak(all_starts, columns, 3000.0), 1.0),
        }

    def _to_gold(
        self, penalty: float, columns: NDArray[np.bool_], weights: Floats | None = None
    ) -> Callable[[NDArray[np.bool_]], Linear]:
        label = self._gold_rows.p_positive.astype(np.float64)
        weight = self._user_weight if weights is None else weights

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
