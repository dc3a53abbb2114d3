"""A labeling function kind, a label model and a signal as somebody would add them: one class or function each."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from weakrec_core.data.dataset import Dataset
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.labeling.base import LF, VALUE, Label, Votes
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.vote_patterns import VotePatterns
from weakrec_core.signals.registry import Signal, Values


class ShortReviewLF(LF):
    """Votes on reviews of at most so many characters."""

    title: ClassVar[str] = "Short reviews"

    kind: Literal["short_review"] = "short_review"
    most: int = Field(title="At most", description="Characters", ge=1)
    label: Label

    def votes(self, columns: Columns) -> Votes:
        votes = columns.abstain()
        votes[columns.signal("review_length") <= self.most] = VALUE[self.label]
        return votes

    @classmethod
    def start(cls, dataset: Dataset) -> dict[str, Any]:
        return {"most": 40, "label": "NEGATIVE"}


class Optimist:
    """Takes every row with a vote for POSITIVE."""

    kind: ClassVar[str] = "optimist"
    title: ClassVar[str] = "Optimist"
    description: ClassVar[str] = "every row with a vote is likely POSITIVE"
    weights_mean: ClassVar[str] = "It has none"
    learns_from_gold: ClassVar[bool] = False

    def __init__(self, lf_names: list[str], prior: float):
        self.lf_names, self.prior = lf_names, prior

    @property
    def weights(self) -> NDArray[np.float64]:
        return np.full(len(self.lf_names), np.nan)

    @classmethod
    def fit(
        cls,
        train: VotePatterns,
        dev: VotePatterns,
        lf_names: Sequence[str],
        prior: float | None = None,
        config: SnorkelConfig | None = None,
    ) -> "Optimist":
        return cls(list(lf_names), 0.5 if prior is None else prior)

    def predict_proba(self, votes: NDArray[np.int8]) -> NDArray[np.float64]:
        return np.where((votes != -1).any(axis=1), 0.9, self.prior)

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "lf_names": self.lf_names, "prior": self.prior}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Optimist":
        return cls(values["lf_names"], values["prior"])


TITLE_LENGTH = Signal("title_length", "Length of the title", "characters", "never")


def title_length(dataset: Dataset, rows: pd.DataFrame) -> tuple[Values, ...]:
    return (dataset.books["title"].str.len().to_numpy(float)[rows["book_idx"].to_numpy()],)
