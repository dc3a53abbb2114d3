"""The preset for a good recommender: a two-tower network that also learns from what is read, labeled or not."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import TrainingRows, count_readers, training_users
from weakrec_core.network.batches import GOLD_SOURCE, NEGATIVE_SOURCE, REVIEW_SOURCE
from weakrec_core.network.config import TrainConfig
from weakrec_core.network.model import Network
from weakrec_core.network.presets.base import Preset, Validated
from weakrec_core.network.presets.two_tower import author_numbers, book_features, build_two_tower
from weakrec_core.network.train_step import Step, Sums, compiled_step

_MOMENTUM = 0.98  # of the mean of the weights: over about the last 50 steps
_CERTAIN = 1e-3  # no label is taken for more certain


class Recommended(Preset):
    """Learns from labels, from dev's gold and from the histories of all users of train and dev."""

    name = "recommended"
    title = "Recommended"
    description = "two towers that learn from what is read, too; its ranking is blended with EASE"
    defaults: ClassVar[dict[str, Any]] = {"epochs": 40, "learning_rate": 3e-3, "batch_size": 8192, "use_dev": True}
    holdout = True
    ranks = True
    blended = True

    def users(self, dataset: Dataset, weak: TrainingRows, gold: TrainingRows) -> NDArray[np.integer]:
        return np.union1d(super().users(dataset, weak, gold), training_users(dataset))

    def build(
        self,
        dataset: Dataset,
        users: NDArray[np.integer],
        weak: TrainingRows,
        gold: TrainingRows,
        config: TrainConfig,
    ) -> Network:
        n_reviews = 0 if weak.reviewed is None else int(weak.reviewed.sum())
        n_labels = config.weak_weight * (len(weak) - n_reviews) + config.review_weight * n_reviews + len(gold)
        features, authors = book_features(dataset, users), author_numbers(dataset)
        readers = count_readers(dataset, users)
        return build_two_tower(features, authors, readers, n_labels, config, own_weak_output=len(gold) > 0)

    def step(self, network: Network, config: TrainConfig, prior: float) -> Step:
        import keras

        optimizer = keras.optimizers.Adam(config.learning_rate, use_ema=True, ema_momentum=_MOMENTUM)
        optimizer.build(network.training.trainable_variables)
        return compiled_step(network, _losses(network, config, prior), optimizer, averaged=True)

    def criterion(self, valid: Validated) -> float:
        return valid.protocol_loss if valid.ndcg is None else valid.loss + valid.protocol_loss - valid.ndcg

    def shown_loss(self, valid: Validated) -> float:
        return valid.protocol_loss if valid.ndcg is None else valid.loss


def _losses(network: Network, config: TrainConfig, prior: float) -> Callable[..., Sums]:
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
