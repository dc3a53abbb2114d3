"""Everything that is measured of one model on test."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import TrainingRows, gold_rows
from weakrec_core.errors import DataError
from weakrec_core.evaluation.ranking import Ranking, RankingTask, rank
from weakrec_core.evaluation.rating_metrics import rating_metrics, tutorial_examples
from weakrec_core.evaluation.recommender import Floats, Ranker, Rater


@dataclass(frozen=True, eq=False)
class TestBed:
    """What models are measured on, the same for all that are compared.

    Attributes
    ----------
    rows : TrainingRows
        The rated rows.
    task : RankingTask or None
        None if no reader likes a book.
    """

    __test__ = False  # not a class of tests

    dataset: Dataset
    rows: TrainingRows
    task: RankingTask | None
    seed: int

    @classmethod
    def make(cls, dataset: Dataset, seed: int = 0) -> "TestBed":
        """Raises `DataError` if no row of test has a gold label."""
        rows = gold_rows(dataset, "test")
        if len(rows) == 0:
            raise DataError("No row of test has a gold label, so there is nothing to measure on.")
        task = RankingTask.make(dataset, "test", seed) if (rows.p_positive == 1).any() else None
        return cls(dataset, rows, task, seed)

    def measure(self, model: Rater | Ranker) -> "Measured":
        """The rating metrics of what rates, the ranking of what ranks."""
        rows, histories = self.rows, self.dataset.histories
        test = protocol = p_positive = None
        if isinstance(model, Rater):
            p_positive = model.like(histories, rows.user_idx, rows.book_idx)
            test = rating_metrics(rows.p_positive, p_positive)
            users, books, label = tutorial_examples(self.dataset, rows, self.seed)
            protocol = rating_metrics(label, model.read_and_like(histories, users, books))
        ranking = self.ranking(model) if isinstance(model, Ranker) else None
        metrics = {
            "test": test,
            "tutorial_protocol": protocol,
            "ranking": None if ranking is None else ranking.to_json(),
        }
        return Measured(metrics, p_positive, None if ranking is None else ranking.users)

    def ranking(self, model: Ranker) -> Ranking | None:
        """The ranking alone; None if no reader likes a book."""
        return None if self.task is None else rank(model, self.task)

    def row_frame(self, p_positive: Floats) -> pd.DataFrame:
        """One row a rated row: user_idx, book_idx, gold, p_positive."""
        columns = {"user_idx": self.rows.user_idx, "book_idx": self.rows.book_idx}
        return pd.DataFrame(columns | {"gold": self.rows.p_positive.astype(np.int8), "p_positive": p_positive})


@dataclass(frozen=True, eq=False)
class Measured:
    """What a model does on test.

    Attributes
    ----------
    metrics : dict
        ``test`` and ``tutorial_protocol``: `rating_metrics`, or None of a model that gives no probabilities;
        ``ranking``: see `Ranking.to_json`, or None.
    p_positive : float64 array or None
        Of the rated rows.
    users : DataFrame or None
        See `Ranking`.
    """

    metrics: dict[str, Any]
    p_positive: Floats | None = None
    users: pd.DataFrame | None = None
