"""A trained network as a recommender."""

import os
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core import files
from weakrec_core.data.histories import Histories
from weakrec_core.errors import RunError
from weakrec_core.evaluation.recommender import Floats
from weakrec_core.network.batches import Inputs, encode, encode_rows
from weakrec_core.network.model import HISTORY_SIZE, N_SUMMARY
from weakrec_core.network.saved_network import check_saved_network
from weakrec_core.rating.model import RatingModel

_ROWS = 65_536  # a call of the network; bounds memory
_FEW = 8  # calls of an output that take less than to compile it


@dataclass(frozen=True, eq=False)
class NetworkRecommender:
    """Predictions of a network of `model`.

    Attributes
    ----------
    keras_model : keras.Model
    rating : RatingModel or None
        What tells P(POSITIVE); None where the network does itself.
    compiled : bool
        Whether many answers are wanted of it: an output is compiled when first used, else once it is used for the ninth time.
    """

    keras_model: Any
    rating: RatingModel | None = None
    compiled: bool = False

    def _call(self, name: str, inputs: Inputs) -> NDArray[np.float32]:
        """An output of the network; what makes it belongs to the Keras model, whatever the rating model beside it."""
        outputs = _OUTPUTS.setdefault(self.keras_model, {})
        if name not in outputs:
            outputs[name] = _Output(self.keras_model, name)
        empty = not len(inputs["history_book"])  # what Keras adds up only when compiled
        return np.asarray(outputs[name](inputs, self.compiled or empty))

    @property
    def n_taste_summary(self) -> int:
        """See `Taste`."""
        return N_SUMMARY

    @property
    def history_size(self) -> int:
        """See `Taste`."""
        return HISTORY_SIZE

    @property
    def n_books(self) -> int:
        """Books in the catalogue it was trained on."""
        return int(self.keras_model.get_layer("book").input_dim) - 1

    def like(self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]) -> Floats:
        """P(POSITIVE) of books that the users read, each taken out of its user's history first.

        Raises
        ------
        RunError
            If a user or a book is not in the catalogue.
        """
        if self.rating is None:
            return self._output("like", histories, user_idx, book_idx)
        parts = []
        for start in range(0, max(len(user_idx), 1), _ROWS):
            pairs = user_idx[start : start + _ROWS], book_idx[start : start + _ROWS]
            parts.append(self.rating.like(self.taste(histories, *pairs), histories, *pairs))
        return np.concatenate(parts)

    def read_and_like(
        self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]
    ) -> Floats:
        """P(the user reads and likes the book), among rated books and one random unread book for each liked one."""
        if self.rating is None:
            return self._output("read_and_like", histories, user_idx, book_idx)
        like = self.like(histories, user_idx, book_idx)
        return np.asarray(self._output("read", histories, user_idx, book_idx) * like)

    def taste(self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]) -> Floats:
        """What a rating model looks at, shape [n, k]: see `Taste`."""
        return self._output("taste", histories, user_idx, book_idx)

    def score(self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]) -> Floats:
        """What books are ranked by, for pairs of users and books; a book is taken out of its user's history first."""
        return self._output("score", histories, user_idx, book_idx)

    def score_users(self, histories: Histories, users: NDArray[np.integer]) -> Floats:
        """What the whole catalogue is ranked by, shape [len(users), n_books]; higher comes first.

        That of a book in the history may count the book itself among the history; `score` never does.
        """
        if "catalogue" not in self.keras_model.output:  # a network that knows pairs only
            everything = np.tile(np.arange(self.n_books), len(users))
            return self.score(histories, np.repeat(users, self.n_books), everything).reshape(len(users), self.n_books)
        nothing = np.empty(0, np.int32)
        self._check(histories, users, nothing)
        books, segment = histories.gather(users)
        inputs = encode(books, segment, len(users), nothing, nothing)
        scores = self._call("catalogue", inputs | {"catalogue": np.arange(1, self.n_books + 1, dtype=np.int32)})
        return scores.astype(np.float64)

    def save(self, path: Path) -> None:
        """Write the network in Keras' own format, under any file name, replacing `path` when all is written."""
        with files.atomic(path) as tmp:
            named = tmp.with_name(f"{tmp.name}.keras")  # Keras writes to no other name
            try:
                self.keras_model.save(named)
                os.replace(named, tmp)
            finally:
                named.unlink(missing_ok=True)

    def _output(
        self, name: str, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]
    ) -> Floats:
        self._check(histories, user_idx, book_idx)
        if len(user_idx) == 0:
            return np.empty((0, *self.keras_model.output[name].shape[1:]))
        order = np.argsort(user_idx, kind="stable")  # a user's rows side by side: the history is pooled once
        parts = []
        for start in range(0, len(order), _ROWS):
            rows = order[start : start + _ROWS]
            inputs = encode_rows(histories, user_idx[rows], book_idx[rows].astype(np.int32))
            parts.append(self._call(name, self._named(inputs)))
        outputs = np.concatenate(parts)
        found = np.empty(outputs.shape)
        found[order] = outputs
        return found

    def _named(self, inputs: Inputs) -> Inputs:
        """The inputs, with no catalogue to score where the network takes one."""
        takes_one = any(i.name == "catalogue" for i in self.keras_model.inputs)
        return inputs | {"catalogue": np.empty(0, np.int32)} if takes_one else inputs

    def _check(self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]) -> None:
        n_books = self.n_books
        for what, values, n in (("user", user_idx, histories.n_users), ("book", book_idx, n_books)):
            if len(values) and not (values.min() >= 0 and values.max() < n):
                bad = values[(values < 0) | (values >= n)][0]
                raise RunError(f"{what}_idx {bad} is not known: there are {n:,} {what}s, from 0 on.")
        if histories.indices.max(initial=0) >= n_books:
            raise RunError(f"The model was trained on {n_books:,} books; these histories name others.")


class _Output:
    """One output of a network, for batches of any size and without what the others need, compiled once that pays off."""

    def __init__(self, model: Any, name: str) -> None:
        import keras

        self._model = keras.Model(model.input, model.output[name])
        self._calls = 0
        self._compiled: Callable[[Inputs], Any] | None = None

    def __call__(self, inputs: Inputs, compiled: bool) -> Any:
        self._calls += 1
        if self._compiled is None and (compiled or self._calls > _FEW):
            self._compiled = self._compile()
        return self._model(inputs, training=False) if self._compiled is None else self._compiled(inputs)

    def _compile(self) -> Callable[[Inputs], Any]:
        import tensorflow as tf

        signature = {i.name: tf.TensorSpec([None], i.dtype) for i in self._model.inputs}
        compiled: Callable[[Inputs], Any] = tf.function(
            lambda inputs: self._model(inputs, training=False), input_signature=[signature], autograph=False
        )
        return compiled


_OUTPUTS: weakref.WeakKeyDictionary[Any, dict[str, _Output]] = weakref.WeakKeyDictionary()


def load(path: Path) -> NetworkRecommender:
    """Read a saved network, in Keras' safe mode.

    Raises
    ------
    RunError
        If there is no such file, or it is not a network that presets build and save.
    """
    check_saved_network(path)
    import keras

    try:
        model = keras.models.load_model(path, safe_mode=True, compile=False)
        outputs = set(model.output)
        rates = outputs >= {"like", "read_and_like"} or outputs >= {"taste", "read"}
        known = rates and "score" in outputs and model.get_layer("book").input_dim > 1
    except Exception as e:  # what Keras and TensorFlow raise depends on what the file says
        raise RunError(f"{path} is not a network that can be loaded ({type(e).__name__}).") from None
    if not known:
        raise RunError(f"{path} is not a network that recommends.")
    return NetworkRecommender(model)
