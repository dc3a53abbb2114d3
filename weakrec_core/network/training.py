"""Training: from labeled rows to a network that recommends."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import NO_ROWS, TrainingRows, gold_rows
from weakrec_core.errors import RunError
from weakrec_core.network.batches import Batch, Batcher
from weakrec_core.network.checkpoint import Checkpoint
from weakrec_core.network.config import TrainConfig
from weakrec_core.network.network_recommender import NetworkRecommender
from weakrec_core.network.presets.registry import preset_named
from weakrec_core.network.train_step import epoch_losses, trained_variables
from weakrec_core.network.workers import ALONE, Workers

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
    batches: Callable[[int], Iterator[Batch]] | None = None,
    workers: Workers = ALONE,
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
    batches : callable or None
        Gives the batches of an epoch, from 1 on, in the place of those made of the rows; see `ShardedBatches`.
    workers : Workers
        Who trains along, each by `following.follow`; this one is their chief.

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
    rng = np.random.default_rng(config.seed)
    if batches is None:
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
        batches = lambda epoch: batcher.epoch(rng)  # noqa: E731
    recommender = NetworkRecommender(network.model)
    validation = preset.validation(dataset, recommender, config.seed)
    step = preset.step(network, config, workers)
    from keras import ops

    variables = trained_variables(network, step)
    best_loss, best_epoch, best_weights = np.inf, 0, network.model.get_weights()
    epoch, stopped, elapsed = 0, False, 0.0
    if checkpoint is not None and checkpoint.exists():
        saved = Checkpoint.load(checkpoint)
        saved.restore(variables, rng, checkpoint)
        best_loss, best_epoch, best_weights = saved.best_loss, saved.best_epoch, saved.best_weights
        epoch, elapsed = saved.epoch, saved.seconds
    workers.share(variables)
    begun = time.perf_counter() - elapsed
    while (
        epoch < config.epochs
        and epoch - best_epoch < config.patience
        and (epoch == 0 or time_limit is None or elapsed < time_limit)
    ):
        started, n_examples = time.perf_counter(), 0
        sums = []
        workers.told(epoch + 1)
        for there in workers.together(batches(epoch + 1), should_stop):
            stopped = there is None
            if there is None:
                break
            sums.append(step(there[0]))
            n_examples += there[1]
        if stopped:
            break
        epoch += 1
        losses = epoch_losses(sums, epoch)
        workers.check_same(network.training.get_weights())
        seconds = time.perf_counter() - started
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
    if not stopped:
        workers.told(0)  # it is over
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
