"""Votes by a threshold on a signal."""

from typing import Any, ClassVar, Literal

from weakrec_core.data.dataset import Dataset
from weakrec_core.labeling.base import LF, VALUE, Label, Votes
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.conditions import SignalCondition


class ThresholdLF(SignalCondition, LF):
    """Votes `label` where a signal is beyond a threshold; where the signal is not known it abstains."""

    title: ClassVar[str] = "Threshold on a signal"

    kind: Literal["threshold"] = "threshold"
    label: Label

    def votes(self, columns: Columns) -> Votes:
        votes = columns.abstain()
        votes[self.holds(columns)] = VALUE[self.label]
        return votes

    @classmethod
    def start(cls, dataset: Dataset) -> dict[str, Any]:
        return {"signal": "polarity", "op": ">", "threshold": 0.5, "label": "POSITIVE"}
