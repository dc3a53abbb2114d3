"""One step of training: losses, gradients, update, compiled once."""

from collections.abc import Callable
from typing import Any

from weakrec_core.recommender.batches import GOLD_SOURCE, NEGATIVE_SOURCE, Batch
from weakrec_core.recommender.config import TrainConfig
from weakrec_core.recommender.model import Network

Sums = dict[str, tuple[Any, Any]]  # name of a loss: its sum over a batch and the sum of the weights


def compiled_step(network: Network, config: TrainConfig) -> Callable[[Batch], Sums]:
    """A function that updates the network on a batch and returns the sums of its losses."""
    import keras
    import tensorflow as tf

    variables = network.training.trainable_variables
    if config.preset == "tutorial":
        losses = _tutorial_losses(network)
        optimizer = keras.optimizers.Adagrad(config.learning_rate)
    else:
        losses = _two_tower_losses(network, config.weak_weight)
        optimizer = keras.optimizers.Adam(config.learning_rate)
    optimizer.build(variables)
    ints, floats = tf.TensorSpec([None], tf.int32), tf.TensorSpec([None], tf.float32)
    inputs = {k: ints for k in ("history_book", "history_user", "row_user", "row_book")} | {"row_in_history": floats}

    @tf.function(input_signature=[inputs, floats, floats, ints, ints, ints])  # type: ignore[untyped-decorator]
    def step(inputs: Any, label: Any, weight: Any, source: Any, held_book: Any, held_user: Any) -> Sums:
        with tf.GradientTape() as tape:
            sums = losses(inputs, label, weight, source, held_book, held_user)
            means = [total / tf.maximum(n, 1e-6) for total, n in sums.values()]
            loss = tf.add_n(means + network.training.losses)  # the latter: regularizers
        # Dense at once: Keras' own way through the sparse gradients of tables is slower and fails on an overflow.
        gradients = [tf.convert_to_tensor(g) for g in tape.gradient(loss, variables)]
        # All gradients first: a table whose gradient is ready early would else be updated while the branch behind
        # `stop_gradient` still reads it, in some runs and not in others.
        with tf.control_dependencies([loss, *gradients]):
            optimizer.apply(gradients, variables)
        return sums

    def run(batch: Batch) -> Sums:
        sums: Sums = step(batch.inputs, batch.label, batch.weight, batch.source, batch.held_book, batch.held_user)
        return sums

    return run


def _tutorial_losses(network: Network) -> Callable[..., Sums]:
    """Binary cross-entropy over rows and random negatives alike."""
    import tensorflow as tf

    def losses(inputs: Any, label: Any, weight: Any, *_: Any) -> Sums:
        logit = network.training(inputs, training=True)["logit"]
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(label, logit)
        return {"loss": (tf.reduce_sum(weight * entropy), tf.reduce_sum(weight))}

    return losses


def _two_tower_losses(network: Network, weak_weight: float) -> Callable[..., Sums]:
    """Three losses: of liking over labeled rows, of reading over all books, of reading against random negatives.

    Reading over all books is the softmax cross-entropy of the hidden part of each history, exact over the catalogue:
    what sampled negatives would estimate. Against random negatives only the linear `read` output learns, which turns
    a score into a probability.
    """
    import tensorflow as tf

    catalogue = tf.range(1, network.model.get_layer("book").input_dim)

    def losses(inputs: Any, label: Any, weight: Any, source: Any, held_book: Any, held_user: Any) -> Sums:
        out = network.training(inputs, training=True)
        is_gold, is_row = source == GOLD_SOURCE, source != NEGATIVE_SOURCE
        like = tf.where(is_gold, out["like"], out["weak"])
        like_weight = tf.cast(is_row, tf.float32) * tf.where(is_gold, 1.0, weak_weight)
        like_entropy = tf.nn.sigmoid_cross_entropy_with_logits(label, like)
        vectors, biases = network.books(catalogue)
        scores = tf.matmul(out["user"], vectors, transpose_b=True) + biases
        found = tf.gather_nd(scores, tf.stack([held_user, held_book], axis=1))
        surprise = tf.gather(tf.reduce_logsumexp(scores, axis=1), held_user) - found
        read_entropy = tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(is_row, tf.float32), out["read"])
        return {
            "loss": (tf.reduce_sum(like_weight * like_entropy), tf.reduce_sum(like_weight)),
            "read_loss": (tf.reduce_sum(surprise), tf.cast(tf.size(held_book), tf.float32)),
            "negatives_loss": (tf.reduce_sum(weight * read_entropy), tf.reduce_sum(weight)),
        }

    return losses
