"""The baselines of a run on the same test bed; those that do not depend on the LFs are kept and not trained again."""

import hashlib
import json
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from weakrec_core import files
from weakrec_core.baselines.item_item import Ease, fit_item_knn
from weakrec_core.baselines.popularity import fit_constant, fit_popularity
from weakrec_core.data.training_rows import NO_ROWS, TrainingRows, gold_rows, joined, true_train_rows
from weakrec_core.evaluation.test_bed import Measured, TestBed
from weakrec_core.network.config import TrainConfig
from weakrec_core.network.training import train

Tell = Callable[[str], None]
_LIBRARY = Path(__file__).parents[1]
_PACKAGES = ("baselines", "data", "evaluation", "network", "stats")
_LIBRARIES = ("keras", "numpy", "scikit-learn", "scipy", "tensorflow")


class Stopped(Exception):
    """The run was cancelled while a baseline was being made."""


def stopping(should_stop: Callable[[], bool]) -> Callable[[], None]:
    """A function that raises `Stopped` when it is time to stop."""

    def check() -> None:
        if should_stop():
            raise Stopped

    return check


def measure_baselines(
    bed: TestBed,
    labeled: TrainingRows,
    config: TrainConfig,
    ease: Ease,
    *,
    tell: Tell = lambda stage: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> dict[str, Measured]:
    """All baselines of a run.

    ``constant`` and ``popularity``; ``item_knn`` and ``ease``, which rank only; ``dev_only`` and ``gold``, the network of
    the same config trained on the gold of dev alone, and on that and the true labels of train: the ceiling.

    Parameters
    ----------
    labeled : TrainingRows
        The soft labels that the run's network was trained on.
    tell : callable
        Called with what is being done.

    Raises
    ------
    Stopped
        When `should_stop` said so.
    DataError
        If no row of dev has a gold label.
    """
    dataset, seed = bed.dataset, bed.seed
    dev = gold_rows(dataset, "dev")
    popularity = fit_popularity(dataset, labeled, seed)

    def item_knn() -> Measured:
        tell("Fitting item-kNN")
        return bed.measure(ranker=fit_item_knn(dataset, seed, stopping(should_stop)))

    def network(name: str, gold: TrainingRows) -> Measured:
        tell(f"Training the {name} network")

        def epoch_done(metrics: dict[str, float]) -> None:
            tell(f"Training the {name} network, epoch {metrics['epoch']:.0f} of at most {metrics['epochs']:.0f}")

        trained = train(dataset, NO_ROWS, config, gold=gold, on_epoch=epoch_done, should_stop=should_stop)
        if trained.stopped:
            raise Stopped
        return bed.measure(trained, trained)

    def ceiling() -> Measured:
        gold = true_train_rows(dataset)
        return network("ceiling", joined(gold, dev) if config.use_dev else gold)

    trained_with = config.model_dump(mode="json")
    return {
        "constant": bed.measure(fit_constant(dataset, seed)),
        "popularity": bed.measure(popularity, popularity),
        "item_knn": _kept(bed, "item_knn", {}, item_knn),
        "ease": bed.measure(ranker=ease),
        "dev_only": _kept(bed, "dev_only", trained_with, lambda: network("dev-only", dev)),
        "gold": _kept(bed, "gold", trained_with, ceiling),
    }


def _kept(bed: TestBed, name: str, depends_on: dict[str, Any], make: Callable[[], Measured]) -> Measured:
    """What `make` gives, read from the workspace if the same was made before, users aside."""
    key = json.dumps([name, bed.seed, _code(), depends_on], sort_keys=True)
    file = f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npz"
    path = bed.dataset.workspace.baselines / bed.dataset.fingerprint[:20] / file
    try:
        with np.load(path, allow_pickle=False) as arrays:
            p_positive = arrays["p_positive"]
            return Measured(json.loads(str(arrays["metrics"])), p_positive if len(p_positive) else None)
    except (OSError, ValueError, KeyError):
        found = make()
    with files.atomic(path) as tmp, tmp.open("wb") as f:
        nothing = np.empty(0)
        p_positive = nothing if found.p_positive is None else found.p_positive
        np.savez(f, metrics=np.array(json.dumps(found.metrics)), p_positive=p_positive)
    return found


@cache
def _code() -> str:
    """A hash of what the figures are computed with, libraries included: other code, other figures."""
    digest = hashlib.sha256(repr([version(name) for name in _LIBRARIES]).encode())
    for package in _PACKAGES:
        for path in sorted((_LIBRARY / package).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
