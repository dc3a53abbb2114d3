"""Training: from labeled rows to a network that recommends."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import DataError, RunError
from weakrec_core.recommender.batches import Batcher, encode_rows
from weakrec_core.recommender.config import TrainConfig
from weakrec_core.recommender.evaluation import rating_metrics, tutorial_examples
from weakrec_core.recommender.model import Network, build
from weakrec_core.recommender.predicting import NetworkRecommender
from weakrec_core.recommender.rows import TrainingRows, gold_rows, training_users
from weakrec_core.recommender.steps import Sums, compiled_step

__all__ = ["Trained", "TrainingRows", "train"]

_NO_ROWS = TrainingRows(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32))


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
    on_epoch: Callable[[dict[str, float]], None] = lambda metrics: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Trained:
    """Train a network; the same arguments on the same machine give the same network.

    The recommended preset also learns from what the users of train and dev read, labeled or not. Nothing is learned
    from valid, which decides when to stop, and test.

    Parameters
    ----------
    rows : TrainingRows
        Soft labels of train rows.
    on_epoch : callable
        Called after each epoch with ``epoch``, ``epochs``, ``loss`` (of the labels of rows, on train), ``val_loss``
        (the same on the gold labels of valid; for the tutorial's preset, random negatives included), ``val_auc``
        (rated rows of valid; not there with one class only), ``seconds``, ``examples_per_second``, and for the
        recommended preset ``read_loss`` (cross-entropy of the hidden part of a history over all books) and
        ``negatives_loss`` (of reading against random negatives).
    should_stop : callable
        Asked before every batch.

    Raises
    ------
    RunError
        If there is no row to train on, or the training diverges.
    DataError
        If no row of valid has a gold label.
    """
    gold = gold_rows(dataset, "dev") if config.use_dev else _NO_ROWS
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
    validation = _Validation(dataset, config)
    step = compiled_step(network, config)
    rng = np.random.default_rng(config.seed)
    best_loss, best_epoch, best_weights = np.inf, 0, network.model.get_weights()
    epoch, stopped = 0, False
    while epoch < config.epochs and epoch - best_epoch < config.patience:
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
        loss, validated = validation(network)
        if loss < best_loss:
            best_loss, best_epoch, best_weights = loss, epoch, network.model.get_weights()
        on_epoch(
            {"epoch": epoch, "epochs": config.epochs}
            | losses
            | validated
            | {"seconds": seconds, "examples_per_second": n_examples / seconds}
        )
    network.model.set_weights(best_weights)
    return Trained(network.model, config, best_epoch, epoch, stopped)


class _Validation:
    """Losses and AUC on valid, over the same inputs and random negatives every time."""

    def __init__(self, dataset: Dataset, config: TrainConfig):
        rows = gold_rows(dataset, "valid")
        if len(rows) == 0:
            raise DataError("No row of valid has a gold label; early stopping needs some.")
        user_idx, book_idx, self._label = tutorial_examples(dataset, rows, config.seed)
        self._inputs = encode_rows(dataset.histories, user_idx, book_idx)
        self._n_rated = len(rows)
        self._one_output = config.preset == "tutorial"

    def __call__(self, network: Network) -> tuple[float, dict[str, float]]:
        """What decides when to stop, and what is reported."""
        out = {k: v.numpy().astype(np.float64) for k, v in network.model(self._inputs, training=False).items()}
        rated = rating_metrics(self._label[: self._n_rated], out["like"][: self._n_rated])
        loss, auc = rated["log_loss"], rated["auc"]
        protocol_loss = rating_metrics(self._label, out["read_and_like"])["log_loss"]
        assert loss is not None and protocol_loss is not None
        reported = {"val_loss": protocol_loss if self._one_output else loss}
        if auc is not None:
            reported["val_auc"] = auc
        return (protocol_loss if self._one_output else loss + protocol_loss), reported


def _means(batches: list[Sums]) -> dict[str, float]:
    """The mean of each loss over an epoch."""
    return {
        name: float(sum(float(b[name][0]) for b in batches)) / max(sum(float(b[name][1]) for b in batches), 1e-6)
        for name in batches[0]
    }
