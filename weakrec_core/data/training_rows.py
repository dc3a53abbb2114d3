"""The rows and users a recommender learns from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core import ABSTAIN
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import DataError


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """Labeled data points as parallel arrays.

    Attributes
    ----------
    user_idx, book_idx : int32 arrays, shape [n]
    p_positive : float32 array, shape [n]
        Soft labels, P(POSITIVE); rows without a label do not belong here.
    reviewed : bool array, shape [n], or None
        Rows with a review, whose label says what the book and the history do not; None = no row.

    Raises
    ------
    DataError
        If the lengths differ or a label is not in [0, 1], such as an ABSTAIN.
    """

    user_idx: NDArray[np.int32]
    book_idx: NDArray[np.int32]
    p_positive: NDArray[np.float32]
    reviewed: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        if not len(self.user_idx) == len(self.book_idx) == len(self.p_positive):
            raise DataError(
                f"Training rows have {len(self.user_idx)} user_idx, {len(self.book_idx)} book_idx and "
                f"{len(self.p_positive)} p_positive."
            )
        bad = np.flatnonzero(~((self.p_positive >= 0) & (self.p_positive <= 1)))
        if len(bad):
            raise DataError(
                f"Training row {bad[0]} has the label {self.p_positive[bad[0]]}; a label is a probability from 0 to 1, "
                "and rows without one are left out."
            )

    def __len__(self) -> int:
        return len(self.user_idx)

    def at(self, rows: NDArray[np.bool_] | NDArray[np.integer]) -> "TrainingRows":
        """Some of them, by a mask or by positions."""
        reviewed = None if self.reviewed is None else self.reviewed[rows]
        return TrainingRows(self.user_idx[rows], self.book_idx[rows], self.p_positive[rows], reviewed)


NO_ROWS = TrainingRows(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32))


def joined(first: TrainingRows, second: TrainingRows) -> TrainingRows:
    """The rows of both, one after the other."""
    return TrainingRows(
        np.concatenate([first.user_idx, second.user_idx]),
        np.concatenate([first.book_idx, second.book_idx]),
        np.concatenate([first.p_positive, second.p_positive]),
    )


def sampled(rows: TrainingRows, n: int, seed: int = 0) -> TrainingRows:
    """At most `n` of the rows, at random."""
    if len(rows) <= n:
        return rows
    return rows.at(np.sort(np.random.default_rng(seed).choice(len(rows), n, replace=False)))


def gold_rows(dataset: Dataset, split: str) -> TrainingRows:
    """The rows of a split whose gold label is known."""
    frame = dataset.split(split)
    frame = frame[frame["gold"] != ABSTAIN]
    return TrainingRows(
        frame["user_idx"].to_numpy(np.int32), frame["book_idx"].to_numpy(np.int32), frame["gold"].to_numpy(np.float32)
    )


def true_train_rows(dataset: Dataset) -> TrainingRows:
    """The rows of train with their hidden gold labels, for the gold ceiling and nothing else."""
    frame, gold = dataset.split("train"), dataset.train_gold()
    known = gold != ABSTAIN
    frame = frame[known]
    return TrainingRows(
        frame["user_idx"].to_numpy(np.int32), frame["book_idx"].to_numpy(np.int32), gold[known].astype(np.float32)
    )


def training_users(dataset: Dataset) -> NDArray[np.int32]:
    """The users of train and dev, whose histories may be learned from; ascending."""
    users: NDArray[np.int32] = np.union1d(*(dataset.column(s, "user_idx").to_numpy(np.int32) for s in ("train", "dev")))
    return users


def count_readers(dataset: Dataset, users: NDArray[np.integer]) -> NDArray[np.int64]:
    """How many of these users have each book in their history, shape [n_books]."""
    histories = dataset.histories
    return np.bincount(histories.indices[np.isin(histories.users, users)], minlength=dataset.n_books)
