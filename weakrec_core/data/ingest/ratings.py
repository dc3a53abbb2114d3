"""A column of ratings in one or several notations: each value's share of its scale, and which are POSITIVE.

Only the distinct values are read, of which a column has few.
"""

import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from weakrec_core.data.ingest.notations import (
    ABOVE,
    NUMBER,
    PERCENT,
    STARS,
    WORD,
    Reading,
    has_decimal_comma,
    read_rating,
)
from weakrec_core.data.ingest.scales import Scale, common_tops, placeholder, scale_of, two_scales, usual_top
from weakrec_core.errors import DataError

DEFAULT_POSITIVE, DEFAULT_SHARE = 4.0, 0.6
EMPTY = "is empty"
STANDS_FOR_NONE = "stands for no rating"
_OFF_SCALE = "is not on the scale {}"
_ON_NO_SCALE = "is a number on no scale of the others"
_TRUE_FALSE = {"t": Reading(WORD, 1.0, 1.0), "f": Reading(WORD, 0.0, 1.0)}


@dataclass(frozen=True)
class Cut:
    """From which rating on one is POSITIVE.

    Attributes
    ----------
    value : float
        In the unit in which ratings are stored, see `RatingColumn.stored`.
    text : str
        As people say it: ``4``, ``7/10``, ``60%``.
    """

    value: float
    text: str


@dataclass(frozen=True)
class RatingColumn:
    """The distinct values of a column and how they were read.

    Attributes
    ----------
    values : DataFrame
        One row a distinct text: raw (str), rows (int), share (float, in [0, 1]; NaN = not rated), notation (str, empty = not
        rated), reason (str, empty = rated), value (float, on its own scale).
    scale : Scale or None
        That of plain numbers; None if there are none, or if each is read on a scale that others of the column name.
    plain : bool
        Whether all ratings of the column are plain numbers: they are stored as they are, others as shares.
    """

    values: pd.DataFrame
    scale: Scale | None
    plain: bool

    @cached_property
    def rated(self) -> pd.DataFrame:
        """The values that are ratings."""
        return self.values.dropna(subset="share")

    @property
    def stored(self) -> pd.Series:
        """What a dataset stores for each of `values`: the number itself, or the share; NaN = not rated."""
        return self.values["value"].where(self.values["share"].notna()) if self.plain else self.values["share"]

    def with_rows(self, rows: Mapping[str, int]) -> "RatingColumn":
        """The same values with other counts, such as those of the rows that are kept; values without a row are left out."""
        counts = self.values["raw"].map(rows).fillna(0).astype("int64")
        return RatingColumn(self.values.assign(rows=counts)[counts > 0].reset_index(drop=True), self.scale, self.plain)

    def two_scales(self) -> tuple[Scale, Scale] | None:
        """From where to where the numbers of either scale go, if the column has numbers of two; see `scales.two_scales`."""
        numbers = self.values[self.values["notation"] == NUMBER]
        return two_scales(numbers["value"], numbers["rows"]) if self.plain else None

    def by_notation(self) -> dict[str, int]:
        """Rows by notation, the most common first."""
        return _rows_by(self.rated, "notation")

    def not_rated(self) -> dict[str, int]:
        """Rows that are not rated, by reason; empty cells are not among them."""
        return _rows_by(self.values[self.values["share"].isna()], "reason")

    def odd(self) -> pd.DataFrame:
        """The values that are not ratings, the most common first: raw, rows, reason."""
        odd = self.values.loc[self.values["share"].isna(), ["raw", "rows", "reason"]]
        return odd.sort_values(["rows", "raw"], ascending=[False, True], ignore_index=True)

    def histogram(self, bins: int = 20) -> pd.DataFrame:
        """Rows by notation and share: notation, low, high (float, the bin's edges), rows (int); empty bins are left out."""
        bin_ = np.minimum((self.rated["share"] * bins + 1e-9).astype("int64"), bins - 1)
        table = self.rated.assign(low=bin_ / bins, high=(bin_ + 1) / bins)
        return table.groupby(["notation", "low", "high"], as_index=False).agg({"rows": "sum"})

    def summary(self, cut: Cut, not_rated: int) -> dict[str, Any]:
        """For a dataset's ``meta["ratings"]``; `not_rated` counts rows without a rating, those with empty cells included."""
        reasons = self.not_rated()
        empty = not_rated - sum(reasons.values())
        return {
            "parsed": int(self.rated["rows"].sum()),
            "not_rated": not_rated,
            "not_rated_by": reasons | ({EMPTY: empty} if empty else {}),
            "by_notation": self.by_notation(),
            "stored": "as written" if self.plain else "share",
            "scale": None if self.scale is None else self.scale._asdict(),
            "positive": cut.text,
        }

    def cut(self, positive: float | str | None = None) -> Cut:
        """Where POSITIVE begins.

        Parameters
        ----------
        positive : float or str, optional
            A rating as the column may have it (``4``, ``"7/10"``, ``"B"``, ``"fresh"``) or a share of the scale (``"60%"``).
            By default 4 on scales up to 5, the upper of two, and 60% otherwise.

        Raises
        ------
        DataError
            If it is no rating, or on no scale of the column.
        """
        if positive is None:
            return self._default_cut()
        text = f"{positive:g}" if isinstance(positive, float | int) else positive.strip()
        reading = read_rating(text)
        if reading.notation == NUMBER:
            return self._cut_at(reading.value, text)
        if not reading.notation:
            raise DataError(
                f"{text!r} as the lowest POSITIVE rating {reading.reason}; give a rating as the column has them, or a share "
                "of the scale such as 60%."
            )
        top = usual_top([reading.value]) if math.isnan(reading.top) else reading.top
        return self._cut_at_share(reading.value / top, text if reading.notation != PERCENT else text.replace(" ", ""))

    def _default_cut(self) -> Cut:
        if self.rated["notation"].eq(WORD).all() and len(self.rated):
            best = self.rated.sort_values(["share", "rows"]).iloc[-1]
            return Cut(float(best["share"]), str(best["raw"]).strip())
        if not self.plain or self.scale is None:
            return Cut(DEFAULT_SHARE, f"{DEFAULT_SHARE:.0%}")
        if self.scale.top == 5:
            return Cut(DEFAULT_POSITIVE, f"{DEFAULT_POSITIVE:g}")
        if self.rated["value"].nunique() == 2:
            top = float(self.rated["value"].max())
            return Cut(top, f"{top:g}")
        return self._cut_at_share(DEFAULT_SHARE, f"{DEFAULT_SHARE:.0%}")

    def _cut_at(self, value: float, text: str) -> Cut:
        if self.plain:
            return Cut(value, text)
        tops = common_tops(self.rated)
        if not tops and (stars := self.rated["notation"] == STARS).any():
            tops = [usual_top(self.rated["value"][stars])]
        scale = self.scale or (Scale(0, tops[0]) if len(tops) == 1 else None)
        if scale is None:
            raise DataError(
                f"It cannot be told on what scale {text} is the lowest POSITIVE rating, as the ratings are of the notations "
                f"{', '.join(self.by_notation())}; write it as one of them, such as {self.rated['raw'].iloc[0].strip()}, or as a "
                "share, such as 60%."
            )
        return Cut(scale.share(value), f"{text} of {scale.top:g}")

    def _cut_at_share(self, share: float, text: str) -> Cut:
        if not self.plain or self.scale is None:
            return Cut(share, text)
        value = self.scale.low + share * (self.scale.top - self.scale.low)
        return Cut(round(value, 9), f"{value:g} ({text} of {self.scale})")


def read_ratings(
    rows: Mapping[str, int], scale: Scale | None = None, not_rated: Collection[str] | None = None
) -> RatingColumn:
    """Read the distinct values of a column.

    Plain numbers have no scale of their own. Where they are most of the ratings, it is inferred from their distribution;
    where most others say theirs ("3/5"), a number is read on the most common of these that holds it. Stars are of 5.

    Parameters
    ----------
    rows : mapping
        Distinct text, without those that are blank, to its number of rows.
    scale : Scale, optional
        That of plain numbers, if it is known.
    not_rated : collection of str, optional
        The values that stand for no rating; by default that of `scales.placeholder`.

    Examples
    --------
    >>> column = read_ratings({"3/5": 10, "B+": 5, "fresh": 2, "2-4-1-3": 1})
    >>> column.values["share"].round(2).tolist()
    [0.6, 0.77, 1.0, nan]
    >>> column.by_notation(), column.not_rated()
    ({'out of 5': 10, 'grade': 5, 'word': 2}, {'is of no known notation': 1})
    """
    comma = any(map(has_decimal_comma, rows))
    readings = {raw: read_rating(raw, comma) for raw in rows}
    if "t" in (letters := {raw.strip().lower() for raw in rows}) and letters <= _TRUE_FALSE.keys():
        readings = {raw: _TRUE_FALSE[raw.strip().lower()] for raw in rows}
    columns = {field: [getattr(r, field) for r in readings.values()] for field in Reading._fields}
    frame = pd.DataFrame({"raw": list(rows), "rows": list(rows.values()), **columns})
    frame = frame.astype({"raw": "str", "rows": "int64", "notation": "str", "reason": "str"})
    stars = (frame["notation"] == STARS) & frame["top"].isna()
    frame.loc[stars, "top"] = usual_top(frame.loc[stars, "value"])
    none = _stands_for_none(frame, not_rated)
    frame.loc[none, ["notation", "reason"]] = "", STANDS_FOR_NONE
    numbers = frame["notation"] == NUMBER
    low = pd.Series(0.0, index=frame.index)
    tops = common_tops(frame)
    if (
        scale is None
        and numbers.any()
        and frame["rows"][numbers].sum() >= frame["rows"][~numbers & frame["top"].gt(1)].sum()
    ):
        scale = scale_of(frame.loc[numbers, "value"], frame.loc[numbers, "rows"])
    if scale is not None:
        frame.loc[numbers, "top"], low[numbers] = scale.top, scale.low
    else:
        held = [next((top for top in tops if 0 <= value <= top), math.nan) for value in frame.loc[numbers, "value"]]
        frame.loc[numbers, "top"] = held
    share = (frame["value"] - low) / (frame["top"] - low)
    off = (frame["notation"] != "") & ~share.between(0, 1)
    frame.loc[off & ~numbers, "reason"] = ABOVE
    frame.loc[off & numbers, "reason"] = _ON_NO_SCALE if scale is None else _OFF_SCALE.format(scale)
    frame = frame.assign(share=share.where(~off), notation=frame["notation"].where(~off, ""))
    scale = scale if numbers.any() else None
    plain = scale is not None and bool(frame["notation"].isin(["", NUMBER]).all())
    return RatingColumn(frame[["raw", "rows", "share", "notation", "reason", "value"]], scale, plain)


def _stands_for_none(frame: pd.DataFrame, not_rated: Collection[str] | None) -> pd.Series:
    """Which of the values stand for no rating."""
    numbers = frame["notation"] == NUMBER
    if not_rated is None:
        found = placeholder(frame.loc[numbers, "value"], frame.loc[numbers, "rows"]) if numbers.all() else math.nan
        return numbers & frame["value"].eq(found)
    values = [reading.value for text in not_rated if (reading := read_rating(text)).notation == NUMBER]
    return frame["raw"].str.strip().isin([text.strip() for text in not_rated]) | numbers & frame["value"].isin(values)


def _rows_by(frame: pd.DataFrame, column: str) -> dict[str, int]:
    counts: Counter[Any] = Counter()
    for key, rows in zip(frame[column], frame["rows"], strict=True):
        counts[key] += int(rows)
    return dict(counts.most_common())
