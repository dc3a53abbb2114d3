"""Some rows of a dataset's train, as a dataset of its own: what one process holds of a dataset that is larger than its memory."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.errors import DataError

_TRAIN = "train.parquet"
_AT_ONCE = 1 << 18  # rows


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
        if split != "train":
            return self.whole.column(split, name)
        if split in self._splits:
            return self._splits[split][name]
        if (split, name) not in self._columns:
            self._columns[split, name] = train_rows(self.whole, self.rows, [name])[name]
        return self._columns[split, name]

    def kept(self, name: str, split: str) -> pd.Series:
        values = super().kept(name, split)
        return values.iloc[self.rows].reset_index(drop=True) if split == "train" else values

    def train_gold(self) -> NDArray[np.int8]:
        return super().train_gold()[self.rows]

    def _fingerprint(self, of_whole: str) -> str:
        return hashlib.sha256(f"{of_whole} {self.rows.start}:{self.rows.stop}".encode()).hexdigest()


def train_rows(dataset: Dataset, rows: slice, columns: list[str] | None = None) -> pd.DataFrame:
    """Some rows of train; of the file no more is read than the row groups that they are in."""
    with _train_file(dataset) as file:
        starts = _footer(dataset.path)[1]
        groups = np.flatnonzero((starts[1:] > rows.start) & (starts[:-1] < rows.stop))
        first = int(starts[groups[0]]) if len(groups) else rows.start
        table = file.read_row_groups([int(i) for i in groups], columns=columns)
    found: pd.DataFrame = table.slice(rows.start - first, rows.stop - rows.start).to_pandas()
    return found.reset_index(drop=True)


def parts_of_train(dataset: Dataset, n_rows: int) -> Iterator[slice]:
    """Train cut into parts of about `n_rows` rows each, no user in two of them."""
    start = 0
    for ends in _ends_of_users(dataset):
        while (at := np.searchsorted(ends, start + n_rows)) < len(ends):  # the end of the user who has the last row
            yield slice(start, int(ends[at]))
            start = int(ends[at])
    if start < dataset.n_rows("train"):
        yield slice(start, dataset.n_rows("train"))


def _ends_of_users(dataset: Dataset) -> Iterator[NDArray[np.int64]]:
    """Where in train the rows of each user end, piece by piece: all at once would be 4 bytes a row."""
    start, last = 0, None
    with _train_file(dataset) as file:
        for batch in file.iter_batches(_AT_ONCE, columns=["user_idx"]):
            users = batch.column(0).to_numpy()
            began = np.array([start] if last not in (None, users[0]) else [], np.int64)
            yield np.concatenate([began, start + 1 + np.flatnonzero(np.diff(users))])
            start, last = start + len(users), users[-1]


@contextmanager
def _train_file(dataset: Dataset) -> Iterator[pq.ParquetFile]:
    path = dataset.path / _TRAIN
    try:
        with pq.ParquetFile(path, metadata=_footer(dataset.path)[0]) as file:
            yield file
    except (OSError, pa.ArrowException) as e:
        raise DataError(f"{path} cannot be read ({type(e).__name__}); ingest the data again.") from None


@lru_cache(
    2
)  # where row groups are many, to read it takes as long as a part does; nobody changes a dataset's directory
def _footer(directory: Path) -> tuple[pq.FileMetaData, NDArray[np.int64]]:
    """What train's file says of itself, and where each row group starts, the end last."""
    said = pq.read_metadata(directory / _TRAIN)
    sizes = [said.row_group(i).num_rows for i in range(said.num_row_groups)]
    return said, np.cumsum([0, *sizes])
