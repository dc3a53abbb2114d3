"""Vectors of texts in two dimensions, to be drawn: what is alike lies close together, as far as a plane allows."""

import numpy as np
from numpy.typing import NDArray

from weakrec_core.text_vectors.store import TextVectors

_LEARNED_FROM = 20_000  # vectors
_BLOCK = 16_384


def plane(vectors: TextVectors) -> NDArray[np.float32]:
    """Every data point on the first two principal components, shape [n, 2]; NaN where there is no review.

    Of more than 20,000 vectors the components come from a seeded sample.
    """
    from sklearn.decomposition import PCA

    n, d = vectors.matrix.shape
    sample = np.arange(n)
    if n > _LEARNED_FROM:
        sample = np.sort(np.random.default_rng(0).choice(n, _LEARNED_FROM, replace=False))
    found = np.zeros((n + 1, 2), np.float32)  # the last entry is what -1 points at
    if n > 1:  # one vector alone lies in the middle
        pca = PCA(min(2, d), svd_solver="covariance_eigh").fit(vectors.matrix[sample].astype(np.float32))
        for start in range(0, n, _BLOCK):
            part = vectors.matrix[start : start + _BLOCK].astype(np.float32)
            found[start : start + len(part), : len(pca.components_)] = (part - pca.mean_) @ pca.components_.T
    found[n] = np.nan
    return np.asarray(found[vectors.of_row])
