"""The range of a signal that is worth showing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Domain:
    """The range of a signal that a chart and a slider show; the outermost half per mille of long tails is cut off."""

    low: float
    high: float


def domain(values: NDArray[np.float64]) -> Domain | None:
    """The range to show, or None where the signal is nowhere known."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    low, high = np.quantile(known, [0.0005, 0.9995])
    if low == high:
        low, high = low - 0.5, high + 0.5
    return Domain(float(low), float(high))
