"""Votes by a threshold on a signal."""

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from weakrec_core.data.dataset import Dataset
from weakrec_core.labeling.base import LF, VALUE, Label, Mask, Votes
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.conditions import SignalCondition
from weakrec_core.labeling.snorkel_code import SnorkelCode
from weakrec_core.signals import SIGNALS


class ThresholdLF(SignalCondition, LF):
    """Votes `label` where a signal is beyond a threshold; where the signal is not known it abstains."""

    title: ClassVar[str] = "Threshold on a signal"

    kind: Literal["threshold"] = "threshold"
    label: Label = Field(description="What it votes where the condition holds")

    @property
    def measure(self) -> str:
        return self.signal

    def measured(self, columns: Columns) -> NDArray[np.float64]:
        """The signal of every row of a split, shape [n]; NaN = not known."""
        return columns.signal(self.signal)

    def votes(self, columns: Columns) -> Votes:
        votes = columns.abstain()
        votes[self.holds(columns)] = VALUE[self.label]
        return votes

    def deciding(self, text: str) -> Mask:
        """The words that the signal is made of, where it can tell."""
        decides = np.zeros(len(text), bool)
        if signal := SIGNALS.get(self.signal):  # a column of a table has no words
            for start, end in signal.telling_words(text):
                decides[start:end] = True
        return decides

    @property
    def in_words(self) -> str:
        return f"{self.label} where {self.told}"

    def snorkel_code(self) -> SnorkelCode:
        return SnorkelCode([(self.expression, self.label)], signals=self.signals_read)

    @classmethod
    def start(cls, dataset: Dataset) -> dict[str, Any]:
        return {"signal": "polarity", "op": ">", "threshold": 0.5, "label": "POSITIVE"}
