"""What a run recommends by: its network, blended with EASE where valid says so."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core import files
from weakrec_core.baselines.ease import Ease
from weakrec_core.baselines.item_item import CHOSEN_BY, valid_tasks
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.errors import RunError
from weakrec_core.evaluation.ranking import rank
from weakrec_core.evaluation.recommender import Floats
from weakrec_core.network import network_recommender
from weakrec_core.network.network_recommender import NetworkRecommender

MODEL_FILE, EASE_FILE = "model.keras", "ease.npz"
_WEIGHTS = tuple(i / 10 for i in range(11))


@dataclass(frozen=True, eq=False)
class Blended:
    """A weighted sum of the scores of a network and of EASE, or the network alone; also tells the network's probabilities.

    Attributes
    ----------
    network : NetworkRecommender
    ease : Ease or None
        None where `weight` is 0.
    weight : float
        Of EASE, from 0 to 1, where each score is divided by its standard deviation over the catalogue (mean over
        valid's readers); these are kept, so that a score does not depend on which books are asked for.
    network_unit, ease_unit : float
        The standard deviations.
    """

    network: NetworkRecommender
    ease: Ease | None = None
    weight: float = 0.0
    network_unit: float = 1.0
    ease_unit: float = 1.0

    @property
    def n_books(self) -> int:
        """Books in the catalogue it was trained on."""
        return self.network.n_books

    def score_users(self, histories: Histories, users: NDArray[np.integer]) -> Floats:
        """Scores of the whole catalogue, shape [len(users), n_books]; higher comes first.

        Parameters
        ----------
        histories : Histories
            Of any readers, known or not; a book may be in there several times and counts as often.
        users : int array
            Positions in `histories`.
        """
        scores = self.network.score_users(histories, users)
        return scores if self.ease is None else self._mixed(scores, self.ease.score_users(histories, users))

    def score(self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]) -> Floats:
        """Scores of pairs of users and books; a book is taken out of its user's history first."""
        scores = self.network.score(histories, user_idx, book_idx)
        return scores if self.ease is None else self._mixed(scores, self.ease.score(histories, user_idx, book_idx))

    def like(self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]) -> Floats:
        """P(POSITIVE) of books that the users read, by the network."""
        return self.network.like(histories, user_idx, book_idx)

    def read_and_like(
        self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]
    ) -> Floats:
        """P(the user reads and likes the book), by the network; see `Rater`."""
        return self.network.read_and_like(histories, user_idx, book_idx)

    def _mixed(self, network: NDArray[np.floating], ease: NDArray[np.floating]) -> Floats:
        return (1 - self.weight) / self.network_unit * network + self.weight / self.ease_unit * ease.astype(np.float64)

    def save(self, directory: Path) -> None:
        """Write ``model.keras`` and, where blended, ``ease.npz`` into a run's directory."""
        self.network.save(directory / MODEL_FILE)
        if self.ease is None:
            (directory / EASE_FILE).unlink(missing_ok=True)
            return
        with files.atomic(directory / EASE_FILE) as tmp, tmp.open("wb") as f:
            np.savez(f, weights=[self.weight, self.network_unit, self.ease_unit], **_arrays(self.ease))


def load_blended(directory: Path) -> Blended:
    """What `Blended.save` wrote into a run's directory.

    Raises
    ------
    RunError
        If a file is missing or is not what it should be.
    """
    network = network_recommender.load(directory / MODEL_FILE)
    path = directory / EASE_FILE
    if not path.exists():
        return Blended(network)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return Blended(network, _ease(arrays), *map(float, arrays["weights"]))
    except (OSError, ValueError, KeyError) as e:
        raise RunError(f"{path} cannot be read ({type(e).__name__}).") from None


def fit_blend(dataset: Dataset, network: NetworkRecommender, ease: Ease, seed: int = 0) -> Blended:
    """The blend that ranks best on valid, of weights 0, 0.1, … 1; the smallest of equals."""
    tasks = valid_tasks(dataset, seed)
    if not tasks:
        return Blended(network)
    scored = [[_Scored(ranker.score_users(task.histories, task.users)) for task in tasks] for ranker in (network, ease)]
    units = [float(np.mean([scores.matrix.std(axis=1).mean() for scores in part])) or 1.0 for part in scored]

    def ndcg(weight: float) -> float:
        blend = Blended(network, ease, weight, *units)
        mixed = [_Scored(blend._mixed(n.matrix, e.matrix)) for n, e in zip(*scored, strict=True)]
        return float(np.mean([rank(m, task).means[CHOSEN_BY] for m, task in zip(mixed, tasks, strict=True)]))

    best = max(_WEIGHTS, key=lambda weight: (ndcg(weight), -weight))
    return Blended(network, ease, best, *units) if best else Blended(network)


@dataclass(frozen=True, eq=False)
class _Scored:
    """Scores computed before, by position in a task."""

    matrix: NDArray[np.floating]

    def score_users(self, histories: Histories, users: NDArray[np.integer]) -> NDArray[np.floating]:
        scores: NDArray[np.floating] = self.matrix[users]
        return scores


def _arrays(ease: Ease) -> dict[str, Any]:
    arrays = {
        "books": ease.books,
        "inverse": ease.inverse,
        "own": ease.own,
        "n_books": ease.n_books,
        "penalty": ease.penalty,
    }
    if ease.read is not None:
        arrays |= {"indptr": ease.read.indptr, "indices": ease.read.indices}
    return arrays


def _ease(arrays: Any) -> Ease:
    from scipy import sparse

    read = None
    if "indices" in arrays:
        parts = (np.ones(len(arrays["indices"]), np.float32), arrays["indices"], arrays["indptr"])
        read = sparse.csr_array(parts, shape=(len(arrays["inverse"]), len(arrays["books"])))
    return Ease(
        arrays["books"], read, arrays["inverse"], arrays["own"], int(arrays["n_books"]), float(arrays["penalty"])
    )
