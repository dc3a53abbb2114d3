"""LFs that put a threshold on a number: they have a histogram, a sweep and near misses."""

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from weakrec_core.labeling.base import Label, Mask
from weakrec_core.labeling.columns import Columns

Values = NDArray[np.float64]


@runtime_checkable
class Thresholded(Protocol):
    """What charts and sweeps read of such an LF."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> Label: ...

    @property
    def op(self) -> str:
        """How the number is compared: >, >=, <, <= or between."""

    @property
    def bounds(self) -> tuple[float, ...]:
        """The threshold, or low and high."""

    @property
    def fired(self) -> tuple[float, float]:
        """The range that votes, its ends aside."""

    @property
    def measure(self) -> str:
        """What the number is called."""

    def measured(self, columns: Columns) -> Values:
        """The number of every row of a split, shape [n]; NaN = not known."""

    def fires(self, values: Values) -> Mask:
        """Where it votes, given the number."""
