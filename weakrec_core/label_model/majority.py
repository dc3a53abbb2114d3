"""Snorkel's MajorityLabelVoter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(eq=False)
class MajorityModel:
    """The share of the winning class: 1 or 0, and 0.5 for a tie. Rows without a vote get the prior.

    It has no weights: every LF counts the same.
    """

    lf_names: list[str]
    prior: float
    kind: str = "majority"

    @property
    def weights(self) -> NDArray[np.float64]:
        return np.full(len(self.lf_names), np.nan)

    def predict_proba(self, votes: NDArray[np.int8]) -> NDArray[np.float64]:
        """P(POSITIVE) for each row of `votes`, shape [p]."""
        margin = (votes == 1).sum(axis=1) - (votes == 0).sum(axis=1)
        majority = 0.5 + 0.5 * np.sign(margin)
        return np.where((votes != -1).any(axis=1), majority, self.prior)

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "lf_names": self.lf_names, "prior": self.prior}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "MajorityModel":
        return cls(values["lf_names"], values["prior"])


def fit_majority(lf_names: Sequence[str], prior: float = 0.5) -> MajorityModel:
    """There is nothing to fit but the prior, which stands in where no LF voted."""
    return MajorityModel(list(lf_names), prior)
