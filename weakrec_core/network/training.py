"""Training: from labeled rows to a network that recommends."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import NO_ROWS, TrainingRows, gold_rows
from weakrec_core.errors import RunError
from weakrec_core.network.batches import Batcher
from weakrec_core.network.checkpoint import Checkpoint
from weakrec_core.network.config import TrainConfig
from weakrec_core.network.model import Network
from weakrec_core.network.network_recommender import NetworkRecommender
from weakrec_core.network.presets.registry import preset_named
from weakrec_core.network.train_step import Step, Sums

__all__ = ["Trained", "TrainingRows", "relabeled", "train"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Trained(NetworkRecommender):
    """The network as of its best epoch.

    Attributes
    ----------
    best_epoch, epochs_run : int
        0 if stopped before the first epoch had ended.
    stopped : bool
        Whether `should_stop` ended the training.
    """

    config: TrainConfig
    best_epoch: int
    epochs_run: int
    stopped: bool


def train(
    dataset: Dataset,
    rows: TrainingRows,
    config: TrainConfig,
    *,
    gold: TrainingRows | None = None,
    on_epoch: Callable[[dict[str, float]], None] = lambda metrics: None,
    should_stop: Callable[[], bool] = lambda: False,
    checkpoint: Path | None = None,
    time_limit: float | None = None,
) -> Trained:
    """Train a network; the same arguments on the same machine give the same network.

    What is learned from beside the rows is the preset's. Nothing is learned from valid, which decides when to stop, and
    test. On what is then the best network, the preset's rating model is fitted.

    Parameters
    ----------
    rows : TrainingRows
        Soft labels of train rows.
    gold : TrainingRows or None
        Rows labeled by the users themselves; None = those of dev, if the config uses dev.
    on_epoch : callable
        Called after each epoch with ``epoch``, ``epochs``, ``loss`` (on train), ``seconds``, ``examples_per_second``,
        ``elapsed`` (seconds since the start, validation and what came before a resumption included), the preset's other
        losses by their names, and what its validation measures, mostly ``val_loss``.
    should_stop : callable
        Asked before every batch.
    checkpoint : Path or None
        Where the state is kept after each epoch. If there is one already, training goes on from it.
    time_limit : float or None
        Seconds after which no other epoch is begun; the first always is.

    Raises
    ------
    RunError
        If there is no row to train on, or the training diverges.
    DataError
        If valid has nothing that the preset could stop by.
    """
    if gold is None:
        gold = gold_rows(dataset, "dev") if config.use_dev else NO_ROWS
    if len(rows) + len(gold) == 0:
        raise RunError("There is no labeled row to train on.")
    preset = preset_named(config.preset)
    users = preset.users(dataset, rows, gold)
    network = preset.build(dataset, users, rows, gold, config)
    batcher = Batcher(
        dataset.histories,
        dataset.n_books,
        users,
        rows,
        gold,
        batch_size=config.batch_size,
        negatives=config.negatives,
        holdout=preset.holdout,
    )
    recommender = NetworkRecommender(network.model)
    validation = preset.validation(dataset, recommender, config.seed)
    step = preset.step(network, config)
    from keras import ops

    rng = np.random.default_rng(config.seed)
    variables = _variables(network, step)
    best_loss, best_epoch, best_weights = np.inf, 0, network.model.get_weights()
    epoch, stopped, elapsed = 0, False, 0.0
    if checkpoint is not None and checkpoint.exists():
        saved = Checkpoint.load(checkpoint)
        saved.restore(variables, rng, checkpoint)
        best_loss, best_epoch, best_weights = saved.best_loss, saved.best_epoch, saved.best_weights
        epoch, elapsed = saved.epoch, saved.seconds
    begun = time.perf_counter() - elapsed
    while (
        epoch < config.epochs
        and epoch - best_epoch < config.patience
        and (epoch == 0 or time_limit is None or elapsed < time_limit)
    ):
        started, n_examples = time.perf_counter(), 0
        sums = []
        for batch in batcher.epoch(rng):
            stopped = should_stop()
            if stopped:
                break
            sums.append(step(batch))
            n_examples += batch.n_examples
        if stopped:
            break
        epoch += 1
        losses = _means(sums)
        seconds = time.perf_counter() - started
        if not math.isfinite(losses["loss"]):
            raise RunError(f"The loss of epoch {epoch} is not a number; lower learning_rate.")
        with step.averaged():
            loss, validated = validation(losses)
            if loss < best_loss:
                best_loss, best_epoch, best_weights = loss, epoch, network.model.get_weights()
        elapsed = time.perf_counter() - begun
        on_epoch(
            {"epoch": epoch, "epochs": config.epochs}
            | losses
            | validated
            | {"seconds": seconds, "examples_per_second": n_examples / seconds, "elapsed": elapsed}
        )
        if checkpoint is not None:
            values, state = [ops.convert_to_tensor(v).numpy() for v in variables], rng.bit_generator.state
            Checkpoint(epoch, best_epoch, best_loss, elapsed, dict(state), best_weights, values).save(checkpoint)
    network.model.set_weights(best_weights)
    rating = None if stopped else preset.rating(dataset, recommender, rows, gold, config)
    return Trained(
        keras_model=network.model,
        rating=rating,
        config=config,
        best_epoch=best_epoch,
        epochs_run=epoch,
        stopped=stopped,
    )


def relabeled(
    trained: Trained,
    dataset: Dataset,
    gold: TrainingRows,
    *,
    on_epoch: Callable[[dict[str, float]], None] = lambda metrics: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Trained:
    """What the same training on these gold labels alone gives; a network that learned from no label is not trained anew.

    Parameters
    ----------
    gold, on_epoch, should_stop
        See `train`.
    """
    config, preset = trained.config, preset_named(trained.config.preset)
    rating = preset.rating(dataset, trained, NO_ROWS, gold, config)
    if rating is not None:
        return replace(trained, rating=rating)
    return train(dataset, NO_ROWS, config, gold=gold, on_epoch=on_epoch, should_stop=should_stop)


def _variables(network: Network, step: Step) -> list[Any]:
    """All that training changes, each once: weights, the seeds of the layers that draw, the optimizer's."""
    found = [*network.training.variables, *network.model.variables, *step.variables]
    return list({id(v): v for v in found}.values())


def _means(batches: list[Sums]) -> dict[str, float]:
    """The mean of each loss over an epoch."""
    return {
        name: float(sum(float(b[name][0]) for b in batches)) / max(sum(float(b[name][1]) for b in batches), 1e-6)
        for name in batches[0]
    }
