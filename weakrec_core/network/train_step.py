"""One step of training: losses, gradients, update, compiled once."""

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from weakrec_core.errors import RunError
from weakrec_core.network.batches import Batch
from weakrec_core.network.model import Network
from weakrec_core.network.workers import ALONE, Workers

Sums = dict[str, tuple[Any, Any]]  # name of a loss: its sum over a batch and the sum of the weights
Losses = Callable[..., Sums]


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


def compiled_step(
    network: Network,
    losses: Losses,
    optimizer: Any,
    workers: Workers = ALONE,
    *,
    sparse: bool = False,
    averaged: bool = False,
) -> Step:
    """A step that lowers the sum of the means of some losses, compiled once.

    Of several workers each has a batch; the step is that on all examples of these batches.

    Parameters
    ----------
    losses : callable
        Takes the parts of a `Batch`: inputs, label, weight, source, held_book, held_user; gives `Sums`.
    optimizer : Keras optimizer or `SparseAdagrad`
        Of the trainable variables of `network.training`.
    sparse : bool
        Whether the optimizer takes the gradients of tables as they are, for the rows that were read.
    averaged : bool
        Whether the optimizer keeps the mean of the weights, see `Step`.
    """
    import tensorflow as tf

    variables = network.training.trainable_variables
    ints, floats = tf.TensorSpec([None], tf.int32), tf.TensorSpec([None], tf.float32)
    inputs = {k: ints for k in ("history_book", "history_user", "row_user", "row_book")} | {"row_in_history": floats}

    @tf.function(input_signature=[inputs, floats, floats, ints, ints, ints], autograph=False)  # type: ignore[untyped-decorator]
    def step(inputs: Any, label: Any, weight: Any, source: Any, held_book: Any, held_user: Any) -> Sums:
        with tf.GradientTape() as tape:
            sums = losses(inputs, label, weight, source, held_book, held_user)
            n_all = workers.sum([n for _, n in sums.values()])
            means = [total / tf.maximum(n, 1e-6) for (total, _), n in zip(sums.values(), n_all, strict=True)]
            loss = tf.add_n(means + [own / workers.n for own in network.training.losses])  # the latter: regularizers
        gradients = tape.gradient(loss, variables)
        if not sparse:
            # Dense at once: Keras' own way through the sparse gradients of tables is slower and fails on an overflow.
            gradients = [tf.convert_to_tensor(g) for g in gradients]
        gradients, totals = workers.sum((gradients, [total for total, _ in sums.values()]))
        # All gradients first: a table whose gradient is ready early would else be updated while the branch behind
        # `stop_gradient` still reads it, in some runs and not in others.
        with tf.control_dependencies([loss, *tf.nest.flatten(gradients, expand_composites=True)]):
            optimizer.apply(gradients, variables)
        return dict(zip(sums, zip(totals, n_all, strict=True), strict=True))

    def run(batch: Batch) -> Sums:
        sums: Sums = step(batch.inputs, batch.label, batch.weight, batch.source, batch.held_book, batch.held_user)
        return sums

    @contextmanager
    def mean_weights() -> Iterator[None]:
        latest = [v.numpy() for v in variables]
        optimizer.finalize_variable_values(variables)
        try:
            yield
        finally:
            for variable, value in zip(variables, latest, strict=True):
                variable.assign(value)

    return Step(run, optimizer.variables, mean_weights if averaged else nullcontext)


def trained_variables(network: Network, step: Step) -> list[Any]:
    """All that training changes, each once: weights, the seeds of the layers that draw, the optimizer's."""
    found = [*network.training.variables, *network.model.variables, *step.variables]
    return list({id(v): v for v in found}.values())


def epoch_losses(batches: list[Sums], epoch: int) -> dict[str, float]:
    """The mean of each loss over an epoch; `RunError` if the training diverges."""
    means = {
        name: float(sum(float(b[name][0]) for b in batches)) / max(sum(float(b[name][1]) for b in batches), 1e-6)
        for name in batches[0]
    }
    if not math.isfinite(means["loss"]):
        raise RunError(f"The loss of epoch {epoch} is not a number; lower learning_rate.")
    return means
