"""Adagrad that touches only what has a gradient."""

import numpy as np
import pytest

from weakrec_core.network.adagrad import SparseAdagrad
from weakrec_core.network.table_rows import distinct_rows


def test_it_is_keras_adagrad_to_the_digit(recwarn: pytest.WarningsRecorder) -> None:
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(0)
    table, bias = rng.normal(size=(6, 2)).astype("float32"), rng.normal(size=3).astype("float32")
    mine = [keras.Variable(table), keras.Variable(bias)]
    theirs = [keras.Variable(table), keras.Variable(bias)]
    sparse, dense = SparseAdagrad(mine, 0.3), keras.optimizers.Adagrad(0.3)
    for rows in ([1, 4, 1], [1, 0, 0], [5, 5, 5]):  # rows that a batch reads twice count once, with the sum
        slices = tf.IndexedSlices(tf.constant(rng.normal(size=(3, 2)), tf.float32), tf.constant(rows), (6, 2))
        gradient = tf.constant(rng.normal(size=3), tf.float32)
        sparse.apply([slices, gradient], mine)
        dense.apply([tf.convert_to_tensor(slices), gradient], theirs)
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5)
    np.testing.assert_array_equal(mine[0].numpy()[[2, 3]], table[[2, 3]])
    assert not np.allclose(mine[0].numpy()[1], table[1])


def test_rows_read_twice_have_one_gradient_the_sum_and_are_then_updated_as_any() -> None:
    import keras
    import tensorflow as tf

    table = keras.layers.Embedding(6, 2)
    table.build()
    history, row = (keras.Input(batch_shape=(None,), dtype="int32") for _ in range(2))
    read, asked = distinct_rows(table, history, row)
    model = keras.Model([history, row], [read, asked])
    start = table.embeddings.numpy()
    with tf.GradientTape() as tape:
        read, asked = model([tf.constant([0, 4, 4]), tf.constant([4, 1])])
        loss = tf.reduce_sum(read) + 10 * tf.reduce_sum(asked)
    (gradient,) = tape.gradient(loss, model.trainable_variables)
    np.testing.assert_array_equal(read, start[[0, 4, 4]])
    np.testing.assert_array_equal(asked, start[[4, 1]])
    np.testing.assert_array_equal(gradient.indices, [0, 4, 1])
    np.testing.assert_array_equal(gradient.values[:, 0], [1, 12, 10])
    for distinct in (True, False):
        mine = keras.Variable(start)
        SparseAdagrad([mine], 0.3, distinct=distinct).apply([gradient], [mine])
        moved = 0.3 * gradient.values / np.sqrt(0.1 + np.square(gradient.values))
        np.testing.assert_allclose(mine.numpy()[[0, 4, 1]], start[[0, 4, 1]] - moved, rtol=1e-5)
        np.testing.assert_array_equal(mine.numpy()[[2, 3, 5]], start[[2, 3, 5]])
