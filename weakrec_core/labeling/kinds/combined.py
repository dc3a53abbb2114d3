"""Votes where several conditions hold together."""

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from weakrec_core.data.dataset import Dataset
from weakrec_core.labeling.base import LF, VALUE, Label, Mask, Votes
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.conditions import KeywordCondition, SignalCondition
from weakrec_core.labeling.snorkel_code import SnorkelCode, keyword_test, numbered


class ThresholdCondition(SignalCondition):
    """A `SignalCondition` within a combined LF."""

    type: Literal["threshold"]


Condition = Annotated[KeywordCondition | ThresholdCondition, Field(discriminator="type")]


class CombinedLF(LF):
    """Votes `label` where all, or any, of its conditions hold and none of those under `unless` does."""

    title: ClassVar[str] = "Several conditions together"

    kind: Literal["combined"] = "combined"
    label: Label = Field(description="What it votes where the conditions hold")
    mode: Literal["all", "any"] = Field("all", description="How many of the conditions must hold")
    conditions: tuple[Condition, ...] = Field(min_length=1, description="What must hold")
    unless: tuple[Condition, ...] = Field((), description="None of these may hold")

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

    def deciding(self, text: str) -> Mask:
        decides = np.zeros(len(text), bool)
        for condition in self.conditions:
            if isinstance(condition, KeywordCondition):
                decides |= condition.deciding(text)
        return decides

    @property
    def signals_read(self) -> frozenset[str]:
        return frozenset().union(*(condition.signals_read for condition in (*self.conditions, *self.unless)))

    @property
    def in_words(self) -> str:
        together = {"all": " and ", "any": " or "}[self.mode].join(condition.told for condition in self.conditions)
        unless = "".join(f", unless {condition.told}" for condition in self.unless)
        return f"{self.label} where {together}{unless}"

    def snorkel_code(self) -> SnorkelCode:
        everything = (*self.conditions, *self.unless)
        tests = [
            keyword_test(c.keywords, c.matching, c.case_sensitive)
            for c in everything
            if isinstance(c, KeywordCondition)
        ]
        names = numbered(["keywords"] * len(tests))
        asked = (test.of(name) for test, name in zip(tests, names, strict=True))
        expressions = [next(asked) if isinstance(c, KeywordCondition) else c.expression for c in everything]
        lists = {"holds": expressions[: len(self.conditions)], "unless": expressions[len(self.conditions) :]}
        return SnorkelCode(
            [(f"{self.mode}(holds) and not any(unless)" if self.unless else f"{self.mode}(holds)", self.label)],
            resources={name: test.keywords for test, name in zip(tests, names, strict=True)},
            lists={name: found for name, found in lists.items() if found},
            helpers=frozenset(test.helper for test in tests),
            signals=self.signals_read,
        )

    @classmethod
    def start(cls, dataset: Dataset) -> dict[str, Any]:
        return {
            "label": "POSITIVE",
            "conditions": [
                {"type": "keywords", "keywords": ["loved"]},
                {"type": "threshold", "signal": "polarity", "op": ">", "threshold": 0.2},
            ],
        }
