"""Conditions on a row: keywords in its review, a signal beyond a threshold."""

import math
import operator
from collections.abc import Callable
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from weakrec_core.labeling.base import Frozen, Mask
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.keyword_match import check_keywords, matched_characters
from weakrec_core.labeling.python_layout import number
from weakrec_core.labeling.snorkel_code import cell
from weakrec_core.labeling.word_stems import Stemmer
from weakrec_core.limits import KEYWORDS

Match = Annotated[
    Literal["substring", "word", "regex"],
    Field(description="Anywhere in the review, as whole words, or as regular expressions (RE2)"),
]
CaseSensitive = Annotated[bool, Field(description="Whether capitals count")]
Stem = Annotated[
    Stemmer | None,
    Field(description="For `match: word`: words match by their stems in this language, so that a word finds its forms"),
]
Op = Literal[">", ">=", "<", "<=", "between"]

_NAMED = 3  # keywords of a list, in words
_COMPARE: dict[str, Callable[[NDArray[np.float64], float], Mask]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


class Keywords(Frozen):
    """At least one keyword; what a keyword group and a keyword condition share."""

    keywords: tuple[str, ...] = Field(min_length=1, description="One hit is enough")

    @field_validator("keywords")
    @classmethod
    def _no_empty(cls, keywords: tuple[str, ...]) -> tuple[str, ...]:
        if len(keywords) > KEYWORDS:
            raise ValueError(f"there are {len(keywords):,} keywords; a list has at most {KEYWORDS:,}")
        if any(not k.strip() for k in keywords):
            raise ValueError("an empty keyword would match every review")
        return keywords

    @property
    def named(self) -> str:
        """The first keywords in quotation marks, and how many more there are."""
        more = len(self.keywords) - _NAMED
        said = ", ".join(f"“{keyword}”" for keyword in self.keywords[:_NAMED])
        return f"{said} and {more} more" if more > 0 else said


def matching(match: str, case_sensitive: bool, stem: str | None) -> str:
    """How keywords are sought, as `Columns.keyword_hits` takes it; `ValueError` for what does not go together."""
    if stem is None:
        return match
    if match != "word" or case_sensitive:
        raise ValueError("stem goes with match: word, and without case_sensitive")
    return f"{match}:{stem}"


class KeywordCondition(Keywords):
    """Holds where the review contains one of the keywords; never without a review."""

    type: Literal["keywords"]
    match: Match = "substring"
    case_sensitive: CaseSensitive = False
    stem: Stem = None

    @model_validator(mode="after")
    def _patterns_compile(self) -> Self:
        check_keywords(self.keywords, self.matching, self.case_sensitive)
        return self

    @property
    def matching(self) -> str:
        return matching(self.match, self.case_sensitive, self.stem)

    @property
    def told(self) -> str:
        """The condition for people."""
        return f"the review has {self.named}"

    @property
    def signals_read(self) -> frozenset[str]:
        return frozenset()

    def holds(self, columns: Columns) -> Mask:
        return columns.keyword_hits(self.keywords, self.matching, self.case_sensitive)

    def deciding(self, text: str) -> Mask:
        """The characters that a keyword matches, shape [len(text)]."""
        return matched_characters(text, self.keywords, self.matching, self.case_sensitive)


class SignalCondition(Frozen):
    """Holds where a signal is beyond a threshold or between two; never where it is not known."""

    signal: str = Field(
        min_length=1, description="A number known of a row: a signal, or a column that the dataset keeps as one"
    )
    op: Op = Field(description="How the signal is compared; `between` includes both ends")
    threshold: float | None = Field(None, description="For every `op` but `between`")
    low: float | None = Field(None, description="For `between`")
    high: float | None = Field(None, description="For `between`")

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

    @property
    def fired(self) -> tuple[float, float]:
        """The range of the signal that fires, its ends aside."""
        if self.op == "between":
            return self.bounds[0], self.bounds[1]
        return (self.bounds[0], math.inf) if self.op in (">", ">=") else (-math.inf, self.bounds[0])

    @property
    def signals_read(self) -> frozenset[str]:
        return frozenset({self.signal})

    def fires(self, values: NDArray[np.float64]) -> Mask:
        """Where the condition holds, given the signal; `between` includes both ends."""
        if self.op == "between":
            low, high = self.bounds
            return (values >= low) & (values <= high)
        return _COMPARE[self.op](values, self.bounds[0])

    def holds(self, columns: Columns) -> Mask:
        return self.fires(columns.signal(self.signal))

    @property
    def told(self) -> str:
        """The condition for people."""
        name, bounds = self.signal.replace("_", " "), [f"{b:g}" for b in self.bounds]
        op = self.op.replace(">=", "≥").replace("<=", "≤")
        return f"{name} {' to '.join(bounds)}" if self.op == "between" else f"{name} {op} {bounds[0]}"

    @property
    def expression(self) -> str:
        """The condition in Python, on a row ``x``; NaN compares as False."""
        value, bounds = cell(self.signal), [number(b) for b in self.bounds]
        return f"{bounds[0]} <= {value} <= {bounds[1]}" if self.op == "between" else f"{value} {self.op} {bounds[0]}"
