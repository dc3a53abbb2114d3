"""What networks are made of: functional Keras models of stock layers, so that a saved one opens without this package.

All take the inputs of `batches.encode`: history entries and rows of a batch in flat arrays, books as book_idx + 1, 0 =
padding, so that tables have n_books + 1 rows; that of the books is called ``book``. All give for each row of the batch

``score``           what books are ranked by

and either

``like``            P(POSITIVE) of a book the user reads
``read_and_like``   P(the user reads and likes the book), where for each liked book one random unread one is looked at

or what a `RatingModel` makes these of:

``taste``           what it looks at, shape [r, k]
``read``            P(the user reads the book)

One that also takes ``catalogue``, books as book_idx + 1, gives ``catalogue``, the scores of these for each user of the batch,
shape [n_users, n].
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core.network.config import TrainConfig

N_SUMMARY = 8  # columns of ``taste`` that sum up the others
HISTORY_SIZE = 3  # which of them is the size of the history


@dataclass(frozen=True)
class Network:
    """A model and the parts of it that training needs.

    Attributes
    ----------
    model : keras.Model
        What is saved: inputs to the probabilities named above.
    training : keras.Model
        The same inputs to the logits that the losses of its preset take; shares all weights with `model`.
    """

    model: Any
    training: Any


def layer_seeds(config: TrainConfig) -> Iterator[int]:
    """Seeds for the layers that draw, so that the global generators have no part in it."""
    rng = np.random.default_rng(config.seed)
    while True:
        yield int(rng.integers(2**31))


def batch_inputs() -> dict[str, Any]:
    import keras

    kinds = {name: "int32" for name in ("history_book", "history_user", "row_user", "row_book")}
    return {
        name: keras.Input(batch_shape=(None,), dtype=dtype, name=name)
        for name, dtype in (kinds | {"row_in_history": "float32"}).items()
    }


def pool(entries: Any, inputs: dict[str, Any]) -> tuple[Any, Any]:
    """Sum and number, per user, of the vectors of the history entries that are books."""
    from keras import ops

    is_book = ops.cast(ops.not_equal(inputs["history_book"], 0), "float32")[:, None]
    total = ops.segment_sum(entries * is_book, inputs["history_user"], sorted=True)
    return total, ops.segment_sum(is_book, inputs["history_user"], sorted=True)


def without_own_book(total: Any, count: Any, own: Any, inputs: dict[str, Any]) -> tuple[Any, Any]:
    """Sum and number for each row, its own book taken out of the history if it is in there."""
    from keras import ops

    in_history = inputs["row_in_history"][:, None]
    count = ops.take(count, inputs["row_user"], axis=0) - in_history
    total = ops.take(total, inputs["row_user"], axis=0) - in_history * own
    return total * ops.cast(count > 0.5, "float32"), count  # exactly 0 when nothing is left, not a rounding error


def embedding(n: int, dim: int, seed: int, name: str, stddev: float | None = None) -> Any:
    """A table with `n` rows and row 0."""
    import keras

    initializer = (
        keras.initializers.RandomUniform(seed=seed)
        if stddev is None
        else keras.initializers.RandomNormal(0.0, stddev, seed=seed)
    )
    return keras.layers.Embedding(n + 1, dim, embeddings_initializer=initializer, name=name)


def table(values: NDArray[Any], name: str, *, trainable: bool = True) -> Any:
    """A table that starts with these values, and zeros in row 0."""
    import keras

    layer = keras.layers.Embedding(len(values) + 1, values.shape[1], trainable=trainable, name=name)
    layer.build(None)
    layer.set_weights([np.concatenate([np.zeros((1, values.shape[1])), values]).astype(np.float32)])
    return layer


def dense_logit(x: Any, seed: int, name: str) -> Any:
    import keras

    return keras.layers.Dense(1, kernel_initializer=glorot(seed), name=name)(x)[:, 0]


def glorot(seed: int) -> Any:
    import keras

    return keras.initializers.GlorotUniform(seed=seed)
