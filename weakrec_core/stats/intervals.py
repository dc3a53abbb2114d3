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


def wilson_of_blocks(
    successes: NDArray[np.integer], n: NDArray[np.integer], sampled: float = 0.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson's 95 % interval for a share of all rows from a sample of blocks, whose rows may be alike.

    The number of rows is divided by what the spread of the blocks' shares is beyond that of as many independent rows (the design effect,
    at least 1); of what is all or nothing it is not known, and taken as 1.

    Parameters
    ----------
    successes : int array, shape [b] or [b, m]
        By block, and for several shares at once by share.
    n : int array, shape [b]
        Rows of each block.
    sampled : float
        Share of all rows that the sample has: of what is known nothing is uncertain.
    """
    total, blocks = n.sum(), len(n)
    p = successes.sum(axis=0) / total
    spread = ((successes.T - np.multiply.outer(p, n)) ** 2).sum(axis=-1) * blocks / max(blocks - 1, 1)
    independent = total * p * (1 - p)
    effect = np.maximum(np.divide(spread, independent, out=np.ones_like(independent), where=independent > 0), 1)
    rows = total / (effect * max(1 - sampled, 1e-12))
    return wilson(p * rows, rows)
