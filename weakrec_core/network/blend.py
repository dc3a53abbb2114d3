"""What a run recommends by: its network, blended with EASE where valid says so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from weakrec_core import files
from weakrec_core.baselines.ease import Ease
from weakrec_core.baselines.item_item import CHOSEN_BY, valid_tasks
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.errors import DataError, RunError
from weakrec_core.evaluation.ranking import RankingTask, rank
from weakrec_core.evaluation.recommender import Floats
from weakrec_core.network import network_recommender
from weakrec_core.network.network_recommender import NetworkRecommender
from weakrec_core.network.saved_network import check_saved_network
from weakrec_core.packing import read_arrays
from weakrec_core.rating.model import RatingModel
from weakrec_core.stats.one_standard_error import simplest_of_the_best

MODEL_FILE, EASE_FILE, RATING_FILE = "model.keras", "ease.npz", "rating.npz"
R = TypeVar("R")
_WEIGHTS = (1.0, 0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9)  # of EASE; the simplest first


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

    @property
    def for_many_answers(self) -> "Blended":
        """The same, which takes half a second at first and then answers several times as fast."""
        return replace(self, network=replace(self.network, compiled=True))

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
        """Write ``model.keras`` and, where there is one, ``rating.npz`` and ``ease.npz`` into a run's directory."""
        self.network.save(directory / MODEL_FILE)
        rating = self.network.rating
        weights = [self.weight, self.network_unit, self.ease_unit]
        ease = None if self.ease is None else _arrays(self.ease) | {"weights": weights}
        for name, arrays in ((RATING_FILE, None if rating is None else rating.arrays()), (EASE_FILE, ease)):
            if arrays is None:
                (directory / name).unlink(missing_ok=True)
            else:
                with files.atomic(directory / name) as tmp, tmp.open("wb") as f:
                    np.savez(f, **arrays)


def load_blended(directory: Path) -> Blended:
    """What `Blended.save` wrote into a run's directory.

    Raises
    ------
    RunError
        If a file is missing or is not what it should be.
    """
    network = network_recommender.load(directory / MODEL_FILE)
    rating = _read(directory / RATING_FILE, RatingModel.from_arrays)
    network = replace(network, rating=rating)
    return _read(directory / EASE_FILE, lambda a: Blended(network, _ease(a), *map(float, a["weights"]))) or Blended(
        network
    )


def check_blended(directory: Path) -> None:
    """Raise `RunError` unless `load_blended` may read a run's files; loads no TensorFlow."""
    check_saved_network(directory / MODEL_FILE)
    _read(directory / RATING_FILE, RatingModel.from_arrays)
    _read(directory / EASE_FILE, _ease)


def _read(path: Path, make: Callable[[Any], R]) -> R | None:
    """What is made of the arrays of a file; None if there is none."""
    try:
        return read_arrays(path, make)
    except FileNotFoundError:
        return None
    except DataError as e:
        raise RunError(str(e)) from None


def fit_blend(dataset: Dataset, network: NetworkRecommender, eases: Sequence[Ease], seed: int = 0) -> Blended:
    """What ranks best on valid: the network, one of several EASEs, or a sum of both.

    Of what valid cannot tell from the best, by one standard error of the difference over readers, the simplest is taken:
    the network alone, then EASE alone, then sums, the more even first; earlier EASEs before later ones.
    """
    tasks = valid_tasks(dataset, seed)
    if not tasks:
        return Blended(network)
    of_network = [_Scored(network.score_users(task.histories, task.users)) for task in tasks]
    network_unit = _unit(of_network)
    candidates, by_reader = [Blended(network)], [_by_reader(of_network, tasks)]
    for ease in eases:
        of_ease = [_Scored(ease.score_users(task.histories, task.users)) for task in tasks]
        ease_unit = _unit(of_ease)
        for weight in _WEIGHTS:
            blend = Blended(network, ease, weight, network_unit, ease_unit)
            mixed = [_Scored(blend._mixed(n.matrix, e.matrix)) for n, e in zip(of_network, of_ease, strict=True)]
            candidates.append(blend)
            by_reader.append(_by_reader(mixed, tasks))
    return candidates[simplest_of_the_best(np.stack(by_reader))]


def _by_reader(scored: list["_Scored"], tasks: Sequence[RankingTask]) -> Floats:
    """NDCG of each reader of valid, the mean over the tasks, shape [readers]."""
    parts = [rank(scores, task).users[CHOSEN_BY].to_numpy() for scores, task in zip(scored, tasks, strict=True)]
    return np.asarray(np.mean(parts, axis=0))


def _unit(scored: list["_Scored"]) -> float:
    """The mean over readers of the standard deviation over the catalogue."""
    return float(np.mean([scores.matrix.std(axis=1).mean() for scores in scored])) or 1.0


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
        arrays |= {"indptr": ease.read.indptr, "indices": ease.read.indices, "data": ease.read.data}
    return arrays


def _ease(arrays: Any) -> Ease:
    from scipy import sparse

    read = None
    if "indices" in arrays:
        data = arrays["data"] if "data" in arrays else np.ones(len(arrays["indices"]), np.float32)
        parts = (data, arrays["indices"], arrays["indptr"])
        read = sparse.csr_array(parts, shape=(len(arrays["inverse"]), len(arrays["books"])))
    return Ease(
        arrays["books"], read, arrays["inverse"], arrays["own"], int(arrays["n_books"]), float(arrays["penalty"])
    )
