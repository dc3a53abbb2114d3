"""Weak labels and ever more gold against the simplest rivals: the average of labels, popularity, a constant, gold alone.

Everything is refitted at every budget: label model, text model where the run has one, rating model, rivals. All see the same
gold rows of dev and are measured on the same test rows.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import result, temporary_workspace
from benchmarks.end_model import provide
from weakrec_core.baselines.averages import fit_averages
from weakrec_core.baselines.constant import fit_constant
from weakrec_core.baselines.popularity import fit_popularity
from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.data.training_rows import NO_ROWS, TrainingRows, gold_rows, joined, true_train_rows
from weakrec_core.evaluation.recommender import Floats
from weakrec_core.files import PROJECT
from weakrec_core.labeling.lf_set import read_lf_set
from weakrec_core.runs.job import execute
from weakrec_core.runs.store import new_run
from weakrec_core.runs.worth import Bench
from weakrec_core.stats.bootstrap import Draws, drawn_metrics, percentile_interval
from weakrec_core.workspace import Workspace

_BUDGETS = (100, 200, 500, 1000, 3000, 8000)
_RIVALS = ("dev_only", "averages", "popularity", "constant")
_BETTER = {"auc": 1, "log_loss": -1}
_DRAWS = 300


def run(
    dataset: str | None = None,
    lfs: Path | None = None,
    budgets: Sequence[int] = _BUDGETS,
    seeds: int = 3,
    epochs: int | None = None,
) -> dict[str, Any]:
    """AUC and log loss on test by budget, and ours less the best rival with a paired 95 % interval over users.

    Parameters
    ----------
    dataset : str, optional
        Of the workspace; else the demo with 8,000 dev rows.
    lfs : Path, optional
        Else ``lfs/recommended.yaml``.
    seeds : int
        Samples of dev's gold a budget.
    """
    started = time.perf_counter()
    source = None if dataset is None else open_dataset(Workspace.from_environment(), dataset).path.parent
    lf_set = read_lf_set(lfs or PROJECT / "lfs" / "recommended.yaml")
    with temporary_workspace() as workspace:
        made = provide(workspace, source, None, None, None)
        trained = new_run(made, lf_set, "benchmark", preset="recommended", epochs=epochs)
        outcome = execute(trained)
        if outcome is None:
            raise KeyboardInterrupt
        bench = Bench(trained)
        label, draws = bench.test.p_positive.astype(np.int8), Draws.make(bench.test.user_idx, _DRAWS)
        n_gold = len(bench.gold)
        table = []
        for budget in sorted({b for b in budgets if b < n_gold} | {n_gold}):
            each = [_predicted(bench, budget, seed) for seed in range(1 if budget == n_gold else seeds)]
            table.append({"dev_rows": budget} | _compared(each, label, draws))
        ceiling = _ceiling(bench, made, label, draws)
    ours, best = table[-1]["ours"]["auc"], max(table[-1][name]["auc"] for name in _RIVALS)
    return result(
        "gold_budgets",
        f"test AUC of a run on {made!r} with all of dev's gold beside the best of {', '.join(_RIVALS)}",
        ours,
        best,
        "AUC",
        seeds,
        smaller_is_better=False,
        budgets=table,
        ceiling=ceiling,
        label_model=outcome["labels"]["label_model"],
        seconds=time.perf_counter() - started,
    )


def _predicted(bench: Bench, budget: int, seed: int) -> dict[str, Floats]:
    few = bench.dataset.with_dev_gold(bench.drawn(budget, seed))
    weak, gold = bench.weak(few), gold_rows(few, "dev")
    return {"ours": bench.rated(weak, gold), "dev_only": bench.rated(NO_ROWS, gold)} | _simple(bench, few, weak)


def _simple(bench: Bench, few: Dataset, weak: TrainingRows) -> dict[str, Floats]:
    pairs = few.histories, bench.test.user_idx, bench.test.book_idx
    models = {
        "averages": fit_averages(few, weak),
        "popularity": fit_popularity(few, weak),
        "constant": fit_constant(few),
    }
    return {name: model.like(*pairs) for name, model in models.items()}


def _compared(each: list[dict[str, Floats]], label: Any, draws: Draws) -> dict[str, Any]:
    """Means over the samples; by metric the best rival and the interval of ours less it."""
    every = np.ones(len(label), bool)
    drawn = {name: [drawn_metrics(p[name], label, every, draws) for p in each] for name in each[0]}
    whole = Draws(np.ones((1, draws.weights.shape[1]), np.int64), draws.user)
    points = {name: [drawn_metrics(p[name], label, every, whole) for p in each] for name in each[0]}
    means: dict[str, dict[str, float]] = {
        name: {metric: float(np.mean([m[metric] for m in metrics])) for metric in _BETTER}
        for name, metrics in points.items()
    }
    found: dict[str, Any] = dict(means)
    for metric, sign in _BETTER.items():
        best = max((name for name in means if name != "ours"), key=lambda name: sign * means[name][metric])
        difference = np.mean([a[metric] - b[metric] for a, b in zip(drawn["ours"], drawn[best], strict=True)], axis=0)
        interval = percentile_interval(difference)
        found[f"{metric}_against"] = {
            "rival": best,
            "difference": means["ours"][metric] - means[best][metric],
            "interval": None if interval is None else list(interval),
        }
    return found


def _ceiling(bench: Bench, dataset: Dataset, label: Any, draws: Draws) -> dict[str, Any]:
    """The rating model and the averages with all true labels."""
    gold = joined(true_train_rows(dataset), bench.gold)
    pairs = dataset.histories, bench.test.user_idx, bench.test.book_idx
    averages = fit_averages(dataset, gold, gold=gold).like(*pairs)
    return _compared([{"ours": bench.rated(NO_ROWS, gold), "averages": averages}], label, draws)
