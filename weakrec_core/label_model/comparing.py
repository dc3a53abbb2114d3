"""Label models side by side on dev, each user predicted by models that have not seen that user's gold."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.base import CONSTANT, LabelModel, checked_prior, class_prior
from weakrec_core.label_model.crossval import FoldedDev, cross_validate, fold_dev, silence_pooled
from weakrec_core.label_model.fitting import LABEL_MODELS, fit_label_model
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.labeling.vote_patterns import VotePatterns
from weakrec_core.stats.bootstrap import Draws, drawn_metrics, percentile_interval
from weakrec_core.stats.folds import user_folds
from weakrec_core.stats.probability_metrics import Metrics, metrics_against

_BINS = 10


@dataclass(frozen=True, eq=False)
class ModelReport:
    """One model on dev.

    Attributes
    ----------
    kind : str
        A label model, or ``constant``: the class balance for every row.
    p_positive : float64 array, shape [n_dev]
        Held out where the model learns from dev's gold.
    everywhere, covered : dict
        `probability_metrics` on all dev rows with gold (those without a vote get the prior), and on those with a vote.
    intervals : dict
        Bootstrap 95 % intervals over users of the metrics in `everywhere`.
    draws : dict
        The metrics of every bootstrap draw, for paired differences.
    problem : str or None
        Why the model could not be fitted; everything else is empty then.
    """

    kind: str
    p_positive: NDArray[np.float64]
    everywhere: Metrics
    covered: Metrics
    intervals: dict[str, tuple[float, float] | None]
    draws: dict[str, NDArray[np.float64]]
    problem: str | None = None


@dataclass(frozen=True, eq=False)
class Comparison:
    """All models on the same rows, and which to use.

    Attributes
    ----------
    recommended : str
        The kind to use.
    why : str
        One sentence.
    undecided : list of str
        Models that dev cannot tell from the recommended one: the interval of the difference in log loss includes 0.
    """

    reports: dict[str, ModelReport]
    recommended: str
    why: str
    undecided: list[str]
    gold: NDArray[np.int8]
    covered: NDArray[np.bool_]


@remembered
def compared(applied: AppliedSet, prior: float | None = None, config: SnorkelConfig | None = None) -> Comparison:
    """`compare_votes` for an LF set on a dataset."""
    dataset = applied.dataset
    users = dataset.split("dev")["user_idx"].to_numpy()
    return compare_votes(
        applied.patterns("train"), applied.votes("dev"), dataset.gold("dev"), users, applied.names, prior, config
    )


def compare_votes(
    train: VotePatterns,
    L_dev: NDArray[np.int8],
    gold: NDArray[np.int8],
    users: NDArray[np.integer],
    lf_names: list[str],
    prior: float | None = None,
    config: SnorkelConfig | None = None,
) -> Comparison:
    """Fit and measure every label model and the constant.

    A model that is fitted to dev's gold is cross-validated over users. The others take one number from dev, the class
    balance, and are fitted once.

    Parameters
    ----------
    train : VotePatterns
    L_dev : int8 array, shape [n_dev, m]
    gold, users : arrays, shape [n_dev]
        Gold (1, 0, -1 = not known) and user of each dev row.

    Raises
    ------
    LabelModelError
        If dev has no gold, or nothing votes on it.
    """
    folds = user_folds(users)
    dev, inverse = fold_dev(L_dev, gold, folds)
    covered = dev.patterns.covered[inverse]
    if not (gold >= 0).any():
        raise LabelModelError("The dev split has no gold labels, so label models cannot be compared.")
    if not (covered & (gold >= 0)).any():
        raise LabelModelError("No LF votes on a dev row with gold, so label models cannot be compared.")
    checked_prior(dev.patterns)
    draws = Draws.make(users)

    def report(kind: str, p_by_fold: NDArray[np.float64]) -> ModelReport:
        p, measured = (by_fold[folds, inverse] for by_fold in (p_by_fold, silence_pooled(p_by_fold, dev)))
        drawn = drawn_metrics(measured, gold, gold >= 0, draws)
        intervals = {metric: percentile_interval(values) for metric, values in drawn.items()}
        everywhere, of_covered = metrics_against(gold, measured), metrics_against(gold[covered], p[covered])
        return ModelReport(kind, p, everywhere, of_covered, intervals, drawn)

    reports = {CONSTANT: report(CONSTANT, _constant(dev))}
    for kind in LABEL_MODELS:
        try:
            reports[kind] = report(kind, _predict(kind, train, dev, lf_names, prior, config))
        except LabelModelError as e:
            reports[kind] = ModelReport(kind, np.zeros(0), {}, {}, {}, {}, str(e))
    recommended, why, undecided = _recommend(reports)
    return Comparison(reports, recommended, why, undecided, gold, covered)


def calibration_curve(report: ModelReport, comparison: Comparison) -> pd.DataFrame:
    """Mean predicted P(POSITIVE) and observed share by bins of equal size on the covered dev rows.

    Returns
    -------
    DataFrame
        predicted, observed, rows.
    """
    keep = comparison.covered & (comparison.gold >= 0)
    p, gold = report.p_positive[keep], comparison.gold[keep]
    edges = np.unique(np.quantile(p, np.linspace(0, 1, _BINS + 1)))
    if len(edges) == 1:
        return pd.DataFrame({"predicted": [p.mean()], "observed": [gold.mean()], "rows": [len(p)]})
    bins = np.clip(np.searchsorted(edges, p, side="right") - 1, 0, len(edges) - 2)
    table = pd.DataFrame({"bin": bins, "predicted": p, "observed": gold}).groupby("bin")
    return table.mean().assign(rows=table.size()).reset_index(drop=True)


def _predict(
    kind: str,
    train: VotePatterns,
    dev: FoldedDev,
    names: list[str],
    prior: float | None,
    config: SnorkelConfig | None,
) -> NDArray[np.float64]:
    fit: Callable[[VotePatterns], LabelModel] = lambda part: fit_label_model(kind, train, part, names, prior, config)  # noqa: E731
    if LABEL_MODELS[kind].learns_from_gold:
        return cross_validate(fit, dev)
    p = fit(dev.patterns).predict_proba(dev.patterns.votes)
    return np.tile(p, (len(dev.gold_by_fold), 1))


def _constant(dev: FoldedDev) -> NDArray[np.float64]:
    return np.full(dev.gold_by_fold.shape[:2], class_prior(dev.patterns))


def _recommend(reports: dict[str, ModelReport]) -> tuple[str, str, list[str]]:
    """The least log loss, which weighs order and calibration alike.

    Not the AUC, even among models that dev cannot tell apart: with little gold it is lower for a cross-validated model, whose folds
    have intercepts of their own, than for one that is fitted once, and chose the worse one on other users.
    """
    fitted = [r for r in reports.values() if r.problem is None and r.kind != CONSTANT]
    chosen = min(fitted, key=lambda r: float(r.everywhere["log_loss"] or 0))

    def tied(a: ModelReport, b: ModelReport) -> bool:
        between = percentile_interval(a.draws["log_loss"] - b.draws["log_loss"])
        return between is None or between[0] <= 0 <= between[1]

    constant = reports[CONSTANT]
    gain = float(constant.everywhere["log_loss"] or 0) - float(chosen.everywhere["log_loss"] or 0)
    why = (
        f"log loss {chosen.everywhere['log_loss']:.3f} on dev, {abs(gain):.3f} "
        f"{'below' if gain >= 0 else 'above'} the constant's"
    )
    undecided = [r.kind for r in fitted if r is not chosen and tied(r, chosen)]
    return chosen.kind, why, undecided
