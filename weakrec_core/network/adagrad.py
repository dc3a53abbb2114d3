"""Adagrad that touches only the rows of a table that a batch has read."""

from collections.abc import Sequence
from typing import Any

_START, _EPSILON = 0.1, 1e-7  # Keras' own


class SparseAdagrad:
    """Keras' Adagrad to the digit: a row without a gradient does not change in it either.

    Keras makes a dense gradient of a table's sparse one and goes through the whole table every step, which for 30,000
    books costs more than all the rest of a small batch.

    Parameters
    ----------
    trained : sequence of keras.Variable
        What is to be updated.
    distinct : bool
        Whether no row comes twice in the gradient of a table.

    Attributes
    ----------
    variables : list of tf.Variable
        The sums of squared gradients, in the order of `trained`.
    """

    def __init__(self, trained: Sequence[Any], learning_rate: float, *, distinct: bool = False):
        import tensorflow as tf

        self._learning_rate, self._distinct = learning_rate, distinct
        self.variables = [tf.Variable(tf.fill(v.shape, _START), trainable=False) for v in trained]

    def apply(self, gradients: Sequence[Any], trained: Sequence[Any]) -> None:
        """One step; a gradient is a tensor or, of a table, ``tf.IndexedSlices``."""
        import tensorflow as tf

        for gradient, variable, squares in zip(gradients, trained, self.variables, strict=True):
            target = variable.value
            if isinstance(gradient, tf.IndexedSlices):
                rows, values = gradient.indices, gradient.values
                if not self._distinct:
                    rows, at = tf.unique(rows)
                    values = tf.math.unsorted_segment_sum(values, at, tf.size(rows))
                # To gather and to put is several times as fast as to add within the table.
                of_rows = tf.gather(squares, rows) + values * values
                changed = tf.gather(target, rows) - self._change(values, of_rows)
                squares.scatter_update(tf.IndexedSlices(of_rows, rows))
                target.scatter_update(tf.IndexedSlices(changed, rows))
            else:
                squares.assign_add(gradient * gradient)
                target.assign_sub(self._change(gradient, squares))

    def _change(self, gradient: Any, squares: Any) -> Any:
        import tensorflow as tf

        return self._learning_rate * gradient * tf.math.rsqrt(squares + _EPSILON)
