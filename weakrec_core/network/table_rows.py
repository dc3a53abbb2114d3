"""Rows of a table for a training step that updates no others."""

from typing import Any


def distinct_rows(table: Any, *book: Any) -> list[Any]:
    """The rows of an embedding for several tensors of indices, each row that is asked for read once.

    The gradient of the table is then ``tf.IndexedSlices`` of distinct rows. Keras' own lookup copies all of a table whose
    rows are updated one by one, and gives a gradient for every time that a row was asked for.

    Parameters
    ----------
    table : keras.layers.Embedding that is built
    book : Keras tensors of int32, shapes [n]
        Of a functional model that is trained and not saved: the layer is not one of Keras' own.

    Returns
    -------
    list of Keras tensors, shapes [n, dim]
    """
    import keras
    import tensorflow as tf

    class DistinctRows(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.table = table

        def call(self, *book: Any) -> list[Any]:
            rows, place = tf.unique(tf.concat(book, 0))
            vectors = tf.gather(self.table.embeddings.value, rows)
            return [tf.gather(vectors, at) for at in tf.split(place, [tf.size(b) for b in book])]

    found: list[Any] = DistinctRows()(*book)
    return found
