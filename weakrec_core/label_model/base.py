"""The interface of label models: fit on vote patterns, predict on vote patterns, save as JSON.

Adding a label model is one new file with a class like this one and one line in `fitting.LABEL_MODELS`.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.labeling.vote_patterns import VotePatterns

AUTO, CONSTANT = "auto", "constant"  # the one recommended on dev; the class balance for every row


class LabelModel(Protocol):
    """A fitted model of the votes.

    Attributes
    ----------
    kind : str
        The name under which the model is chosen.
    title, description : str
        What it is, in a few words and in a sentence.
    weights_mean : str
        What its weights say, in a sentence.
    learns_from_gold : bool
        Whether it is fitted to dev's gold labels: dev is then predicted by cross-validation over users.
    lf_names : list of str
    prior : float
        P(POSITIVE) before any vote; the probability of a data point on which no LF voted.
    weights : float64 array, shape [m]
        One number an LF, NaN where the model has none to give (an LF that never voted).
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    weights_mean: ClassVar[str]
    learns_from_gold: ClassVar[bool]

    lf_names: list[str]
    prior: float

    @property
    def weights(self) -> NDArray[np.float64]: ...

    @classmethod
    def fit(
        cls,
        train: VotePatterns,
        dev: VotePatterns,
        lf_names: Sequence[str],
        prior: float | None = None,
        config: SnorkelConfig | None = None,
    ) -> Self:
        """Fit to the votes of train, with what the model takes from dev: see `fitting.fit_label_model`."""

    def predict_proba(self, votes: NDArray[np.int8]) -> NDArray[np.float64]:
        """P(POSITIVE) for each row of `votes`, shape [p]; never NaN. Rows without a vote get the prior."""

    def to_json(self) -> dict[str, Any]:
        """All that is needed to predict again, as JSON values; ``kind`` among them."""

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The model that `to_json` was called on; it predicts the same."""


def class_prior(dev: VotePatterns) -> float:
    """P(POSITIVE) among the gold labels of dev."""
    negative, positive = dev.gold_counts.sum(axis=0)
    return float(positive / (negative + positive))


def checked_prior(dev: VotePatterns) -> float:
    """The class balance of dev; `LabelModelError` if dev has no gold or one class only."""
    negative, positive = dev.gold_counts.sum(axis=0)
    if negative + positive == 0:
        raise LabelModelError("The dev split has no gold labels; a label model's class balance comes from them.")
    if 0 in (negative, positive):
        missing = "NEGATIVE" if negative == 0 else "POSITIVE"
        raise LabelModelError(f"The dev split has no {missing} gold label, so its class balance cannot be used.")
    return class_prior(dev)
