"""Conditions on a row: keywords in its review, a signal beyond a threshold."""

import operator
from collections.abc import Callable
from typing import Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from weakrec_core.labeling.base import Frozen
from weakrec_core.labeling.columns import Columns, keyword_pattern
from weakrec_core.signals import SIGNALS

Match = Literal["substring", "word", "regex"]
Op = Literal[">", ">=", "<", "<=", "between"]

_COMPARE: dict[str, Callable[[NDArray[np.float64], float], NDArray[np.bool_]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


class Keywords(Frozen):
    """At least one keyword; what a keyword group and a keyword condition share."""

    keywords: tuple[str, ...] = Field(min_length=1)

    @field_validator("keywords")
    @classmethod
    def _no_empty(cls, keywords: tuple[str, ...]) -> tuple[str, ...]:
        if any(not k.strip() for k in keywords):
            raise ValueError("an empty keyword would match every review")
        return keywords


class KeywordCondition(Keywords):
    """Holds where the review contains one of the keywords; never without a review."""

    type: Literal["keywords"]
    match: Match = "substring"
    case_sensitive: bool = False

    @model_validator(mode="after")
    def _patterns_compile(self) -> Self:
        check_patterns(self.keywords, self.match, self.case_sensitive)
        return self

    def holds(self, columns: Columns) -> NDArray[np.bool_]:
        return columns.keyword_hits(self.keywords, self.match, self.case_sensitive)


class SignalCondition(Frozen):
    """Holds where a signal is beyond a threshold or between two; never where it is not known."""

    signal: str
    op: Op
    threshold: float | None = None
    low: float | None = None
    high: float | None = None

    @field_validator("signal")
    @classmethod
    def _known(cls, signal: str) -> str:
        if signal not in SIGNALS:
            raise ValueError(f"there is no signal {signal!r}; the signals are {', '.join(sorted(SIGNALS))}")
        return signal

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if self.op == "between":
            if self.low is None or self.high is None or self.threshold is not None:
                raise ValueError("op 'between' takes low and high, and no threshold")
            if self.low > self.high:
                raise ValueError(f"low {self.low:g} is above high {self.high:g}")
        elif self.threshold is None or self.low is not None or self.high is not None:
            raise ValueError(f"op {self.op!r} takes a threshold, and no low or high")
        return self

    @property
    def bounds(self) -> tuple[float, ...]:
        """The threshold, or low and high."""
        return tuple(b for b in (self.threshold, self.low, self.high) if b is not None)

    def fires(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Where the condition holds, given the signal; `between` includes both ends."""
        if self.op == "between":
            low, high = self.bounds
            return (values >= low) & (values <= high)
        return _COMPARE[self.op](values, self.bounds[0])

    def holds(self, columns: Columns) -> NDArray[np.bool_]:
        return self.fires(columns.signal(self.signal))


def check_patterns(keywords: tuple[str, ...], match: str, case_sensitive: bool) -> None:
    """`ValueError` for a keyword that is not a regular expression in RE2's syntax."""
    for keyword in keywords if match == "regex" else ():
        try:
            pc.match_substring_regex(pa.array([""], pa.string()), keyword_pattern([keyword], match, case_sensitive))
        except pa.ArrowInvalid as e:
            reason = str(e).removeprefix("Invalid regular expression: ")
            raise ValueError(
                f"{keyword!r} is not a regular expression that RE2 takes ({reason}); look-around and back-references "
                "are not supported"
            ) from None
