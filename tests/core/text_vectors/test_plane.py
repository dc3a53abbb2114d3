"""Vectors in two dimensions: as scikit-learn's PCA has them, rows without a review nowhere."""

import numpy as np
from sklearn.decomposition import PCA

from weakrec_core.text_vectors.plane import plane
from weakrec_core.text_vectors.store import TextVectors


def test_as_pca_has_them() -> None:
    matrix = np.random.default_rng(0).standard_normal((50, 8)).astype(np.float16) * np.arange(1, 9, dtype=np.float16)
    of_row = np.array([3, -1, 0, 49, 3], np.int32)
    found = plane(TextVectors(matrix, of_row))
    wanted = PCA(2, svd_solver="covariance_eigh").fit_transform(matrix.astype(np.float32))[[3, 0, 49, 3]]
    assert np.isnan(found[1]).all()
    np.testing.assert_allclose(found[[0, 2, 3, 4]], wanted, rtol=1e-4, atol=1e-4)


def test_of_many_a_sample_says_the_axes() -> None:
    matrix = np.random.default_rng(0).standard_normal((30_000, 4)).astype(np.float16) * np.array(
        [9, 3, 1, 1], np.float16
    )
    found = plane(TextVectors(matrix, np.arange(30_000, dtype=np.int32)))
    assert np.abs(np.corrcoef(found[:, 0], matrix[:, 0])[0, 1]) > 0.99
    assert np.abs(np.corrcoef(found[:, 1], matrix[:, 1])[0, 1]) > 0.99


def test_one_text() -> None:
    found = plane(TextVectors(np.ones((1, 4), np.float16), np.zeros(2, np.int32)))
    assert found.tolist() == [[0, 0], [0, 0]]
