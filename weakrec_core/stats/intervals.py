"""Intervals for proportions."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

_Z = 1.959963984540054  # 97.5 % point of the normal distribution


def wilson(successes: ArrayLike, n: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson's 95 % score interval, elementwise; NaN where n is 0.

    Equals ``scipy.stats.binomtest(k, n).proportion_ci(method="wilson")``, which takes one pair at a time.
    """
    k, total = np.asarray(successes, float), np.asarray(n, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = k / total
        denominator = 1 + _Z**2 / total
        center = (p + _Z**2 / (2 * total)) / denominator
        half = _Z * np.sqrt(p * (1 - p) / total + _Z**2 / (4 * total**2)) / denominator
    return np.clip(center - half, 0, 1), np.clip(center + half, 0, 1)
