"""The processes that train one network together: this one alone, or those that TF_CONFIG names.

Each has the whole network and examples of its own. What a step needs of the others is added up by
``tf.distribute.MultiWorkerMirroredStrategy``; every worker then makes the same update.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from weakrec_core.errors import RunError
from weakrec_core.network.batches import Batch, no_examples

_TEXT = 256  # characters


@dataclass(frozen=True, eq=False)
class Workers:
    """One worker's way to the others; each of them calls the same methods in the same order.

    Attributes
    ----------
    index : int
        This worker's, from 0 on; 0 is the chief's, who alone measures and writes.
    n : int
    strategy : tf.distribute.MultiWorkerMirroredStrategy or None
        None where there is one worker.
    """

    index: int = 0
    n: int = 1
    strategy: Any = None

    @property
    def is_chief(self) -> bool:
        return self.index == 0

    def sum(self, values: Any) -> Any:
        """The sum over all workers of each tensor in a nested structure; also within a ``tf.function``.

        ``tf.IndexedSlices`` stay such, with the rows of all.
        """
        if self.strategy is None:
            return values
        import tensorflow as tf

        def added(values: Any) -> Any:
            placed = tf.nest.map_structure(tf.identity, values, expand_composites=True)  # on the strategy's device
            return tf.distribute.get_replica_context().all_reduce("SUM", placed)

        return self.strategy.run(added, args=(values,))

    def total(self, *values: float) -> list[float]:
        """The sum over all workers of each number."""
        if self.strategy is None:
            return list(values)
        import tensorflow as tf

        added: list[float] = self._compiled_sum(tf.constant(values, tf.float64)).numpy().tolist()
        return added

    def told(self, value: int = 0) -> int:
        """The chief's value."""
        return int(self.total(value if self.is_chief else 0)[0])

    def told_text(self, text: str = "") -> str:
        """The chief's text, of at most 256 characters without one that is NUL."""
        mine = [ord(c) for c in text] if self.is_chief else []
        codes = self.total(*mine, *[0] * (_TEXT - len(mine)))
        return "".join(chr(int(code)) for code in codes if code)

    def share(self, variables: Sequence[Any]) -> None:
        """Set variables of all workers to the chief's values."""
        if self.strategy is None:
            return
        import tensorflow as tf
        from keras import ops

        # In float64 whole numbers of 32 bits are kept, too, and a sum with zeros is exact.
        mine = [tf.cast(ops.convert_to_tensor(v), tf.float64) for v in variables]
        chiefs = self._compiled_sum(mine if self.is_chief else [tf.zeros_like(v) for v in mine])
        for variable, value in zip(variables, chiefs, strict=True):
            variable.assign(tf.cast(value, ops.convert_to_tensor(variable).dtype))

    def check_same(self, arrays: Sequence[Any]) -> None:
        """Raise `RunError` unless all workers have the same arrays, bit for bit."""
        if self.strategy is None:
            return
        digest = hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)).digest()
        mine = np.frombuffer(digest, np.uint32).tolist()  # a float64 adds up two million of these without rounding
        if self.total(*mine) != [self.n * number for number in mine]:
            raise RunError("The workers have come to different networks; are their libraries of the same versions?")

    def together(
        self, batches: Iterator[Batch], should_stop: Callable[[], bool] = lambda: False
    ) -> Iterator[tuple[Batch, int] | None]:
        """The batches of an epoch with the number of examples of all workers', until no worker has another.

        A worker that has none left gets one without examples. None, and no more, where one of them is to stop.
        """
        while True:
            batch = next(batches, None)
            there, n_examples = batch is not None, 0 if batch is None else batch.n_examples
            some, stop, examples = self.total(there, there and should_stop(), n_examples)
            if stop:
                yield None
            if stop or not some:
                return
            yield batch or no_examples(), int(examples)

    @contextmanager
    def losses_told(self) -> Iterator[None]:
        """A context in which it is a `RunError` if a worker is lost."""
        if self.strategy is None:
            yield
            return
        import tensorflow as tf

        try:
            yield
        except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.InternalError) as e:
            who = "a worker" if self.is_chief else "the chief"
            raise RunError(
                f"The training has lost {who} ({type(e).__name__}): see what it said; the run can be resumed by all workers."
            ) from None

    @cached_property
    def _compiled_sum(self) -> Any:
        import tensorflow as tf

        return tf.function(self.sum, autograph=False)


ALONE = Workers()


class _Task(BaseModel):
    model_config = ConfigDict(extra="forbid")

    type: Literal["chief", "worker"]
    index: int


class _Cluster(BaseModel):
    """Other kinds of tasks are refused."""

    model_config = ConfigDict(extra="forbid")

    chief: list[str] = []
    worker: list[str] = []


class _TFConfig(BaseModel):
    cluster: _Cluster
    task: _Task


def join(tell: Callable[[str], None] = lambda said: None) -> Workers:
    """The workers that TF_CONFIG names, once all are there; alone without it.

    To be called before anything is done with TensorFlow.

    Raises
    ------
    RunError
        If TF_CONFIG is not what it should be, or this worker cannot take its place.
    """
    text = os.environ.get("TF_CONFIG")
    if not text:
        return ALONE
    index, addresses = _place(text)
    if len(addresses) == 1:
        return ALONE
    tell(f"worker {index} of {len(addresses)}, at {addresses[index]}: waiting for the others")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    try:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    except (tf.errors.OpError, RuntimeError, ValueError) as e:
        raise RunError(f"The worker cannot take its place at {addresses[index]}: {str(e).splitlines()[0]}") from None
    if strategy.num_replicas_in_sync != len(addresses):
        raise RunError("Each worker takes one device: let it see no more (CUDA_VISIBLE_DEVICES).")
    return Workers(index, len(addresses), strategy)


def _place(text: str) -> tuple[int, list[str]]:
    """This worker's place among all, and their addresses; the chief, or else the first, comes first."""
    try:
        config = _TFConfig.model_validate(json.loads(text))
        addresses = config.cluster.chief + config.cluster.worker
        index = config.task.index + (len(config.cluster.chief) if config.task.type == "worker" else 0)
        own = getattr(config.cluster, config.task.type)[: config.task.index + 1]
    except (ValueError, ValidationError, RecursionError) as e:
        why = e.errors()[0]["msg"] if isinstance(e, ValidationError) else "it is not JSON"
        raise RunError(f"TF_CONFIG does not say who trains: {why}.") from None
    if config.task.index < 0 or len(own) <= config.task.index or len(config.cluster.chief) > 1:
        raise RunError("TF_CONFIG does not say who trains: its task is none of the cluster's, or there are two chiefs.")
    return index, addresses
