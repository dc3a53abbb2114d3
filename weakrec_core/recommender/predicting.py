"""A trained network as a recommender."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.errors import RunError
from weakrec_core.recommender.batches import Inputs, encode_rows

_ROWS = 65_536  # a call of the network; bounds memory


@dataclass(frozen=True, eq=False)
class NetworkRecommender:
    """Predictions of a network of `model`.

    Attributes
    ----------
    keras_model : keras.Model
    """

    keras_model: Any

    @cached_property
    def _call(self) -> Callable[[Inputs], dict[str, Any]]:
        """The network, compiled once for batches of any size."""
        import tensorflow as tf

        signature = {i.name: tf.TensorSpec([None], i.dtype) for i in self.keras_model.inputs}
        call: Callable[[Inputs], dict[str, Any]] = tf.function(
            lambda inputs: self.keras_model(inputs, training=False), input_signature=[signature]
        )
        return call

    @property
    def n_books(self) -> int:
        """Books in the catalogue it was trained on."""
        return int(self.keras_model.get_layer("book").input_dim) - 1

    def predict(
        self, dataset: Dataset, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]
    ) -> NDArray[np.float64]:
        """P(POSITIVE) of books that the users read, each taken out of its user's history first.

        Returns
        -------
        float64 array, shape [len(user_idx)]

        Raises
        ------
        RunError
            If a user or a book is not in the catalogue.
        """
        return self._outputs(dataset.histories, user_idx, book_idx)["like"]

    def predict_read_and_like(
        self, dataset: Dataset, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]
    ) -> NDArray[np.float64]:
        """P(the user reads and likes the book), among rated books and one random unread book for each liked one."""
        return self._outputs(dataset.histories, user_idx, book_idx)["read_and_like"]

    def score_books(self, histories: Histories, user_idx: int) -> NDArray[np.float64]:
        """What the whole catalogue is ranked by for one user; higher comes first. Shape [n_books]."""
        books = np.arange(self.n_books)
        return self._outputs(histories, np.full(len(books), user_idx), books)["score"]

    def save(self, path: Path) -> None:
        """Write the network in Keras' own format, under any file name, replacing `path` when all is written."""
        tmp = path.with_name(f".{path.name}.{os.getpid()}.keras")
        try:
            self.keras_model.save(tmp)
            os.replace(tmp, path)
        finally:
            tmp.unlink(missing_ok=True)

    def _outputs(
        self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]
    ) -> dict[str, NDArray[np.float64]]:
        self._check(histories, user_idx, book_idx)
        order = np.argsort(user_idx, kind="stable")  # a user's rows side by side: the history is pooled once
        parts = []
        for start in range(0, max(len(order), 1), _ROWS):
            rows = order[start : start + _ROWS]
            inputs = encode_rows(histories, user_idx[rows], book_idx[rows].astype(np.int32))
            parts.append({name: value.numpy() for name, value in self._call(inputs).items()})
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        return {name: np.concatenate([p[name] for p in parts])[back].astype(np.float64) for name in parts[0]}

    def _check(self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]) -> None:
        n_books = self.n_books
        for what, values, n in (("user", user_idx, histories.n_users), ("book", book_idx, n_books)):
            if len(values) and not (values.min() >= 0 and values.max() < n):
                bad = values[(values < 0) | (values >= n)][0]
                raise RunError(f"{what}_idx {bad} is not known: there are {n:,} {what}s, from 0 on.")
        if histories.indices.max(initial=0) >= n_books:
            raise RunError(f"The model was trained on {n_books:,} books; these histories name others.")


def load(path: Path) -> NetworkRecommender:
    """Read a saved network, in Keras' safe mode.

    Raises
    ------
    RunError
        If there is no such file or it is not a saved network.
    """
    import keras

    try:
        return NetworkRecommender(keras.models.load_model(path, safe_mode=True, compile=False))
    except (OSError, ValueError, KeyError) as e:
        raise RunError(f"{path} is not a model that can be loaded ({type(e).__name__}).") from None
