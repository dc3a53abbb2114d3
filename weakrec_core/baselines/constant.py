"""The same probability for every book."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.baselines.base import Baseline, Inputs, dev_rows
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.evaluation.rating_metrics import tutorial_examples
from weakrec_core.evaluation.recommender import Floats


class ConstantBaseline(Baseline):
    """The share of POSITIVE in dev."""

    name = "constant"
    title = "Constant"

    def fit(self, inputs: Inputs) -> "Constant":
        return fit_constant(inputs.dataset, inputs.seed)


@dataclass(frozen=True)
class Constant:
    """The same probability for every book: the share of POSITIVE in dev, and in dev under the tutorial's protocol."""

    p_like: float
    p_read_and_like: float

    def like(self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]) -> Floats:
        return np.full(len(user_idx), self.p_like)

    def read_and_like(
        self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]
    ) -> Floats:
        return np.full(len(user_idx), self.p_read_and_like)


def fit_constant(dataset: Dataset, seed: int = 0) -> Constant:
    """The shares of POSITIVE in dev."""
    dev = dev_rows(dataset)
    return Constant(float(dev.p_positive.mean()), float(tutorial_examples(dataset, dev, seed)[2].mean()))
