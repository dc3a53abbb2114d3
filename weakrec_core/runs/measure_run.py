"""From a trained network to what a run leaves: the model to recommend by, figures on test, the baselines beside them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from weakrec_core import files
from weakrec_core.baselines.base import Inputs, NetworkTrainer, Stopped
from weakrec_core.baselines.ease import Ease
from weakrec_core.baselines.measure import code_hash, measure_baselines
from weakrec_core.baselines.registry import BASELINES
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import NO_ROWS, TrainingRows
from weakrec_core.evaluation.gap_recovered import gap_recovered
from weakrec_core.evaluation.test_bed import TestBed
from weakrec_core.network.blend import Blended, fit_blend
from weakrec_core.network.config import TrainConfig
from weakrec_core.network.presets.registry import preset_named
from weakrec_core.network.training import Trained, train

ROWS_FILE, USERS_FILE = "test_rows.parquet", "test_users.parquet"


def measure_run(
    directory: Path,
    dataset: Dataset,
    trained: Trained,
    labeled: TrainingRows,
    *,
    tell: Callable[[str], None] = lambda stage: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> dict[str, Any] | None:
    """Blend, save and measure; what result.json says of it.

    Parameters
    ----------
    directory : Path
        Of the run: takes the model, `ROWS_FILE` (user_idx, book_idx, gold, p_positive of the rated rows of test) and
        `USERS_FILE` (user_idx and the ranking metrics of each reader).
    labeled : TrainingRows
        The soft labels trained on.

    Returns
    -------
    dict or None
        ``test``, ``tutorial_protocol``, ``ranking``, ``network``, ``blend``, ``baselines``, ``recovered``; None when
        `should_stop` said so.
    """
    config = trained.config
    bed = TestBed.make(dataset, config.seed)
    inputs = Inputs(dataset, labeled, config.seed, _trainer(dataset, config, tell, should_stop), tell, should_stop)
    try:
        ease = inputs.fitted(BASELINES["ease"])
        assert isinstance(ease, Ease)
        blended = preset_named(config.preset).blended
        model = fit_blend(dataset, trained, ease, config.seed) if blended else Blended(trained)
        model.save(directory)
        tell("Evaluating on test")
        ours, alone = bed.measure(model), bed.ranking(trained)
        if ours.p_positive is not None:
            _write(bed.row_frame(ours.p_positive), directory / ROWS_FILE)
        if ours.users is not None:
            _write(ours.users, directory / USERS_FILE)
        baselines = measure_baselines(bed, inputs)
    except Stopped:
        return None
    return {
        **ours.metrics,
        "network": {"ranking": None if alone is None else alone.to_json()},
        "blend": {"weight": model.weight, "ease_penalty": ease.penalty},
        "baselines": {name: measured.metrics for name, measured in baselines.items()},
        "recovered": gap_recovered(bed, ours, baselines["dev_only"], baselines["gold"]),
    }


def _trainer(
    dataset: Dataset, config: TrainConfig, tell: Callable[[str], None], should_stop: Callable[[], bool]
) -> NetworkTrainer:
    """The run's network for the baselines that train it on labels of the users themselves."""

    def train_on(name: str, gold: TrainingRows) -> Trained:
        tell(f"Training the {name} network")

        def epoch_done(metrics: dict[str, float]) -> None:
            tell(f"Training the {name} network, epoch {metrics['epoch']:.0f} of at most {metrics['epochs']:.0f}")

        trained = train(dataset, NO_ROWS, config, gold=gold, on_epoch=epoch_done, should_stop=should_stop)
        if trained.stopped:
            raise Stopped
        return trained

    code = code_hash(("network",), ("keras", "tensorflow"))
    return NetworkTrainer(train_on, config.use_dev, {"config": config.model_dump(mode="json"), "code": code})


def _write(frame: pd.DataFrame, path: Path) -> None:
    with files.atomic(path) as tmp:
        frame.to_parquet(tmp, index=False)
