"""One step of training: losses, gradients, update, compiled once."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from weakrec_core.network.adagrad import SparseAdagrad
from weakrec_core.network.batches import GOLD_SOURCE, NEGATIVE_SOURCE, REVIEW_SOURCE, Batch
from weakrec_core.network.config import TrainConfig
from weakrec_core.network.model import Network

_MOMENTUM = 0.98  # of the mean of the weights: over about the last 50 steps
_CERTAIN = 1e-3  # no label is taken for more certain
Sums = dict[str, tuple[Any, Any]]  # name of a loss: its sum over a batch and the sum of the weights


@dataclass(frozen=True, eq=False)
class Step:
    """Updates a network on a batch and returns the sums of its losses.

    Attributes
    ----------
    variables : list of variables
        Of the optimizer.
    averaged : callable
        A context in which the network has the mean of its weights over the last steps: what is measured and kept. At a
        constant learning rate the weights of one step are noisy.
    """

    update: Callable[[Batch], Sums]
    variables: list[Any]
    averaged: Callable[[], AbstractContextManager[None]] = nullcontext

    def __call__(self, batch: Batch) -> Sums:
        return self.update(batch)


def compiled_step(network: Network, config: TrainConfig, prior: float) -> Step:
    """The step of a network's training, compiled once.

    Parameters
    ----------
    prior : float
        P(POSITIVE) of a row of which nothing is known.
    """
    import keras
    import tensorflow as tf

    variables = network.training.trainable_variables
    if config.preset == "tutorial":
        losses, sparse = _tutorial_losses(network), True
        optimizer: Any = SparseAdagrad(variables, config.learning_rate)
    else:
        losses, sparse = _two_tower_losses(network, config, prior), False
        optimizer = keras.optimizers.Adam(config.learning_rate, use_ema=True, ema_momentum=_MOMENTUM)
        optimizer.build(variables)
    ints, floats = tf.TensorSpec([None], tf.int32), tf.TensorSpec([None], tf.float32)
    inputs = {k: ints for k in ("history_book", "history_user", "row_user", "row_book")} | {"row_in_history": floats}

    @tf.function(input_signature=[inputs, floats, floats, ints, ints, ints])  # type: ignore[untyped-decorator]
    def step(inputs: Any, label: Any, weight: Any, source: Any, held_book: Any, held_user: Any) -> Sums:
        with tf.GradientTape() as tape:
            sums = losses(inputs, label, weight, source, held_book, held_user)
            means = [total / tf.maximum(n, 1e-6) for total, n in sums.values()]
            loss = tf.add_n(means + network.training.losses)  # the latter: regularizers
        gradients = tape.gradient(loss, variables)
        if not sparse:
            # Dense at once: Keras' own way through the sparse gradients of tables is slower and fails on an overflow.
            gradients = [tf.convert_to_tensor(g) for g in gradients]
        # All gradients first: a table whose gradient is ready early would else be updated while the branch behind
        # `stop_gradient` still reads it, in some runs and not in others.
        with tf.control_dependencies([loss, *tf.nest.flatten(gradients, expand_composites=True)]):
            optimizer.apply(gradients, variables)
        return sums

    def run(batch: Batch) -> Sums:
        sums: Sums = step(batch.inputs, batch.label, batch.weight, batch.source, batch.held_book, batch.held_user)
        return sums

    @contextmanager
    def averaged() -> Iterator[None]:
        latest = [v.numpy() for v in variables]
        optimizer.finalize_variable_values(variables)
        try:
            yield
        finally:
            for variable, value in zip(variables, latest, strict=True):
                variable.assign(value)

    return Step(run, optimizer.variables, nullcontext if config.preset == "tutorial" else averaged)


def _tutorial_losses(network: Network) -> Callable[..., Sums]:
    """Binary cross-entropy over rows and random negatives alike."""
    import tensorflow as tf

    def losses(inputs: Any, label: Any, weight: Any, *_: Any) -> Sums:
        logit = network.training(inputs, training=True)["logit"]
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(label, logit)
        return {"loss": (tf.reduce_sum(weight * entropy), tf.reduce_sum(weight))}

    return losses


def _two_tower_losses(network: Network, config: TrainConfig, prior: float) -> Callable[..., Sums]:
    """Three losses: of liking over labeled rows, of reading over all books, of reading against random negatives.

    That of liking is the cross-entropy where the user gave the label. A review's label is evidence of its own, see
    `evidence_loss`. Other weak labels come from what the network sees itself, so that they are no evidence of their own;
    they teach the `weak` output.

    Reading over all books is the softmax cross-entropy of the hidden part of each history, exact over the catalogue:
    what sampled negatives would estimate. Against random negatives only the linear `read` output learns, which turns
    a score into a probability.
    """
    import tensorflow as tf

    catalogue = tf.range(1, network.model.get_layer("book").input_dim)

    def losses(inputs: Any, label: Any, weight: Any, source: Any, held_book: Any, held_user: Any) -> Sums:
        out = network.training(inputs | {"catalogue": catalogue}, training=True)
        is_gold, is_review = source == GOLD_SOURCE, source == REVIEW_SOURCE
        is_row = source != NEGATIVE_SOURCE
        weight_of = tf.where(is_gold, 1.0, tf.where(is_review, config.review_weight, config.weak_weight))
        like_weight = tf.cast(is_row, tf.float32) * weight_of
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(label, tf.where(is_gold, out["like"], out["weak"]))
        like_loss = tf.where(is_review, evidence_loss(label, out["like"], prior), entropy)
        scores = out["catalogue"]
        found = tf.gather_nd(scores, tf.stack([held_user, held_book], axis=1))
        surprise = tf.gather(tf.reduce_logsumexp(scores, axis=1), held_user) - found
        read_entropy = tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(is_row, tf.float32), out["read"])
        return {
            "loss": (tf.reduce_sum(like_weight * like_loss), tf.reduce_sum(like_weight)),
            "read_loss": (tf.reduce_sum(surprise), tf.cast(tf.size(held_book), tf.float32)),
            "negatives_loss": (tf.reduce_sum(weight * read_entropy), tf.reduce_sum(weight)),
        }

    return losses


def evidence_loss(p_positive: Any, logit: Any, prior: float) -> Any:
    """Minus the log likelihood of votes by which a label model says `p_positive`, given the network's logit of liking.

    -log(f p / prior + (1 - f) (1 - p) / (1 - prior)) for f = sigmoid(logit): votes that depend on whether the user likes the
    book, and on nothing else the network sees. Where the votes say little, p = prior, there is nothing to learn, while
    cross-entropy to p would pull f to the prior; where p is 0 or 1 both have the same gradient.
    """
    import tensorflow as tf

    p = tf.clip_by_value(p_positive, _CERTAIN, 1 - _CERTAIN)
    liked = tf.math.log(p / prior) - tf.nn.softplus(-logit)
    disliked = tf.math.log((1 - p) / (1 - prior)) - tf.nn.softplus(logit)
    return -tf.reduce_logsumexp(tf.stack([liked, disliked]), axis=0)
