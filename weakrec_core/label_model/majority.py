"""Snorkel's MajorityLabelVoter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from weakrec_core.label_model.base import checked_prior
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.labeling.vote_patterns import VotePatterns


@dataclass(eq=False)
class MajorityModel:
    """The share of the winning class: 1 or 0, and 0.5 for a tie. Rows without a vote get the prior.

    It has no weights: every LF counts the same.
    """

    kind: ClassVar[str] = "majority"
    title: ClassVar[str] = "Majority vote"
    description: ClassVar[str] = "every vote counts the same"
    weights_mean: ClassVar[str] = "Majority vote has no weights"
    learns_from_gold: ClassVar[bool] = False

    lf_names: list[str]
    prior: float

    @classmethod
    def fit(
        cls,
        train: VotePatterns,
        dev: VotePatterns,
        lf_names: Sequence[str],
        prior: float | None = None,
        config: SnorkelConfig | None = None,
    ) -> "MajorityModel":
        """There is nothing to fit but the prior, which stands in where no LF voted; by default that of dev."""
        return cls(list(lf_names), checked_prior(dev) if prior is None else prior)

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
