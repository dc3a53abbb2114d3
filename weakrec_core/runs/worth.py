"""What a run's LFs are worth, in gold labels: how many of dev's would do without them what they do with few."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core import files
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import NO_ROWS, TrainingRows, gold_rows
from weakrec_core.errors import LabelModelError, RunError
from weakrec_core.evaluation.rating_metrics import rating_metrics
from weakrec_core.evaluation.recommender import Floats
from weakrec_core.jobs.job import Job
from weakrec_core.label_model.label_train import TrainLabels, label_train
from weakrec_core.label_model.text_labels import label_train_with_text
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.runs.result_tables import finished
from weakrec_core.runs.store import Run
from weakrec_core.stats.bootstrap import Draws, drawn_metrics, percentile_interval

WORTH_FILE, PARTS = "worth.json", "worth"
BUDGETS = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
DEV_ONLY, WITH_LABELS = "dev_only", "with_labels"
SEEDS = 3
_START = 100  # gold labels that the LFs are weighed with, or the smallest budget above
_DRAWS = 200


class Stopped(Exception):
    """The measurement was told to stop; what was measured is kept."""


def worth_job(run: Run) -> Job:
    """The measurement in a process of its own, begun or not."""
    return Job(run.path / PARTS, f"The worth of run {run.id}")


def start_worth(run: Run) -> bool:
    """Measure in the background; returns False if a process is at it already."""
    return worth_job(run).start(run.workspace, ["worth", "--run", run.id])


def read_worth(run: Run) -> dict[str, Any] | None:
    """What was measured, None if nothing was yet; `RunError` if it cannot be read."""
    path = run.path / WORTH_FILE
    try:
        found: dict[str, Any] = files.read_json(path)
        return found
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as e:
        raise RunError(f"Run {run.id}: {WORTH_FILE} cannot be read ({type(e).__name__}).") from None


def measure_worth(
    run: Run,
    budgets: Sequence[int] | None = None,
    *,
    seeds: int = SEEDS,
    tell: Callable[[float, str], None] = lambda fraction, stage: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """The learning curve over dev's gold, without weak labels and with them, and what it says.

    At each budget the label model, the text model where the run has one, and the rating model are fitted anew to some of
    dev's gold, drawn with several seeds, and measured on test. What was measured before is read from the run's directory,
    so that one that was stopped goes on.

    Parameters
    ----------
    budgets : sequence of int, optional
        Numbers of gold rows; all of dev's is always the last.
    tell : callable
        Takes the share done and what is being done.

    Returns
    -------
    dict
        ``worth``: ``gold_labels``, ``low``, ``high`` (95 % interval over test users and seeds; None = more than there are),
        ``sentence``; ``curve``: by budget ``dev_rows`` and for ``dev_only`` and ``with_labels`` the means over seeds of
        ``auc`` and ``log_loss`` and the ``interval`` of the AUC. Also written to the run's `WORTH_FILE`.

    Raises
    ------
    RunError
        If the run is not finished, its dataset has changed, or its preset has no rating model to fit anew.
    Stopped
        When `should_stop` said so.
    """
    finished(run)
    bench = Bench(run)
    n_gold = len(bench.gold)
    wanted = sorted({int(b) for b in (BUDGETS if budgets is None else budgets) if 0 < b < n_gold} | {n_gold})
    plan = [(b, seed) for b in wanted for seed in range(1 if b == n_gold else seeds)]
    predicted: dict[str, dict[int, list[Floats]]] = {kind: {b: [] for b in wanted} for kind in (DEV_ONLY, WITH_LABELS)}
    for done, (budget, seed) in enumerate(plan):
        if should_stop():
            raise Stopped
        tell(done / len(plan), f"Fitting to {budget:,} of {n_gold:,} gold labels")
        for kind in predicted:
            predicted[kind][budget].append(bench.predicted(kind, budget, seed))
    tell(1.0, "Drawing intervals")
    found = _summed_up(bench.test, predicted)
    files.write_json(run.path / WORTH_FILE, found)
    return found


class Bench:
    """What is fitted and measured for one run."""

    def __init__(self, run: Run):
        from weakrec_core.network.blend import load_blended

        config, dataset = run.config, run.open_dataset()
        self.run, self.dataset = run, dataset
        self.gold, self.test = gold_rows(dataset, "dev"), gold_rows(dataset, "test")
        self._network = load_blended(run.path).network
        if self._network.rating is None:
            raise RunError(
                f"Run {run.id} is of preset {config.train['preset']}, whose network would be trained anew each time."
            )
        self._has_text = bool((run.result or {})["labels"]["text_model"])

    @cached_property
    def _applied(self) -> AppliedSet:
        return self.run.config.frozen_lf_set.apply(self.dataset)

    def predicted(self, kind: str, budget: int, seed: int) -> Floats:
        """P(POSITIVE) of the test rows, read if it was made before."""
        path = self.run.path / PARTS / f"{kind}-{budget}-{seed}.npy"
        try:
            found: Floats = np.load(path, allow_pickle=False)
            if found.shape == self.test.user_idx.shape:
                return found
        except (OSError, ValueError):
            pass
        found = self._fitted(self.drawn(budget, seed), kind == WITH_LABELS)
        files.write_array(path, found)
        return found

    def drawn(self, budget: int, seed: int) -> NDArray[np.bool_]:
        """Which rows of dev have gold, shape [n_dev]; a larger budget of a seed has all rows of a smaller one."""
        known = np.flatnonzero(self.dataset.gold("dev") >= 0)
        mask = np.zeros(self.dataset.n_rows("dev"), bool)
        mask[np.random.default_rng(seed).permutation(known)[:budget]] = True
        return mask

    def _fitted(self, known: NDArray[np.bool_], with_labels: bool) -> Floats:
        few = self.dataset.with_dev_gold(known)
        return self.rated(self.weak(few) if with_labels else NO_ROWS, gold_rows(few, "dev"))

    def rated(self, weak: TrainingRows, gold: TrainingRows) -> Floats:
        """P(POSITIVE) of the test rows by the run's rating model fitted to these labels."""
        from weakrec_core.network.config import TrainConfig
        from weakrec_core.network.presets.registry import preset_named

        config = TrainConfig.model_validate(self.run.config.train)
        rating = preset_named(config.preset).rating(self.dataset, self._network, weak, gold, config)
        assert rating is not None
        pairs = self.test.user_idx, self.test.book_idx
        histories = self.dataset.histories
        return rating.like(self._network.taste(histories, *pairs), histories, *pairs)

    def weak(self, few: Dataset) -> TrainingRows:
        """The labels of train as these gold rows of dev give them; none where they are too few for the label model."""
        config = self.run.config
        applied = self._applied.applier.with_gold_of(few).of(self._applied.lf_set)
        settings = config.label_model, config.class_balance, config.snorkel
        try:
            labels: TrainLabels = label_train(applied, *settings)
            if self._has_text:
                labels = label_train_with_text(applied, labels.model.kind, *settings[1:])
        except LabelModelError:
            return NO_ROWS
        return labels.training_rows(config.min_confidence)


def _summed_up(test: TrainingRows, predicted: dict[str, dict[int, list[Floats]]]) -> dict[str, Any]:
    label = test.p_positive.astype(np.int8)
    draws, every = Draws.make(test.user_idx, _DRAWS), np.ones(len(label), bool)
    rng = np.random.default_rng(0)
    budgets = list(predicted[DEV_ONLY])
    drawn: dict[str, Floats] = {}
    means: dict[str, Floats] = {}
    curve: list[dict[str, Any]] = [{"dev_rows": b} for b in budgets]
    for kind, by_budget in predicted.items():
        columns, points = [], []
        for entry, parts in zip(curve, by_budget.values(), strict=True):
            metrics = [rating_metrics(label, p) for p in parts]
            aucs = np.stack([drawn_metrics(p, label, every, draws)["auc"] for p in parts])
            chosen = rng.integers(0, len(parts), (len(parts), _DRAWS))  # seeds are drawn, too
            columns.append(np.take_along_axis(aucs, chosen, axis=0).mean(axis=0))
            auc = [float(m["auc"]) for m in metrics if m["auc"] is not None]
            points.append(float(np.mean(auc)) if auc else np.nan)
            interval = percentile_interval(columns[-1])
            entry[kind] = {
                "auc": points[-1] if auc else None,
                "log_loss": float(np.mean([float(m["log_loss"] or 0) for m in metrics])),
                "interval": None if interval is None else list(interval),
            }
        drawn[kind], means[kind] = np.stack(columns), np.array(points)
    return {"worth": _worth(np.array(budgets), means, drawn), "curve": curve}


def _worth(budgets: NDArray[np.int64], means: dict[str, Floats], drawn: dict[str, Floats]) -> dict[str, Any]:
    at = min(int(np.searchsorted(budgets, _START)), len(budgets) - 1)
    found = _equivalent(budgets, means[DEV_ONLY], float(means[WITH_LABELS][at])) - budgets[at]
    each = [
        _equivalent(budgets, drawn[DEV_ONLY][:, i], float(drawn[WITH_LABELS][at, i])) - budgets[at]
        for i in range(drawn[DEV_ONLY].shape[1])
    ]
    low, high = np.quantile(each, [0.025, 0.975], method="nearest")
    n, start = int(budgets[-1]), int(budgets[at])
    gain = percentile_interval(drawn[WITH_LABELS][-1] - drawn[DEV_ONLY][-1])
    last = f"Beside all {n:,}, they add {means[WITH_LABELS][-1] - means[DEV_ONLY][-1]:+.3f} AUC"
    if gain is not None:
        last += f" (95 % interval {gain[0]:+.3f} to {gain[1]:+.3f})"
    return {
        "gold_labels": _rounded(found),
        "low": _rounded(low),
        "high": _rounded(high),
        "with": start,
        "sentence": f"{_sentence(found, low, high, start, n)} {last}.",
    }


def _equivalent(budgets: NDArray[np.int64], auc: Floats, wanted: float) -> float:
    """Gold labels at which the curve without weak labels reaches an AUC; infinity where all are not enough.

    The curve is made to rise (isotonic regression) and drawn straight between budgets on a scale of logarithms.
    """
    from sklearn.isotonic import IsotonicRegression

    known = ~np.isnan(auc)
    if not known.any() or np.isnan(wanted):
        return float("nan")
    x, y = np.log1p(np.append(0, budgets[known])), np.append(0.5, auc[known])
    y = np.maximum.accumulate(IsotonicRegression().fit_transform(x, y))
    if wanted > y[-1]:
        return float("inf")
    first = int(np.searchsorted(y, wanted))
    if first == 0:
        return 0.0
    share = (wanted - y[first - 1]) / (y[first] - y[first - 1])
    return float(np.expm1(x[first - 1] + share * (x[first] - x[first - 1])))


def _rounded(labels: float) -> int | None:
    """To two digits; None for more than there are."""
    if not np.isfinite(labels):
        return None
    digits = max(len(str(int(abs(labels)))) - 2, 0)
    return max(round(int(labels), -digits), 0)


def _sentence(found: float, low: float, high: float, start: int, n: int) -> str:
    if np.isnan(found):
        return "Test has gold labels of one class only, so that there is no AUC to compare."
    beside = f"beside {start:,} gold labels"
    if low <= 0:
        return f"These LFs are worth no gold label that could be measured, {beside}."
    within = f"95 % interval {_rounded(low):,} to " if np.isfinite(low) else "95 % interval more than "
    within += (
        f"{_rounded(high):,}"
        if np.isfinite(high)
        else f"more than {n - start:,}"
        if np.isfinite(low)
        else f"{n - start:,}"
    )
    if not np.isfinite(found):
        return f"These LFs are worth more than the {n - start:,} further gold labels there are, {beside} ({within})."
    return f"These LFs are worth about {_rounded(found):,} gold labels, {beside} ({within})."
