"""From a trained network to what a run leaves: the model to recommend by, figures on test, the baselines beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core import files
from weakrec_core.baselines.base import Inputs, NetworkTrainer, Stopped
from weakrec_core.baselines.ease import Ease, fit_ease
from weakrec_core.baselines.measure import code_hash, measure_baselines
from weakrec_core.baselines.registry import BASELINES
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import TrainingRows, gold_rows
from weakrec_core.engine.base import Engine
from weakrec_core.evaluation.gap_recovered import gap_recovered
from weakrec_core.evaluation.rating_metrics import rating_metrics
from weakrec_core.evaluation.recommender import Floats, Ranker, Rater
from weakrec_core.evaluation.rivals import against_rivals, labels_in_lists
from weakrec_core.evaluation.test_bed import Measured, TestBed
from weakrec_core.network.blend import Blended, fit_blend
from weakrec_core.network.presets.registry import preset_named
from weakrec_core.network.training import Trained, relabeled
from weakrec_core.runs.liking import liking
from weakrec_core.stats.decision_cut import GOALS, best_cut

ROWS_FILE, USERS_FILE = "test_rows.parquet", "test_users.parquet"
_FLOORS = (0.5, 0.1)  # what a book read counts for that is not liked, where labels have a say


def measure_run(
    directory: Path,
    dataset: Dataset,
    trained: Trained,
    labeled: TrainingRows,
    *,
    cut: str | None = None,
    tell: Callable[[str], None] = lambda stage: None,
    should_stop: Callable[[], bool] = lambda: False,
    engine: Engine | None = None,
) -> dict[str, Any] | None:
    """Blend, save and measure; what result.json says of it.

    Parameters
    ----------
    directory : Path
        Of the run: takes the model, `ROWS_FILE` (user_idx, book_idx, gold, p_positive of the rated rows of test) and
        `USERS_FILE` (user_idx and the ranking metrics of each reader).
    labeled : TrainingRows
        The soft labels trained on.
    cut : str or None
        A goal of `best_cut`, beside the usual ones.
    engine : Engine or None
        What sums over users for item-item models; None = this process.

    Returns
    -------
    dict or None
        ``test``, ``tutorial_protocol``, ``ranking``, ``cuts`` (by goal the ``cut`` that dev says is best and ``test``, the
        rating metrics there), ``valid`` (rating metrics there), ``rating`` (how much each
        regression of the rating model counts), ``network``, ``blend``, ``lists`` (see
        `labels_in_lists`; None where the preset is not blended), ``baselines``, ``rivals`` (see `against_rivals`), ``recovered``; None when
        `should_stop` said so.
    """
    config = trained.config
    bed = TestBed.make(dataset, config.seed)
    trainer = _trainer(dataset, trained, tell, should_stop)
    inputs = Inputs(dataset, labeled, config.seed, trainer, tell, should_stop, engine)
    try:
        ease = inputs.fitted(BASELINES["ease"])
        assert isinstance(ease, Ease)
        model, without, floor = Blended(trained), None, 1.0
        if preset_named(config.preset).blended:
            tell("Blending")
            weighted = _weighted(inputs, trained, labeled, ease)
            model = fit_blend(dataset, trained, [ease, *weighted.values()], config.seed)
            floor = next((a for a, other in weighted.items() if other is model.ease), 1.0)
            without = fit_blend(dataset, trained, [ease], config.seed) if floor < 1 else None
        model.save(directory)
        tell("Evaluating on test")
        ours, alone = bed.measure(model), bed.ranking(trained)
        unlabeled = None if without is None else bed.ranking(without)
        valid, histories = gold_rows(dataset, "valid"), dataset.histories
        p_valid = model.like(histories, valid.user_idx, valid.book_idx)
        if ours.p_positive is not None:
            _write(bed.row_frame(ours.p_positive), directory / ROWS_FILE)
        if ours.users is not None:
            _write(ours.users, directory / USERS_FILE)
        baselines = measure_baselines(bed, inputs)
    except Stopped:
        return None
    return {
        **ours.metrics,
        "cuts": _cuts(bed, ours, trained, cut),
        "valid": rating_metrics(valid.p_positive, p_valid) if len(valid) else None,
        "rating": None if trained.rating is None else {"pooled": dict(trained.rating.pooled)},
        "network": {"ranking": None if alone is None else alone.to_json()},
        "blend": {"weight": model.weight, "ease_penalty": ease.penalty, "label_floor": floor},
        # Of a preset that is not blended the network itself learns from labels: there is no list without.
        "lists": labels_in_lists(ours, unlabeled)
        if ours.users is not None and preset_named(config.preset).blended
        else None,
        "baselines": {name: measured.metrics for name, measured in baselines.items()},
        "rivals": against_rivals(bed, ours, {n: m for n, m in baselines.items() if not BASELINES[n].is_ceiling}),
        "recovered": gap_recovered(bed, ours, baselines["dev_only"], baselines["gold"]),
    }


def _cuts(bed: TestBed, ours: Measured, trained: Trained, cut: str | None) -> dict[str, dict[str, Any]]:
    """By goal: the cut chosen on dev, by predictions of models that have not seen the rows' gold, and test there."""
    gold = gold_rows(bed.dataset, "dev")
    if trained.rating is not None:
        p, label = trained.rating.held_out, trained.rating.held_out_gold
    elif trained.config.use_dev:
        return {}
    else:
        p, label = trained.like(bed.dataset.histories, gold.user_idx, gold.book_idx), gold.p_positive.astype(float)
    assert ours.p_positive is not None
    found = {}
    for goal in dict.fromkeys([*GOALS, *([] if cut is None else [cut])]):
        at = best_cut(label.astype(np.int64), p, goal)
        found[goal] = {"cut": at, "test": rating_metrics(bed.rows.p_positive, ours.p_positive, at)}
    return found


def _weighted(inputs: Inputs, trained: Trained, labeled: TrainingRows, ease: Ease) -> dict[float, Ease]:
    """EASE of books read that count as far as they are liked: a + (1 - a) P(POSITIVE), by a."""
    p = liking(inputs.dataset, trained, labeled, trained.config.use_dev)
    found = {}
    for floor in _FLOORS:
        inputs.check()
        weight = (floor + (1 - floor) * p).astype(np.float32)
        found[floor] = fit_ease(
            inputs.dataset, inputs.seed, weight=weight, penalties=[ease.penalty], engine=inputs.engine
        )
    return found


@dataclass(frozen=True, eq=False)
class _Ratings:
    """What a model with the run's own network says of ratings; its lists are no other than the network's."""

    model: Rater

    def like(self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]) -> Floats:
        return self.model.like(histories, user_idx, book_idx)

    def read_and_like(
        self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]
    ) -> Floats:
        return self.model.read_and_like(histories, user_idx, book_idx)


def _trainer(
    dataset: Dataset, trained: Trained, tell: Callable[[str], None], should_stop: Callable[[], bool]
) -> NetworkTrainer:
    """The run's network for the baselines that train it on labels of the users themselves."""

    def train_on(name: str, gold: TrainingRows) -> Rater | Ranker:
        tell(f"Training the {name} network")

        def epoch_done(metrics: dict[str, float]) -> None:
            tell(f"Training the {name} network, epoch {metrics['epoch']:.0f} of at most {metrics['epochs']:.0f}")

        found = relabeled(trained, dataset, gold, on_epoch=epoch_done, should_stop=should_stop)
        if found.stopped:
            raise Stopped
        return _Ratings(found) if found.keras_model is trained.keras_model else found

    config = trained.config
    code = code_hash(("network", "rating"), ("keras", "tensorflow"))
    return NetworkTrainer(train_on, config.use_dev, {"config": config.model_dump(mode="json"), "code": code})


def _write(frame: pd.DataFrame, path: Path) -> None:
    with files.atomic(path) as tmp:
        frame.to_parquet(tmp, index=False)
