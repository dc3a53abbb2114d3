"""The columns that a rating model looks at, standardised, with products of the few that sum things up."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.evaluation.recommender import Floats

_LIMIT = 8.0  # standard deviations; no column counts for more


@dataclass(frozen=True, eq=False)
class Design:
    """Standardises columns, appends the products of every two of the first `n_summary`, and standardises these.

    Attributes
    ----------
    n_summary : int
    mean, scale : float64 arrays, shape [n_columns]
    product_mean, product_scale : float64 arrays, shape [n_summary * (n_summary + 1) / 2]
    """

    n_summary: int
    mean: Floats
    scale: Floats
    product_mean: Floats
    product_scale: Floats

    @classmethod
    def of(cls, columns: Floats, n_summary: int) -> "Design":
        """For columns like these, shape [n, n_columns]."""
        mean, scale = _moments(columns)
        return cls(n_summary, mean, scale, *_moments(_products(_clipped((columns - mean) / scale), n_summary)))

    def __call__(self, columns: Floats) -> Floats:
        """Shape [n, n_columns + n_products]."""
        x = _clipped((columns - self.mean) / self.scale)
        products = (_products(x, self.n_summary) - self.product_mean) / self.product_scale
        return np.concatenate([x, _clipped(products)], axis=1)

    def uses(self, columns: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which columns of the result are made of some of these, shape [n_columns + n_products]."""
        first, second = np.triu_indices(self.n_summary)
        return np.concatenate([columns, columns[first] | columns[second]])


def _products(x: Floats, n: int) -> Floats:
    first, second = np.triu_indices(n)
    return np.asarray(x[:, first] * x[:, second])


def _clipped(x: Floats) -> Floats:
    return np.clip(x, -_LIMIT, _LIMIT)


def _moments(columns: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation, 1 where nothing varies."""
    if not len(columns):
        return np.zeros(columns.shape[1]), np.ones(columns.shape[1])
    scale = columns.std(axis=0)
    return columns.mean(axis=0), np.where(scale > 1e-9, scale, 1.0)
