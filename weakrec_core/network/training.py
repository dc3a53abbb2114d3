"""Training: from labeled rows to a network that recommends."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from weakrec_core import POSITIVE
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import NO_ROWS, TrainingRows, gold_rows, training_users
from weakrec_core.errors import DataError, RunError
from weakrec_core.evaluation.ranking import RankingTask, rank
from weakrec_core.evaluation.rating_metrics import rating_metrics, tutorial_examples
from weakrec_core.network.batches import Batcher
from weakrec_core.network.checkpoint import Checkpoint
from weakrec_core.network.config import TrainConfig
from weakrec_core.network.model import Network, build
from weakrec_core.network.network_recommender import NetworkRecommender
from weakrec_core.network.train_step import Step, Sums, compiled_step

__all__ = ["Trained", "TrainingRows", "train"]


@dataclass(frozen=True, eq=False)
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

    The recommended preset also learns from what the users of train and dev read, labeled or not. Nothing is learned
    from valid, which decides when to stop, and test.

    Parameters
    ----------
    rows : TrainingRows
        Soft labels of train rows.
    gold : TrainingRows or None
        Rows labeled by the users themselves; None = those of dev, if the config uses dev.
    on_epoch : callable
        Called after each epoch with ``epoch``, ``epochs``, ``loss`` (of the labels of rows, on train), ``val_loss``
        (the same on the gold labels of valid; for the tutorial's preset, random negatives included), ``val_auc``
        (rated rows of valid; not there with one class only), ``seconds``, ``examples_per_second``, ``elapsed`` (seconds
        since the start, validation and what came before a resumption included), and for the recommended preset ``val_ndcg``
        (NDCG@10 of hidden books on valid), ``read_loss`` (cross-entropy of the hidden part of a history over all books)
        and ``negatives_loss`` (of reading against random negatives).
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
        If no row of valid has a gold label.
    """
    if gold is None:
        gold = gold_rows(dataset, "dev") if config.use_dev else NO_ROWS
    if len(rows) + len(gold) == 0:
        raise RunError("There is no labeled row to train on.")
    two_tower = config.preset == "recommended"
    users = np.unique(np.concatenate([rows.user_idx, gold.user_idx]))
    if two_tower:
        users = np.union1d(users, training_users(dataset))
    network = build(dataset, users, rows, gold, config)
    batcher = Batcher(
        dataset.histories,
        dataset.n_books,
        users,
        rows,
        gold,
        batch_size=config.batch_size,
        negatives=config.negatives,
        holdout=two_tower,
    )
    validation = _Validation(dataset, config, network)
    prior = float(np.clip((gold if len(gold) else rows).p_positive.mean(), 0.01, 0.99))
    step = compiled_step(network, config, prior)
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
            loss, validated = validation()
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
    return Trained(network.model, config, best_epoch, epoch, stopped)


def _variables(network: Network, step: Step) -> list[Any]:
    """All that training changes, each once: weights, the seeds of the layers that draw, the optimizer's."""
    found = [*network.training.variables, *network.model.variables, *step.variables]
    return list({id(v): v for v in found}.values())


class _Validation:
    """Losses, AUC and ranking on valid, over the same inputs, random negatives and held-out books every time."""

    def __init__(self, dataset: Dataset, config: TrainConfig, network: Network):
        rows = gold_rows(dataset, "valid")
        if len(rows) == 0:
            raise DataError("No row of valid has a gold label; early stopping needs some.")
        self._dataset = dataset
        self._user_idx, self._book_idx, self._label = tutorial_examples(dataset, rows, config.seed)
        self._n_rated = len(rows)
        self._recommender = NetworkRecommender(network.model)
        self._ranks = config.preset == "recommended" and bool((rows.p_positive == POSITIVE).any())
        self._task = RankingTask.make(dataset, "valid", config.seed) if self._ranks else None

    def __call__(self) -> tuple[float, dict[str, float]]:
        """What decides when to stop, and what is reported."""
        n = self._n_rated
        like = self._recommender.predict(self._dataset, self._user_idx[:n], self._book_idx[:n])
        both = self._recommender.predict_read_and_like(self._dataset, self._user_idx, self._book_idx)
        rated = rating_metrics(self._label[:n], like)
        loss, auc = rated["log_loss"], rated["auc"]
        protocol_loss = rating_metrics(self._label, both)["log_loss"]
        assert loss is not None and protocol_loss is not None
        reported = {} if auc is None else {"val_auc": auc}
        if self._task is None:
            return protocol_loss, {"val_loss": protocol_loss} | reported
        ndcg = rank(self._recommender, self._task).means["ndcg@10"]
        return loss + protocol_loss - ndcg, {"val_loss": loss} | reported | {"val_ndcg": ndcg}


def _means(batches: list[Sums]) -> dict[str, float]:
    """The mean of each loss over an epoch."""
    return {
        name: float(sum(float(b[name][0]) for b in batches)) / max(sum(float(b[name][1]) for b in batches), 1e-6)
        for name in batches[0]
    }
