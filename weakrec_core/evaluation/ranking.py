"""Ranking the whole catalogue for readers: a part of what they liked, or what they came to like, has to be found."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core import POSITIVE
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import gold_rows
from weakrec_core.errors import DataError
from weakrec_core.evaluation.recommender import Floats, Ranker
from weakrec_core.stats.bootstrap import Draws, percentile_interval

CUTS = (5, 10, 20)
HELD_SHARE = 0.2
_CELLS = 4_000_000  # users x books scored at a time; bounds memory


@dataclass(frozen=True, eq=False)
class RankingTask:
    """Readers, each with a part of the liked books taken out of the history, to be found again.

    Attributes
    ----------
    user_idx : int32 array, shape [n]
        The readers as in the dataset; ascending.
    histories : Histories
        What is left of each, by position in `user_idx`.
    held : Histories
        The books taken out, by position in `user_idx`; at least one each.
    n_books : int
    seed : int
    """

    user_idx: NDArray[np.int32]
    histories: Histories
    held: Histories
    n_books: int
    seed: int

    @classmethod
    def make(cls, dataset: Dataset, split: str = "test", seed: int = 0) -> "RankingTask":
        """Hold out a fifth of each user's liked books (gold POSITIVE), at random, at least one; of a split by time all.

        Users of the split without a liked book are left out.

        Raises
        ------
        DataError
            If no user of the split likes a book.
        """
        rows = gold_rows(dataset, split)
        liked = rows.p_positive == POSITIVE
        if not liked.any():
            raise DataError(f"No row of {split} has the gold label POSITIVE, so there is no ranking to measure.")
        users, books = rows.user_idx[liked], rows.book_idx[liked]
        user_idx, user, counts = np.unique(users, return_inverse=True, return_counts=True)
        order = np.lexsort([np.random.default_rng(seed).random(len(user)), user])
        rank = np.arange(len(user)) - np.repeat(np.cumsum(counts) - counts, counts)
        share = 1.0 if dataset.by_time else HELD_SHARE
        taken = order[rank < np.maximum(np.round(share * counts), 1)[user[order]]]
        held = Histories.from_pairs(user[taken], books[taken], len(user_idx))
        whole = dataset.histories_of(user_idx)
        left = ~held.contains(whole.users, whole.indices)
        rest = Histories.from_pairs(whole.users[left], whole.indices[left], len(user_idx))
        return cls(user_idx, rest, held, dataset.n_books, seed)

    @property
    def users(self) -> NDArray[np.int64]:
        """The positions of all readers, as `Ranker.score_users` takes them."""
        return np.arange(len(self.user_idx))

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """The catalogue in random order: among equal scores the first in this order comes first."""
        return np.random.default_rng(self.seed).permutation(self.n_books)


@dataclass(frozen=True, eq=False)
class Ranking:
    """How well a ranker does on a task.

    Attributes
    ----------
    users : DataFrame
        One row a reader: ``user_idx`` and one column a metric, ``precision@k``, ``recall@k``, ``ndcg@k``,
        ``hit_rate@k`` for k of `CUTS`, and ``mrr``, the reciprocal rank of the first book found again.
    coverage : dict
        ``coverage@k``: share of the catalogue that is in somebody's first k.
    """

    users: pd.DataFrame
    coverage: dict[str, float]

    @cached_property
    def means(self) -> dict[str, float]:
        """Every metric's mean over the readers, and the coverage."""
        metrics = self.users.drop(columns="user_idx")
        return {str(name): float(value) for name, value in metrics.mean().items()} | self.coverage

    def to_json(self, draws: int = 1000) -> dict[str, Any]:
        """Means, ``n_users``, and ``intervals``: 95 % bootstrap intervals over readers of all but the coverage."""
        metrics = self.users.drop(columns="user_idx")
        weights = Draws.make(self.users["user_idx"].to_numpy(), draws).weights
        drawn = weights @ metrics.to_numpy() / len(metrics)
        intervals = {name: percentile_interval(drawn[:, i]) for i, name in enumerate(metrics)}
        return self.means | {
            "n_users": len(metrics),
            "intervals": {name: list(pair) for name, pair in intervals.items() if pair is not None},
        }


def rank(ranker: Ranker, task: RankingTask) -> Ranking:
    """Rank the whole catalogue, without what is left of the history, for every reader of a task."""
    step = max(1, _CELLS // task.n_books)
    parts = [_rank(ranker, task, task.users[i : i + step]) for i in range(0, len(task.users), step)]
    found, first, shown = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    n_held = task.held.lengths
    discount = 1 / np.log2(np.arange(2, CUTS[-1] + 2))
    metrics: dict[str, Floats] = {}
    for k in CUTS:
        hits = found[:, :k].sum(axis=1)
        ideal = np.cumsum(discount[:k])[np.minimum(n_held, k) - 1]
        metrics |= {
            f"precision@{k}": hits / k,
            f"recall@{k}": hits / n_held,
            f"ndcg@{k}": found[:, :k] @ discount[:k] / ideal,
            f"hit_rate@{k}": (hits > 0).astype(np.float64),
        }
    metrics["mrr"] = 1 / first
    coverage = {f"coverage@{k}": len(np.unique(shown[:, :k])) / task.n_books for k in CUTS}
    return Ranking(pd.DataFrame({"user_idx": task.user_idx} | metrics), coverage)


def _rank(
    ranker: Ranker, task: RankingTask, users: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.intp]]:
    """Of some readers: whether each of the first 20 places is a held-out book, the first place of one, the books."""
    scores = np.array(ranker.score_users(task.histories, users), np.float64)
    for row, user in enumerate(users):
        scores[row, task.histories.of(int(user))] = -np.inf
    ranked = task.order[np.argsort(-scores[:, task.order], axis=1, kind="stable")]
    held = np.zeros(scores.shape, bool)
    for row, user in enumerate(users):
        held[row, task.held.of(int(user))] = True
    found = np.take_along_axis(held, ranked, axis=1)
    top = np.zeros((len(users), CUTS[-1]), bool)
    top[:, : task.n_books] = found[:, : CUTS[-1]]
    return top, found.argmax(axis=1) + 1, ranked[:, : CUTS[-1]]
