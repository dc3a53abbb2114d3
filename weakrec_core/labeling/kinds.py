"""The kinds of labeling functions that are made of conditions on a row."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from weakrec_core.labeling.base import LF, VALUE, Label, Votes
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.conditions import (
    KeywordCondition,
    Keywords,
    Match,
    SignalCondition,
    check_patterns,
)


class KeywordGroup(Keywords):
    """Keywords that vote for one label."""

    label: Label


class KeywordLF(LF, kind="keyword"):
    """Votes by keywords in the review; the first group with a hit wins, as in the tutorial. No review: abstains."""

    kind: Literal["keyword"] = "keyword"
    match: Match = "substring"
    case_sensitive: bool = False
    groups: tuple[KeywordGroup, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _patterns_compile(self) -> Self:
        for group in self.groups:
            check_patterns(group.keywords, self.match, self.case_sensitive)
        return self

    def votes(self, columns: Columns) -> Votes:
        votes = columns.abstain()
        for group in reversed(self.groups):
            votes[columns.keyword_hits(group.keywords, self.match, self.case_sensitive)] = VALUE[group.label]
        return votes


class ThresholdLF(SignalCondition, LF, kind="threshold"):
    """Votes `label` where a signal is beyond a threshold; where the signal is not known it abstains."""

    kind: Literal["threshold"] = "threshold"
    label: Label

    def votes(self, columns: Columns) -> Votes:
        votes = columns.abstain()
        votes[self.holds(columns)] = VALUE[self.label]
        return votes


class ThresholdCondition(SignalCondition):
    """A `SignalCondition` within a combined LF."""

    type: Literal["threshold"]


Condition = Annotated[KeywordCondition | ThresholdCondition, Field(discriminator="type")]


class CombinedLF(LF, kind="combined"):
    """Votes `label` where all, or any, of its conditions hold and none of those under `unless` does."""

    kind: Literal["combined"] = "combined"
    label: Label
    mode: Literal["all", "any"] = "all"
    conditions: tuple[Condition, ...] = Field(min_length=1)
    unless: tuple[Condition, ...] = ()

    def votes(self, columns: Columns) -> Votes:
        first, *others = (condition.holds(columns) for condition in self.conditions)
        hit = first.copy()
        for held in others:
            hit = hit & held if self.mode == "all" else hit | held
        for condition in self.unless:
            hit &= ~condition.holds(columns)
        votes = columns.abstain()
        votes[hit] = VALUE[self.label]
        return votes
