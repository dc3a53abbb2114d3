"""From a trained network to what a run leaves: the model to recommend by, figures on test, the baselines beside them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from weakrec_core import files
from weakrec_core.baselines.cached_baselines import Stopped, measure_baselines, stopping
from weakrec_core.baselines.item_item import fit_ease
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import TrainingRows
from weakrec_core.evaluation.gap_recovered import gap_recovered
from weakrec_core.evaluation.test_bed import TestBed
from weakrec_core.network.blend import Blended, fit_blend
from weakrec_core.network.training import Trained

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
    try:
        tell("Fitting EASE")
        ease = fit_ease(dataset, config.seed, stopping(should_stop))
        model = fit_blend(dataset, trained, ease, config.seed) if config.preset == "recommended" else Blended(trained)
        model.save(directory)
        tell("Evaluating on test")
        network, ours = bed.measure(trained, trained), bed.measure(ranker=model)
        if network.p_positive is not None:
            _write(bed.row_frame(network.p_positive), directory / ROWS_FILE)
        if ours.users is not None:
            _write(ours.users, directory / USERS_FILE)
        baselines = measure_baselines(bed, labeled, config, ease, tell=tell, should_stop=should_stop)
    except Stopped:
        return None
    return {
        **network.metrics,
        "ranking": ours.metrics["ranking"],
        "network": {"ranking": network.metrics["ranking"]},
        "blend": {"weight": model.weight, "ease_penalty": ease.penalty},
        "baselines": {name: measured.metrics for name, measured in baselines.items()},
        "recovered": gap_recovered(bed, network, baselines["dev_only"], baselines["gold"]),
    }


def _write(frame: pd.DataFrame, path: Path) -> None:
    with files.atomic(path) as tmp:
        frame.to_parquet(tmp, index=False)
