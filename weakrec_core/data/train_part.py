"""Some rows of a dataset's train, as a dataset of its own: what one process holds of a dataset that is larger than its memory."""

import hashlib
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.errors import DataError


class TrainPart(Dataset):
    """A dataset whose train ends after a part of its rows; all else, and what has been read of it, is shared.

    Parameters
    ----------
    whole : Dataset
    start, stop : int
        Which rows of its train.
    """

    def __init__(self, whole: Dataset, start: int, stop: int):
        vars(self).update(vars(whole))
        self.whole, self.rows = whole, slice(start, stop)
        self._splits, self._columns = {}, {}
        self._counts = whole._counts | {"train": stop - start}
        self.data_fingerprint = self._fingerprint(whole.data_fingerprint)
        self.fingerprint = self._fingerprint(whole.fingerprint)

    @property
    def books(self) -> pd.DataFrame:
        return self.whole.books

    @property
    def histories(self) -> Histories:
        return self.whole.histories

    def split(self, split: str) -> pd.DataFrame:
        if split != "train":
            return self.whole.split(split)
        if split not in self._splits:
            self._splits[split] = train_rows(self.whole, self.rows)
        return self._splits[split]

    def column(self, split: str, name: str) -> pd.Series:
        return self.split(split)[name] if split == "train" else self.whole.column(split, name)

    def kept(self, name: str, split: str) -> pd.Series:
        values = super().kept(name, split)
        return values.iloc[self.rows].reset_index(drop=True) if split == "train" else values

    def train_gold(self) -> NDArray[np.int8]:
        return super().train_gold()[self.rows]

    def _fingerprint(self, of_whole: str) -> str:
        return hashlib.sha256(f"{of_whole} {self.rows.start}:{self.rows.stop}".encode()).hexdigest()


def train_rows(dataset: Dataset, rows: slice, columns: list[str] | None = None) -> pd.DataFrame:
    """Some rows of train; of the file no more is read than the row groups that they are in."""
    path = dataset.path / "train.parquet"
    try:
        with pq.ParquetFile(path) as file:
            sizes = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
            ends = np.cumsum(sizes)
            groups = np.flatnonzero((ends > rows.start) & (ends - sizes < rows.stop))
            first = int(ends[groups[0]] - sizes[groups[0]]) if len(groups) else rows.start
            table = file.read_row_groups([int(i) for i in groups], columns=columns)
    except (OSError, pa.ArrowException) as e:
        raise DataError(f"{path} cannot be read ({type(e).__name__}); ingest the data again.") from None
    found: pd.DataFrame = table.slice(rows.start - first, rows.stop - rows.start).to_pandas()
    return found.reset_index(drop=True)


def parts_of_train(dataset: Dataset, n_rows: int) -> Iterator[slice]:
    """Train cut into parts of about `n_rows` rows each, no user in two of them."""
    n, start = dataset.n_rows("train"), 0
    users = _users_of_train(dataset)
    while start < n:
        stop = min(start + n_rows, n)
        if stop < n:  # at the end of the user who has the row before it
            stop = int(np.searchsorted(users, users[stop - 1], side="right"))
        yield slice(start, stop)
        start = stop


def _users_of_train(dataset: Dataset) -> NDArray[np.int32]:
    return train_rows(dataset, slice(0, dataset.n_rows("train")), ["user_idx"])["user_idx"].to_numpy()
