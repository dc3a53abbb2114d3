"""How often Results claims a gain for labels that say nothing."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import result, temporary_workspace
from benchmarks.end_model import provide
from weakrec_core.data.dataset import SPLITS, Dataset, open_dataset
from weakrec_core.data.training_rows import TrainingRows, gold_rows
from weakrec_core.files import PROJECT
from weakrec_core.label_model.label_train import label_train
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.base import LF, Votes
from weakrec_core.labeling.lf_set import read_lf_set
from weakrec_core.network.training import Trained
from weakrec_core.runs import result_tables
from weakrec_core.stats.intervals import wilson
from weakrec_core.stats.verdicts import BETTER
from weakrec_core.workspace import Workspace

_WANTED = 0.95
_OF_THE_NETWORK = "NDCG@10"


def run(
    dataset: str | None = None, sets: int = 200, epochs: int | None = None, users: int | None = None
) -> dict[str, Any]:
    """The share of noise label sets for which Results claims no gain.

    A noise set has the votes of ``lfs/recommended.yaml`` dealt out anew to the rows of each split, those of a row together:
    coverage, overlaps and conflicts are a real set's, and nothing tells of gold. All that depends on labels is made anew
    for each set, as a run makes it, and measured by `measure_run`: label model, training labels, rating model, EASE of
    weighted histories and its blend, the baselines that use labels, intervals, verdicts, sentences.

    Not simulated: the network is trained once, as the preset's learns from what is read and not from labels (a run uses it for
    other labels the same way, `relabeled`). Users and split are the same in all sets. The text model is off: it learns from
    dev's gold, and may be a gain where LFs say nothing. The worth in gold labels is measured on demand only, and not here.

    Parameters
    ----------
    dataset : str, optional
        Of the workspace; else the demo, with `users` readers and 8,000 dev rows.

    Returns
    -------
    dict
        ``claims``: the share of sets by claim; ``any``: the share with one of them, with Wilson's 95 % ``interval``. NDCG@10
        above the strongest rival is in ``claims`` alone: it is the network's gain, and the lists' own sentence says what
        labels add. ``differences``: by metric the 2.5, 50 and 97.5 % points of the difference to the strongest rival.
    """
    started = time.perf_counter()
    source = None if dataset is None else open_dataset(Workspace.from_environment(), dataset).path.parent
    lf_set = read_lf_set(PROJECT / "lfs" / "recommended.yaml")
    with temporary_workspace() as workspace:
        made = provide(workspace, source, None, None, users)
        votes = Applier(made).of(lf_set)
        measured = _measuring(made, _rows(votes, 0), epochs)
        results = [measured(_rows(votes, seed)) for seed in range(sets)]
    claims = {name: np.array([_claims(r)[name] for r in results]) for name in _claims(results[0])}
    wrong = np.any([by_set for name, by_set in claims.items() if name != _OF_THE_NETWORK], axis=0)
    return result(
        "honesty",
        f"share of {sets} label sets of pure noise on {made!r} for which Results claims no gain; the peer is the share wanted",
        float(1 - wrong.mean()),
        _WANTED,
        "share of label sets",
        sets,
        smaller_is_better=False,
        claims={name: float(by_set.mean()) for name, by_set in claims.items()},
        any={"share": float(wrong.mean()), "interval": [float(end) for end in wilson(int(wrong.sum()), sets)]},
        differences={
            metric: [float(q) for q in np.quantile(_differences(results, metric), [0.025, 0.5, 0.975])]
            for metric in ("auc", "log_loss")
        },
        rivals={metric: _counted([r["rivals"][metric]["rival"] for r in results]) for metric in ("auc", "log_loss")},
        seconds=time.perf_counter() - started,
    )


def _rows(shipped: AppliedSet, seed: int) -> TrainingRows:
    """Training labels of train as a run has them, from a set that is noise."""
    return label_train(_Dealt(shipped.applier, seed).of(shipped.lf_set)).training_rows()


class _Dealt(Applier):
    """Has the votes of another applier, dealt out anew to the rows of each split."""

    def __init__(self, other: Applier, seed: int):
        super().__init__(other.dataset, other.signals)
        self._other, rng = other, np.random.default_rng(seed)
        self._order = {split: rng.permutation(other.dataset.n_rows(split)) for split in SPLITS}

    def votes(self, lf: LF, split: str) -> Votes:
        return np.asarray(self._other.votes(lf, split)[self._order[split]])


def _measuring(dataset: Dataset, some: TrainingRows, epochs: int | None) -> Callable[[TrainingRows], dict[str, Any]]:
    """What says of labels what a run's result says, with one network for all."""
    from weakrec_core.network.presets.registry import preset_named, train_config
    from weakrec_core.network.training import train
    from weakrec_core.runs.measure_run import measure_run

    config = train_config("recommended", epochs=epochs)
    trained: Trained = train(dataset, some, config)

    def measured(labels: TrainingRows) -> dict[str, Any]:
        rating = preset_named(config.preset).rating(dataset, trained, labels, gold_rows(dataset, "dev"), config)
        with tempfile.TemporaryDirectory() as directory:
            found = measure_run(Path(directory), dataset, replace(trained, rating=rating), labels)
        assert found is not None
        return found

    return measured


def _claims(outcome: dict[str, Any]) -> dict[str, bool]:
    """What Results shows as a gain: its coloured figures, the share of the gap, what labels do to the lists."""
    against = {metric: result_tables.against(outcome, metric) for metric in ("auc", "log_loss", "ndcg@10")}
    return {
        **{result_tables.title(metric): one is not None and one.verdict == BETTER for metric, one in against.items()},
        "gap recovered": outcome["recovered"]["sentence"].startswith("Weak labels recover"),
        "lists": outcome["lists"] is not None and outcome["lists"]["verdict"] == BETTER,
    }


def _differences(results: list[dict[str, Any]], metric: str) -> list[float]:
    return [r["rivals"][metric]["difference"] for r in results]


def _counted(names: list[str]) -> dict[str, int]:
    return {name: names.count(name) for name in sorted(set(names))}
