"""Adagrad that touches only what has a gradient."""

import numpy as np
import pytest

from weakrec_core.network.adagrad import SparseAdagrad


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
