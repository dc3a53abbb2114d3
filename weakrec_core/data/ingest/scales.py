"""The scales of ratings that do not say theirs."""

import math
import re
from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from weakrec_core.data.ingest.notations import PERCENT, number
from weakrec_core.errors import DataError

_TOPS = (1, 5, 10, 20, 100)
_RARE_TOPS = (2, 3, 4, 6, 7)  # where many rated, not all alike, and nobody gave more
_MANY = 50
_LOWER_TOPS = (5, 10)
_FEWEST = 3  # ratings of a scale beside which another number may stand for none
_PART = 0.05  # share of the rows that are no outliers, but on a scale of their own
_SCALE = re.compile(r"(?P<low>[+-]?\d+(?:[.,]\d+)?)\s*(?:-|–|\.\.|to)\s*(?P<top>[+-]?\d+(?:[.,]\d+)?)")
_OUTLIERS = 0.005  # share of rows above a scale that do not speak against it


class Scale(NamedTuple):
    """From the lowest to the highest rating that there may be."""

    low: float
    top: float

    def __str__(self) -> str:
        return f"{self.low:g} to {self.top:g}"

    def share(self, value: float) -> float:
        """Where a value stands between the two, 0 to 1."""
        return (value - self.low) / (self.top - self.low)

    @classmethod
    def parse(cls, text: str) -> "Scale":
        """Read what a user writes: ``1-5``, ``-1..1``, ``0 to 100``.

        Raises
        ------
        DataError
            If it is no scale.

        Examples
        --------
        >>> Scale.parse("-1..1")
        Scale(low=-1.0, top=1.0)
        """
        match = _SCALE.fullmatch(text.strip())
        scale = cls(*(number(match[key]) for key in ("low", "top"))) if match else cls(math.nan, math.nan)
        if not scale.low < scale.top:
            raise DataError(f"{text!r} is no scale; write the lowest and the highest rating, such as 1-5.")
        return scale


def scale_of(values: pd.Series, rows: pd.Series) -> Scale | None:
    """The scale of plain numbers, from their distribution; None where there is none that could be.

    Parameters
    ----------
    values, rows : Series
        Distinct numbers, and how many rows have each.
    """
    if values.empty:
        return None
    top = _top(values.abs(), rows)
    if math.isnan(top):  # counts, hours: from the lowest to the highest there is
        low, high = float(values.min()), float(values.max())
        return Scale(low, high) if low < high else None
    if rows[values < 0].sum() > _OUTLIERS * rows.sum():
        return Scale(-top, top)
    lowest = values[values.between(0, top)].min()
    return Scale(1.0 if 1 < top <= 20 and lowest >= 1 else 0.0, top)


def two_scales(values: pd.Series, rows: pd.Series) -> tuple[Scale, Scale] | None:
    """From where to where the numbers go that are on either of two scales, such as 1 to 5 and 10 to 100; None if all are on one.

    Many rows each have several of the numbers up to a usual top and from its double on, and none lies between.
    """
    for top in _LOWER_TOPS:
        lower, upper = values <= top, values >= 2 * top
        between = ~(lower | upper)
        parts = [(values[part], rows[part].sum()) for part in (lower, upper)]
        many = all(len(part) > 2 and n >= max(_MANY, _PART * rows.sum()) for part, n in parts)
        if many and not between.any() and values.between(0, _TOPS[-1]).all() and 2 * values[lower].max() > top:
            low, high = (Scale(float(part.min()), float(part.max())) for part, _ in parts)
            return low, high
    return None


def placeholder(values: pd.Series, rows: pd.Series) -> float:
    """The number that stands for no rating, as many tables have one; NaN if there is none.

    Of whole numbers it is -1 beside ratings up to 5 or 10; 0 beside 1 to 5 (as Goodreads has it), and beside 1 to 10 where it is
    more common than 1, 2 and 3 together (as Book-Crossing has it).

    Parameters
    ----------
    values, rows : Series
        Distinct numbers, and how many rows have each.

    Examples
    --------
    >>> placeholder(pd.Series([0, 1, 2, 4, 5]), pd.Series([9, 1, 2, 8, 9]))
    0.0
    """
    count = rows.groupby(values).sum()
    ratings = count.index[count.index >= 1]
    if len(ratings) < _FEWEST or ratings.max() not in _LOWER_TOPS or (count.index % 1).any():
        return math.nan
    below = [float(value) for value in count.index if value < 1]
    if below == [0.0] and (ratings.max() == 5 or count[0.0] > count[count.index.isin([1, 2, 3])].sum()):
        return 0.0
    return -1.0 if below in ([-1.0], [-1.0, 0.0]) else math.nan


def _top(values: pd.Series, rows: pd.Series) -> float:
    many = rows.sum() >= _MANY and len(values) > 2
    for top in sorted({*_TOPS, *(t for t in _RARE_TOPS if many and t == values.max())}):
        if rows[values > top].sum() <= _OUTLIERS * rows.sum():
            return float(top)
    return math.nan


def usual_top(stars: Iterable[float]) -> float:
    """How many stars there are where it is not said."""
    return 5.0 if max(stars, default=0.0) <= 5 else 10.0


def common_tops(frame: pd.DataFrame) -> list[float]:
    """The scales that the values of a column name themselves ("3/5", "60%"), the most common first.

    Parameters
    ----------
    frame : DataFrame
        notation, rows.
    """
    notation = frame["notation"].replace(PERCENT, "out of 100")
    named = notation.str.fullmatch(r"out of \d+")
    tops = notation[named].str.removeprefix("out of ").astype(float)
    return [
        float(top) for top in frame["rows"][named].groupby(tops).sum().sort_values(ascending=False, kind="stable").index
    ]
