"""The figures of a result as tables: the run, its network alone, and the baselines, one row each."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import pandas as pd

from weakrec_core.baselines.registry import BASELINES
from weakrec_core.errors import RunError
from weakrec_core.evaluation.rivals import COMPARED, strongest
from weakrec_core.runs.store import Run
from weakrec_core.stats.decision_cut import DEFAULT_CUT
from weakrec_core.stats.verdicts import SAME, WORSE

THIS_RUN, NETWORK = "This run", "Its network alone"
TITLES = {
    "auc": "AUC",
    "log_loss": "Log loss",
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced acc.",
    "f1": "F1",
    "precision": "Precision",
    "recall": "Recall",
    "ndcg": "NDCG",
    "hit_rate": "Hit rate",
    "mrr": "MRR",
    "coverage": "Coverage",
}
_MEANINGS = {
    "AUC": "Of all pairs of a POSITIVE and a NEGATIVE row the share that is put in order; 0.5 is chance",
    "Log loss": "Mean of −log of the probability that was given to what is true: to be sure and wrong costs most; lower is better",
    "Accuracy": "Share of rows on the right side of the cut",
    "Balanced acc.": "Mean of the shares of POSITIVE and of NEGATIVE rows on the right side of the cut",
    "F1": "Harmonic mean of precision and recall of POSITIVE",
    "Precision": "Of the rows called POSITIVE the share that is",
    "Recall": "Of the POSITIVE rows the share that is called so",
    "Brier": "Mean squared difference of probability and truth; lower is better",
}
_MEANINGS_OF_LISTS = {
    "NDCG": "How far up a reader's list the liked ones stand: 1 where they all come first",
    "Precision": "Share of the places of a reader's list that hold liked ones",
    "Recall": "Of what a reader liked the share that is in the list",
    "Hit rate": "Share of readers whose list holds a liked one",
    "MRR": "One over the place of the first liked one in a reader's list, on average",
    "Coverage": "Share of the catalogue that is in anybody's list",
}
GOAL_TITLES = {"accuracy": "best accuracy", "f1": "best F1 of POSITIVE", "f1_negative": "best F1 of NEGATIVE"}
RANKING_METRICS = ("ndcg", "precision", "recall", "hit_rate", "mrr", "coverage")
LOWER_IS_BETTER = frozenset({"log_loss"})
Intervals = dict[str, tuple[float, float]]


def title(metric: str) -> str:
    """A metric as people read it: ``ndcg@10`` is NDCG@10."""
    name, at, k = metric.partition("@")
    return TITLES.get(name, name) + at + k


def meaning(column: str) -> str | None:
    """What a column with the title of a metric holds, in a sentence for people; None where it is no metric's.

    Examples
    --------
    >>> meaning("Recall"), meaning("Recall@10")
    ('Of the POSITIVE rows the share that is called so', 'Of what a reader liked the share that is in the list')
    """
    name, at, _ = column.partition("@")
    of_lists = _MEANINGS_OF_LISTS.get(name)
    return of_lists if at else _MEANINGS.get(name, of_lists)


def finished(run: Run) -> dict[str, Any]:
    """The result of a run; `RunError` if it has none."""
    result = run.result
    if result is None:
        raise RunError(f"Run {run.id} has no result: it is {run.status.state}.")
    return result


def ranking_names(result: dict[str, Any]) -> list[str]:
    """The ranking metrics of a result, such as ``ndcg@10`` and ``mrr``; none in runs from before they were measured."""
    return [key for key in result.get("ranking") or {} if key.split("@")[0] in RANKING_METRICS]


def ranking_at(result: dict[str, Any], k: int) -> list[str]:
    """Those that look at the first k books, and those that look at all."""
    known = ranking_names(result)
    return [name for metric in RANKING_METRICS for name in (f"{metric}@{k}", metric) if name in known]


def cuts(result: dict[str, Any]) -> list[int]:
    """The lengths of the list that were measured, ascending."""
    return sorted({int(name.split("@")[1]) for name in ranking_names(result) if "@" in name})


def models(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What was measured, by the name that people read: this run first, then its network alone, then the baselines."""
    blended = (result.get("blend") or {}).get("weight")
    network = {NETWORK: result["network"]} if blended and result.get("network") else {}
    known = result.get("baselines") or {}
    ordered = [key for key in BASELINES if known.get(key)] + [key for key in known if key not in BASELINES]
    return {THIS_RUN: result} | network | {baseline_title(key): known[key] for key in ordered if known[key]}


def baseline_title(name: str) -> str:
    """A baseline as people read it; one that is not known any more has its name."""
    return BASELINES[name].title if name in BASELINES else name


@dataclass(frozen=True)
class Against:
    """A metric of a run against the strongest rival.

    Attributes
    ----------
    title : str
        Of the rival.
    difference : float
        The run's figure less the rival's.
    low, high : float or None
        Paired 95 % interval of the difference over users; None in runs from before it was drawn.
    verdict : str
        ``better``, ``worse`` or ``not distinguishable``.
    """

    title: str
    difference: float
    low: float | None
    high: float | None
    verdict: str

    def __str__(self) -> str:
        said = f"{self.difference:+.3f} vs {self.title}"
        return said if self.verdict != SAME else f"{said}, {SAME}"


def against(result: dict[str, Any], metric: str) -> Against | None:
    """A metric against the strongest rival, the ceiling being none; None where no rival has it."""
    if known := (result.get("rivals") or {}).get(metric):
        low, high = known["interval"] or (None, None)
        return Against(baseline_title(known["rival"]), known["difference"], low, high, known["verdict"])
    part = COMPARED[metric][0]
    rivals = {
        n: b for n, b in (result.get("baselines") or {}).items() if n in BASELINES and not BASELINES[n].is_ceiling
    }
    values = {name: ((baseline or {}).get(part) or {}).get(metric) for name, baseline in rivals.items()}
    name, own = strongest(metric, values), (result.get(part) or {}).get(metric)
    if name is None or own is None:
        return None
    return Against(baseline_title(name), own - values[name], None, None, SAME)


class Headline(NamedTuple):
    """A metric of a run with its 95 % interval over users, None where there is none, against the strongest rival."""

    metric: str
    value: float
    low: float | None
    high: float | None
    against: Against | None


def headlines(result: dict[str, Any], metrics: Iterable[str], intervals: Intervals) -> list[Headline]:
    """Those of some metrics of `COMPARED` that the run has; `intervals`: of those that the result does not hold."""
    found = []
    for metric in metrics:
        measured = result.get(COMPARED[metric][0]) or {}
        if (value := measured.get(metric)) is not None:
            low, high = (measured.get("intervals") or intervals).get(metric) or (None, None)
            found.append(Headline(metric, value, low, high, against(result, metric)))
    return found


def better_rivals(result: dict[str, Any]) -> list[str]:
    """Where a rival is better than the run beyond chance, in a sentence: at most one of lists and one of ratings."""
    found: dict[str, str] = {}
    for metric, (part, _) in COMPARED.items():
        rival = against(result, metric)
        if rival is not None and rival.verdict == WORSE and part not in found:
            where = {"ranking": "for lists", "test": "for ratings"}[part]
            found[part] = (
                f"{rival.title} is better {where}: test {title(metric)} {rival.difference:+.3f}, 95 % interval "
                f"{rival.low:+.3f} to {rival.high:+.3f}."
            )
    return list(found.values())


def dev_metrics(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Which dev rows the label model was measured on, and what was measured; older runs have those with a vote only."""
    labels, with_a_vote = result["labels"], "gold-labeled dev rows with a vote"
    if "dev_with_a_vote" not in labels:
        return {with_a_vote: labels["dev"]}
    return {"gold-labeled dev rows": labels["dev"], with_a_vote: labels["dev_with_a_vote"]}


def labels_in_lists_of(result: dict[str, Any]) -> Literal["weighed", "left_out", "unknown"]:
    """How labels are in the lists of a run: what is read counts as far as it is liked, not at all, or it was not measured."""
    if not result.get("lists"):
        return "unknown"
    return "left_out" if result["blend"]["label_floor"] == 1 else "weighed"


def lists_sentence(result: dict[str, Any]) -> str | None:
    """What the labels did to the lists; None where that was not measured."""
    lists, labels = result.get("lists"), labels_in_lists_of(result)
    if not lists:
        return None
    if labels == "left_out":
        return "The lists do without labels: valid says that weighing what is read by how far it is liked makes them no better."
    low, high = lists["interval"] or (None, None)
    interval = "" if low is None else f"95 % interval {low:+.3f} to {high:+.3f}, "
    return (
        f"In the lists, what is read counts as far as it is liked: NDCG@10 {lists['with']:.3f}, without labels {lists['without']:.3f} "
        f"({lists['difference']:+.3f}, {interval}{lists['verdict']})."
    )


def figures(result: dict[str, Any], part: str, metrics: list[str], intervals: Intervals | None = None) -> pd.DataFrame:
    """One row a model and metric, of the models that have this part.

    Parameters
    ----------
    part : str
        ``test``, ``tutorial_protocol`` or ``ranking``.
    intervals : dict, optional
        95 % intervals of this run's metrics, where the result does not hold them.

    Returns
    -------
    DataFrame
        model, metric (as people read it), value, low, high; NaN where there is none.
    """
    rows = []
    for model, measured in models(result).items():
        values = measured.get(part)
        if not values:
            continue
        known = dict(intervals or {} if model == THIS_RUN else {}) | (values.get("intervals") or {})
        for metric in metrics:
            low, high = known.get(metric) or (None, None)
            rows.append((model, title(metric), values.get(metric), low, high))
    table = pd.DataFrame(rows, columns=["model", "metric", "value", "low", "high"])
    return table.astype({"value": float, "low": float, "high": float})


def decisions(result: dict[str, Any]) -> pd.DataFrame:
    """What the run decides at 0.5 and at the cuts chosen on dev, one row a goal; empty in runs from before they were chosen.

    Returns
    -------
    DataFrame
        Goal, Cut, and of test Accuracy, F1, Precision, Recall.
    """
    cuts = result.get("cuts") or {}
    rows = {"the usual": {"cut": DEFAULT_CUT, "test": result["test"]}} | cuts if cuts else {}
    shown = ("accuracy", "f1", "precision", "recall")
    return pd.DataFrame(
        [
            {"Goal": GOAL_TITLES.get(goal, goal.replace("=", " of "))}
            | {"Cut": row["cut"]}
            | {title(metric): row["test"].get(metric) for metric in shown}
            for goal, row in rows.items()
        ]
    )


def figure(value: float | None, low: float | None = None, high: float | None = None, digits: int = 3) -> str:
    """A value with its interval in brackets; – where there is none."""
    if value is None or math.isnan(value):
        return "–"
    if low is None or high is None or math.isnan(low) or low == high:
        return f"{value:.{digits}f}"
    return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def wide(table: pd.DataFrame) -> pd.DataFrame:
    """`figures` for reading: one row a model, one column a metric."""
    values = table[["value", "low", "high"]].to_numpy(float)
    texts = table.assign(text=[figure(float(value), float(low), float(high)) for value, low, high in values])
    metrics, names = list(dict.fromkeys(texts["metric"])), list(dict.fromkeys(texts["model"]))
    return texts.pivot(index="model", columns="metric", values="text").loc[names, metrics].rename_axis(None, axis=1)
