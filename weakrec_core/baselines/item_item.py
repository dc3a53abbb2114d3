"""What linear item-item models share: who read what, and the choice of a setting by the ranking on valid."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from weakrec_core import POSITIVE
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import gold_rows
from weakrec_core.evaluation.ranking import RankingTask, rank
from weakrec_core.evaluation.recommender import Ranker

Floats32 = NDArray[np.float32]
R = TypeVar("R", bound=Ranker)

CHOSEN_BY = "ndcg@10"
_VALID_SEEDS = 3  # books of valid are held out that often, so that the choice hangs less on which


def valid_tasks(dataset: Dataset, seed: int) -> list[RankingTask]:
    """Valid's readers several times, with other books held out each time; none if nobody there likes a book."""
    if not (gold_rows(dataset, "valid").p_positive == POSITIVE).any():
        return []
    return [RankingTask.make(dataset, "valid", seed + i) for i in range(_VALID_SEEDS)]


def mean_ndcg(ranker: Ranker, tasks: Sequence[RankingTask]) -> float:
    """What choices are made by; 0 without a task."""
    return sum(rank(ranker, task).means[CHOSEN_BY] for task in tasks) / max(len(tasks), 1)


def interactions(histories: Histories, users: NDArray[np.integer], n_books: int, weight: Floats32 | None = None) -> Any:
    """Who read what, as a scipy CSR array of float32 ones or of a weight an entry, shape [len(users), n_books]."""
    from scipy import sparse

    books, _ = histories.gather(users)
    indptr = np.concatenate([[0], np.cumsum(histories.lengths[users])])
    data = np.ones(len(books), np.float32) if weight is None else weight
    return sparse.csr_array((data, books, indptr), shape=(len(users), n_books))


def best_on_valid(candidates: Iterable[R], tasks: Sequence[RankingTask], check: Callable[[], None]) -> R:
    """The first of those that rank best; each is let go before the next is made."""
    best, best_ndcg = None, -1.0
    for candidate in candidates:
        check()
        ndcg = mean_ndcg(candidate, tasks)
        if ndcg > best_ndcg:
            best, best_ndcg = candidate, ndcg
    assert best is not None
    return best
