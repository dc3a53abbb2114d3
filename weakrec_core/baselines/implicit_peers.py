"""Matrix factorisations of the library ``implicit``: peers from outside, where it is installed (requirements-peers.txt).

They know the histories of train's and dev's users; their settings are chosen by the ranking on valid.
"""

import importlib.util
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core.baselines.base import Baseline, Inputs
from weakrec_core.baselines.item_item import Floats32, best_on_valid, interactions, valid_tasks
from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import training_users


def installed() -> bool:
    """Whether the library is there."""
    return importlib.util.find_spec("implicit") is not None


@dataclass(frozen=True, eq=False)
class Factors:
    """Books as vectors; a user's vector is made of the history.

    Attributes
    ----------
    model : implicit model or None
        What fits a user's vector to the history; None = it is the mean of the history's vectors.
    books : float32 array, shape [n_books, k]
    bias : float32 array, shape [n_books]
    """

    model: Any
    books: Floats32
    bias: Floats32

    def score_users(self, histories: Histories, users: NDArray[np.integer]) -> NDArray[np.floating]:
        read = interactions(histories, users, len(self.books))
        if self.model is None:
            vectors = (read @ self.books) / np.maximum(read.sum(axis=1), 1)[:, None]
        else:
            vectors = self.model.recalculate_user(np.arange(len(users)), _matrix(read))
        scores: NDArray[np.floating] = vectors @ self.books.T + self.bias
        return scores


class _Factorisation(Baseline):
    """The best of several settings, by the ranking on valid."""

    cached = True

    @abstractmethod
    def candidates(self, read: Any, seed: int) -> Iterator[Factors]:
        """Models fitted to who read what, a setting each."""

    def fit(self, inputs: Inputs) -> Factors:
        dataset, seed = inputs.dataset, inputs.seed
        inputs.tell(f"Fitting {self.title}")
        read = _matrix(interactions(dataset.histories, training_users(dataset), dataset.n_books))
        return best_on_valid(self.candidates(read, seed), valid_tasks(dataset, seed), inputs.check)


class AlsBaseline(_Factorisation):
    """Alternating least squares of Hu, Koren & Volinsky (2008)."""

    name = "als"
    title = "ALS (implicit)"

    def candidates(self, read: Any, seed: int) -> Iterator[Factors]:
        from implicit.cpu.als import AlternatingLeastSquares

        for factors in (32, 64, 128):
            for alpha in (1.0, 10.0):
                for regularization in (0.01, 10.0):
                    model = AlternatingLeastSquares(
                        factors, regularization, alpha=alpha, num_threads=1, random_state=seed
                    )
                    model.fit(read, show_progress=False)
                    yield Factors(model, model.item_factors, np.zeros(read.shape[1], np.float32))


class BprBaseline(_Factorisation):
    """Bayesian personalised ranking of Rendle et al. (2009); new users are the mean of what they read."""

    name = "bpr"
    title = "BPR (implicit)"

    def candidates(self, read: Any, seed: int) -> Iterator[Factors]:
        from implicit.cpu.bpr import BayesianPersonalizedRanking

        for factors in (32, 64):
            for learning_rate in (0.01, 0.05):
                for regularization in (0.01, 0.1):
                    model = BayesianPersonalizedRanking(
                        factors, learning_rate, regularization, num_threads=1, random_state=seed
                    )
                    model.fit(read, show_progress=False)
                    yield Factors(None, model.item_factors[:, :-1], model.item_factors[:, -1])  # the last is the bias


def _matrix(read: Any) -> Any:
    """As the library takes it."""
    from scipy import sparse

    return sparse.csr_matrix(read)
