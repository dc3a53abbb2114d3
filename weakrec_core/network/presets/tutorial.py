"""The network of Snorkel's recommender tutorial with its defects mended."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import TrainingRows, gold_rows
from weakrec_core.errors import DataError
from weakrec_core.evaluation.rating_metrics import rating_metrics, tutorial_examples
from weakrec_core.network.adagrad import SparseAdagrad
from weakrec_core.network.config import TrainConfig
from weakrec_core.network.model import (
    Network,
    batch_inputs,
    embedding,
    glorot,
    layer_seeds,
    pool,
    without_own_book,
)
from weakrec_core.network.network_recommender import NetworkRecommender
from weakrec_core.network.presets.base import Preset, Validation
from weakrec_core.network.table_rows import distinct_rows
from weakrec_core.network.train_step import Step, Sums, compiled_step
from weakrec_core.network.workers import ALONE, Workers


class Tutorial(Preset):
    """Learns from labeled rows only."""

    name = "tutorial"
    title = "Tutorial"
    description = "the network of the tutorial with its defects mended"
    losses = (
        "Loss on train: cross-entropy of the weak labels and of random negatives; on valid: that of gold labels and a random "
        "unread {item} beside each liked one. The two are of different labels: compare their course, not their height."
    )
    defaults: ClassVar[dict[str, Any]] = {"epochs": 30, "learning_rate": 0.1, "batch_size": 256, "use_dev": False}

    def build(
        self,
        dataset: Dataset,
        users: NDArray[np.integer],
        weak: TrainingRows,
        gold: TrainingRows,
        config: TrainConfig,
    ) -> Network:
        return build_tutorial(dataset.n_books, np.concatenate([weak.p_positive, gold.p_positive]), config)

    def step(self, network: Network, config: TrainConfig, workers: Workers = ALONE) -> Step:
        optimizer = SparseAdagrad(network.training.trainable_variables, config.learning_rate, distinct=workers.n == 1)
        return compiled_step(network, _losses(network), optimizer, workers, sparse=True)

    def validation(self, dataset: Dataset, recommender: NetworkRecommender, seed: int) -> Validation:
        """``val_loss``, the log loss under the tutorial's protocol, decides; beside it ``val_auc``, of the rated rows."""
        rows = gold_rows(dataset, "valid")
        if len(rows) == 0:
            raise DataError("No row of valid has a gold label; early stopping needs some.")
        user_idx, book_idx, label = tutorial_examples(dataset, rows, seed)
        n = len(rows)

        def validate(losses: dict[str, float]) -> tuple[float, dict[str, float]]:
            both = recommender.read_and_like(dataset.histories, user_idx, book_idx)
            loss = rating_metrics(label, both)["log_loss"]
            auc = rating_metrics(label[:n], both[:n])["auc"]
            assert loss is not None
            return loss, {"val_loss": loss} | ({} if auc is None else {"val_auc": auc})

        return validate


def build_tutorial(n_books: int, labels: NDArray[np.float32], config: TrainConfig) -> Network:
    """The tutorial's network, mended: hidden layers that are connected, a masked mean, one table row a book.

    The mean of the history's embeddings beside the book's embedding, through an MLP, to one probability: that the user
    reads *and* likes the book. Of a book that is read, it is too low, as if random negatives were among the rated; the
    odds of `like` have that shift of the prior taken back.

    Parameters
    ----------
    labels : float array, shape [n]
        P(POSITIVE) of the rows to train on.
    """
    import keras
    from keras import ops

    seeds = layer_seeds(config)
    inputs = batch_inputs()
    history_table = embedding(n_books, config.embed_dim, next(seeds), "history")
    book_table = embedding(n_books, config.embed_dim, next(seeds), "book")
    layers = [
        keras.layers.Dense(size, activation="relu", kernel_initializer=glorot(next(seeds)))
        for size in config.hidden_layer_sizes
    ]
    layers.append(keras.layers.Dense(1, kernel_initializer=glorot(next(seeds)), name="logit"))

    def logit_of(entries: Any, own: Any, book: Any) -> Any:
        total, count = pool(entries, inputs)
        total, count = without_own_book(total, count, own, inputs)
        x = ops.concatenate([total / ops.maximum(count, 1.0), book], axis=1)
        for layer in layers:
            x = layer(x)
        return x[:, 0]

    read, asked = inputs["history_book"], inputs["row_book"]
    logit = logit_of(history_table(read), history_table(asked), book_table(asked))
    trained = logit_of(*distinct_rows(history_table, read, asked), *distinct_rows(book_table, asked))
    disliked = max(float(1 - labels.mean()), 1e-3)
    shift = float(np.log((disliked + (labels > 0.5).mean()) / disliked))
    outputs = {"like": ops.sigmoid(logit + shift), "read_and_like": ops.sigmoid(logit), "score": logit}
    return Network(keras.Model(inputs, outputs), keras.Model(inputs, {"logit": trained}))


def _losses(network: Network) -> Callable[..., Sums]:
    """Binary cross-entropy over rows and random negatives alike."""
    import tensorflow as tf

    def losses(inputs: Any, label: Any, weight: Any, *_: Any) -> Sums:
        logit = network.training(inputs, training=True)["logit"]
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(label, logit)
        return {"loss": (tf.reduce_sum(weight * entropy), tf.reduce_sum(weight))}

    return losses
