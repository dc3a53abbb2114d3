"""The interface of label models: fit on vote patterns, predict on vote patterns, save as JSON."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from weakrec_core.labeling.vote_patterns import VotePatterns


class LabelModel(Protocol):
    """A fitted model of the votes.

    Attributes
    ----------
    kind : str
        The name under which the model is chosen: ``snorkel``, ``majority``, ``calibrated``.
    lf_names : list of str
    prior : float
        P(POSITIVE) before any vote; the probability of a data point on which no LF voted.
    weights : float64 array, shape [m]
        One number an LF, NaN where the model has none to give (an LF that never voted).
    """

    kind: str
    lf_names: list[str]
    prior: float

    @property
    def weights(self) -> NDArray[np.float64]: ...

    def predict_proba(self, votes: NDArray[np.int8]) -> NDArray[np.float64]:
        """P(POSITIVE) for each row of `votes`, shape [p]; never NaN. Rows without a vote get the prior."""

    def to_json(self) -> dict[str, Any]:
        """All that is needed to predict again, as JSON values."""


def class_prior(dev: VotePatterns) -> float:
    """P(POSITIVE) among the gold labels of dev."""
    negative, positive = dev.gold_counts.sum(axis=0)
    return float(positive / (negative + positive))
