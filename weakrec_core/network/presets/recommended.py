"""The preset for a good recommender: a two-tower network that learns from what is read, and a rating model on it."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from weakrec_core import POSITIVE
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import TrainingRows, count_readers, gold_rows, training_users
from weakrec_core.evaluation.ranking import RankingTask, rank
from weakrec_core.network.batches import NEGATIVE_SOURCE
from weakrec_core.network.config import TrainConfig
from weakrec_core.network.model import Network
from weakrec_core.network.network_recommender import NetworkRecommender
from weakrec_core.network.presets.base import Preset, Validation
from weakrec_core.network.presets.two_tower import author_numbers, book_features, build_two_tower
from weakrec_core.network.train_step import Step, Sums, compiled_step
from weakrec_core.network.workers import ALONE, Workers
from weakrec_core.rating.model import RatingModel, fit_rating

_MOMENTUM = 0.98  # of the mean of the weights: over about the last 50 steps
_HIDDEN = 0.4  # of each history of valid
_CELLS = 4_000_000  # users x books scored at a time; bounds memory


class Recommended(Preset):
    """Learns the towers from the histories of all users of train and dev, and ratings from labels and dev's gold."""

    name = "recommended"
    title = "Recommended"
    description = "two towers that learn from what is read, a rating model on them; its ranking is blended with EASE"
    losses = (
        "Loss: cross-entropy of what is hidden of each history, among all {items}; on train of readers that are learned from, on "
        "valid of its readers. It says how well reading is foretold; ratings are fitted afterwards."
    )
    defaults: ClassVar[dict[str, Any]] = {"epochs": 40, "learning_rate": 3e-3, "batch_size": 8192, "use_dev": True}
    holdout = True
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
        features, readers = book_features(dataset, users), count_readers(dataset, users)
        return build_two_tower(features, author_numbers(dataset), readers, config)

    def step(self, network: Network, config: TrainConfig, workers: Workers = ALONE) -> Step:
        import keras

        optimizer = keras.optimizers.Adam(config.learning_rate, use_ema=True, ema_momentum=_MOMENTUM)
        optimizer.build(network.training.trainable_variables)
        return compiled_step(network, _losses(network), optimizer, workers, averaged=True)

    def validation(self, dataset: Dataset, recommender: NetworkRecommender, seed: int) -> Validation:
        """``val_loss``, the training's own loss on valid's histories, decides; beside it ``val_ndcg``.

        Where no user of valid has two books, the loss of the training decides.
        """
        hidden = _Hidden.of(dataset, seed)
        liked = (gold_rows(dataset, "valid").p_positive == POSITIVE).any()
        task = RankingTask.make(dataset, "valid", seed) if liked else None

        def validate(losses: dict[str, float]) -> tuple[float, dict[str, float]]:
            found = {} if task is None else {"val_ndcg": rank(recommender, task).means["ndcg@10"]}
            if not len(hidden.books.indices):
                return losses["loss"], found
            loss = hidden.loss(recommender)
            return loss, {"val_loss": loss} | found

        return validate

    def rating(
        self,
        dataset: Dataset,
        recommender: NetworkRecommender,
        weak: TrainingRows,
        gold: TrainingRows,
        config: TrainConfig,
    ) -> RatingModel:
        return fit_rating(
            recommender,
            dataset.histories,
            author_numbers(dataset),
            weak,
            gold,
            review_weight=config.review_weight,
            weak_weight=config.weak_weight,
            seed=config.seed,
            known_users=dataset.by_time,
        )


def _losses(network: Network) -> Callable[..., Sums]:
    """Two losses: of reading over all books, and of reading against random negatives.

    Reading over all books is the softmax cross-entropy of the hidden part of each history, exact over the catalogue:
    what sampled negatives would estimate. Against random negatives only the linear `read` output learns, which turns
    a score into a probability.
    """
    import tensorflow as tf

    catalogue = tf.range(1, network.model.get_layer("book").input_dim)

    def losses(inputs: Any, label: Any, weight: Any, source: Any, held_book: Any, held_user: Any) -> Sums:
        out = network.training(inputs | {"catalogue": catalogue}, training=True)
        is_row = tf.cast(source != NEGATIVE_SOURCE, tf.float32)
        scores = out["catalogue"]
        found = tf.gather_nd(scores, tf.stack([held_user, held_book], axis=1))
        surprise = tf.gather(tf.reduce_logsumexp(scores, axis=1), held_user) - found
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(is_row, out["read"])
        return {
            "loss": (tf.reduce_sum(surprise), tf.cast(tf.size(held_book), tf.float32)),
            "negatives_loss": (tf.reduce_sum(weight * entropy), tf.reduce_sum(weight)),
        }

    return losses


class _Hidden:
    """Books of valid's users hidden from their histories, by time what came after these, for the training's loss there."""

    def __init__(self, left: Histories, books: Histories):
        self.left, self.books = left, books

    @classmethod
    def of(cls, dataset: Dataset, seed: int) -> "_Hidden":
        rows = dataset.split("valid")
        users, row_user = np.unique(rows["user_idx"].to_numpy(), return_inverse=True)
        if dataset.by_time:  # the histories were learned from; what came after them was not
            read, segment = dataset.histories.gather(users)
            later = Histories.from_pairs(row_user, rows["book_idx"].to_numpy(), len(users))
            return cls(Histories.from_pairs(segment, read, len(users)), later)
        read, segment = dataset.histories.gather(users)
        several = dataset.histories.lengths[users][segment] > 1
        hidden = several & (np.random.default_rng(seed).random(len(read)) < _HIDDEN)
        parts = (Histories.from_pairs(segment[kept], read[kept], len(users)) for kept in (~hidden, hidden))
        return cls(*parts)

    def loss(self, recommender: NetworkRecommender) -> float:
        """Mean over the hidden books of minus the log of a book's softmax over the catalogue."""
        step = max(1, _CELLS // recommender.n_books)
        users, total = np.arange(self.left.n_users), 0.0
        for some in (users[i : i + step] for i in range(0, len(users), step)):
            scores = recommender.score_users(self.left, some)
            books, segment = self.books.gather(some)
            top = scores.max(axis=1, keepdims=True)
            total += float((np.log(np.exp(scores - top).sum(axis=1)) + top[:, 0])[segment].sum())
            total -= float(scores[segment, books].sum())
        return total / len(self.books.indices)
