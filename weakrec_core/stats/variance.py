"""How much of a number's variance lies between groups."""

import numpy as np
from numpy.typing import NDArray


def variance_components(
    total: NDArray[np.float64], count: NDArray[np.float64], squares: float
) -> tuple[float, float] | None:
    """Variance within groups and between them: one-way random effects by the method of moments (Searle et al. 1992).

    Parameters
    ----------
    total, count : float64 arrays, shape [n_groups]
        Sum and number of the values of each group; groups without a value are passed over.
    squares : float
        Sum of all squared values.

    Returns
    -------
    within, between : float
        `between` is 0 where groups differ no more than chance makes them. None where there are not two groups, or none
        has two values.

    Examples
    --------
    >>> variance_components(np.array([0.0, 4.0]), np.array([2.0, 2.0]), 8.0)
    (0.0, 2.0)
    """
    some = count > 0
    n, k = float(count.sum()), int(some.sum())
    if k < 2 or n - k < 1:
        return None
    means = total[some] / count[some]
    within = max((squares - (count[some] * means**2).sum()) / (n - k), 0.0)
    between = (count[some] * (means - total.sum() / n) ** 2).sum() / (k - 1)
    size = (n - (count**2).sum() / n) / (k - 1)
    return float(within), float(max((between - within) / size, 0.0))
