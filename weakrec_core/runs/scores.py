"""What a run scored on test, row by row and user by user, and bootstrap draws of its metrics over users."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core import ABSTAIN
from weakrec_core.errors import RunError
from weakrec_core.runs.measure_run import ROWS_FILE, USERS_FILE
from weakrec_core.runs.store import Run
from weakrec_core.stats.bootstrap import Draws, Floats, drawn_metrics, percentile_interval
from weakrec_core.stats.intervals import wilson

RATING_METRICS = ("auc", "log_loss", "accuracy", "balanced_accuracy", "f1", "precision", "recall")
N_DRAWS = 1000
_BLOCK = 50  # draws at a time: memory is _BLOCK × rows
_CELLS = 1000
_BINS = 10
Interval = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Scores:
    """Predictions and metrics behind a run's test figures.

    Attributes
    ----------
    rows : DataFrame
        user_idx, book_idx, gold (1 or 0), p_positive; one row a rated test row, sorted by user_idx and book_idx.
    users : DataFrame or None
        user_idx and one column a ranking metric, such as ``ndcg@10``; sorted by user_idx.
    """

    rows: pd.DataFrame
    users: pd.DataFrame | None

    @cached_property
    def rating_intervals(self) -> dict[str, Interval]:
        """95 % bootstrap intervals over users of the `RATING_METRICS`, where they are defined."""
        drawn = rating_draws(self.rows["user_idx"].to_numpy(), self.rows["gold"].to_numpy(), [p_of(self.rows)])[0]
        found = {metric: percentile_interval(values) for metric, values in drawn.items()}
        return {metric: interval for metric, interval in found.items() if interval is not None}


def read_scores(run: Run) -> Scores | None:
    """The scores of a run; None for one that was trained before they were kept.

    Raises
    ------
    RunError
        If a file is there and cannot be read.
    """
    files = [run.path / ROWS_FILE, run.path / USERS_FILE]
    if not files[0].exists():
        return None
    try:
        rows = pd.read_parquet(files[0])
        users = pd.read_parquet(files[1]).sort_values("user_idx", ignore_index=True) if files[1].exists() else None
        rows = rows[rows["gold"] != ABSTAIN].sort_values(["user_idx", "book_idx"], ignore_index=True)
    except (OSError, ValueError, KeyError) as e:
        raise RunError(f"Run {run.id}: its test scores cannot be read ({type(e).__name__}).") from None
    return Scores(rows, users)


def rating_intervals(run: Run) -> dict[str, Interval]:
    """`Scores.rating_intervals` of a run; none for one that was trained before scores were kept."""
    scores = read_scores(run)
    return {} if scores is None else scores.rating_intervals


def p_of(rows: pd.DataFrame) -> Floats:
    return rows["p_positive"].to_numpy(np.float64)


def rating_draws(
    user_idx: NDArray[np.integer], gold: NDArray[np.integer], predictions: list[Floats], seed: int = 0
) -> list[dict[str, Floats]]:
    """The rating metrics of `N_DRAWS` samples of users with replacement, the same samples for all predictions.

    Parameters
    ----------
    user_idx, gold : int arrays, shape [n]
        The user and the gold label (1 or 0) of each row.
    predictions : list of float64 arrays, shape [n]
        P(POSITIVE) of the same rows by each run; POSITIVE is predicted where it is above 0.5.

    Returns
    -------
    list of dict
        For each prediction the `RATING_METRICS`, each of shape [N_DRAWS]; NaN where a draw does not define it.
    """
    label: NDArray[np.int8] = gold.astype(np.int8)
    coarse = [_coarse(p) for p in predictions]
    losses = [-np.log(np.clip(np.where(label == 1, p, 1 - p), np.finfo(float).eps, 1)) for p in predictions]
    every = np.ones(len(label), bool)
    parts: list[dict[str, list[Floats]]] = [{metric: [] for metric in RATING_METRICS} for _ in predictions]
    for draws in _blocks(user_idx, seed):
        n_rows = draws.weights @ np.bincount(draws.user)
        for part, p, cells, loss in zip(parts, predictions, coarse, losses, strict=True):
            values = _decisions(p > 0.5, label, draws)
            values["auc"] = drawn_metrics(cells, label, every, draws)["auc"]
            values["log_loss"] = draws.weights @ np.bincount(draws.user, weights=loss) / n_rows
            for metric in RATING_METRICS:
                part[metric].append(values[metric])
    return [{metric: np.concatenate(values) for metric, values in part.items()} for part in parts]


def mean_draws(user_idx: NDArray[np.integer], values: Floats, seed: int = 0) -> Floats:
    """Means over `N_DRAWS` samples of users with replacement.

    Parameters
    ----------
    values : float64 array, shape [n, metrics]
        One row a user.

    Returns
    -------
    float64 array, shape [N_DRAWS, metrics]
    """
    return np.concatenate([draws.weights @ values[np.argsort(user_idx)] for draws in _blocks(user_idx, seed)]) / len(
        user_idx
    )


def reliability_bins(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean predicted P(POSITIVE) and observed share by bins of about equal size.

    Returns
    -------
    DataFrame
        predicted, observed, low, high (Wilson's 95 % interval of observed), rows.
    """
    p, gold = p_of(rows), rows["gold"].to_numpy()
    edges = np.unique(np.quantile(p, np.linspace(0, 1, _BINS + 1)))
    inside = np.searchsorted(edges[1:-1], p, side="right")
    n = np.bincount(inside)
    liked = np.bincount(inside, weights=gold)
    low, high = wilson(liked, n)
    with np.errstate(invalid="ignore"):
        table = pd.DataFrame(
            {
                "predicted": np.bincount(inside, weights=p) / n,
                "observed": liked / n,
                "low": low,
                "high": high,
                "rows": n,
            }
        )
    return table[table["rows"] > 0].reset_index(drop=True)


def calibration_error(bins: pd.DataFrame) -> float:
    """The mean distance between predicted and observed over the rows of `reliability_bins`."""
    return float(np.average((bins["predicted"] - bins["observed"]).abs(), weights=bins["rows"]))


def _blocks(user_idx: NDArray[np.integer], seed: int) -> Iterator[Draws]:
    users, user = np.unique(user_idx, return_inverse=True)
    share = np.full(len(users), 1 / len(users))
    rng = np.random.default_rng(seed)
    for _ in range(0, N_DRAWS, _BLOCK):
        yield Draws(rng.multinomial(len(users), share, size=_BLOCK), user)


def _coarse(p: Floats) -> Floats:
    """The rank of each value among at most `_CELLS` quantiles: an AUC from them is right to about 1e-5 and quick to draw."""
    edges = np.unique(np.quantile(p, np.linspace(0, 1, _CELLS + 1)))
    return np.searchsorted(edges[1:-1], p, side="right") / len(edges)


def _decisions(predicted: NDArray[np.bool_], gold: NDArray[np.int8], draws: Draws) -> dict[str, Floats]:
    """The metrics that look at the predicted class only, from each user's confusion matrix."""
    n_users = draws.weights.shape[1]
    cell = 2 * gold.astype(np.int64) + predicted
    table = np.bincount(4 * draws.user + cell, minlength=4 * n_users).reshape(n_users, 4)
    tn, fp, fn, tp = (draws.weights @ table).astype(float).T
    with np.errstate(invalid="ignore", divide="ignore"):
        recall, specificity = tp / (tp + fn), tn / (tn + fp)
        return {
            "accuracy": (tp + tn) / (tn + fp + fn + tp),
            "balanced_accuracy": (recall + specificity) / 2,
            "f1": 2 * tp / (2 * tp + fp + fn),
            "precision": np.where(tp + fp > 0, tp / np.maximum(tp + fp, 1), 0.0),
            "recall": recall,
        }
