"""Some rows of a dataset's train, as a dataset of its own: what one process holds of a dataset that is larger than its memory."""

import copy
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.gold_log import GoldLine
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

    Attributes
    ----------
    pieces : tuple of slice
        The same.
    """

    def __init__(self, whole: Dataset, start: int, stop: int):
        self._take(whole, (slice(start, stop),))
        self.data_fingerprint = self._fingerprint(whole.data_fingerprint)
        self.fingerprint = self._fingerprint(whole.fingerprint)

    def _take(self, whole: Dataset, pieces: tuple[slice, ...]) -> None:
        vars(self).update(vars(whole))
        self.whole, self.pieces = whole, pieces
        self._splits, self._columns = {}, {}
        self._counts = whole._counts | {"train": sum(piece.stop - piece.start for piece in pieces)}

    @property
    def books(self) -> pd.DataFrame:
        return self.whole.books

    @property
    def histories(self) -> Histories:
        return self.whole.histories

    def histories_of(self, users: NDArray[np.integer]) -> Histories:
        return self.whole.histories_of(users)

    @property
    def n_readers(self) -> NDArray[np.int64]:
        return self.whole.n_readers

    @property
    def user_ids(self) -> pd.Series:
        return self.whole.user_ids

    def split(self, split: str) -> pd.DataFrame:
        if split != "train":
            return self.whole.split(split)
        if split not in self._splits:
            self._splits[split] = _rows_of(self.path / _TRAIN, self.pieces)
        return self._splits[split]

    def column(self, split: str, name: str) -> pd.Series:
        if split != "train":
            return self.whole.column(split, name)
        if split in self._splits:
            return self._splits[split][name]
        if (split, name) not in self._columns:
            self._columns[split, name] = _rows_of(self.path / _TRAIN, self.pieces, [name])[name]
        return self._columns[split, name]

    def kept(self, name: str, split: str) -> pd.Series:
        if split != "train":
            return self.whole.kept(name, split)
        values = _rows_of(self.path / "train_kept.parquet", self.pieces, [name])[name]
        return values.astype("category") if self.kept_columns[name].kind == "category" else values

    def train_gold(self) -> NDArray[np.int8]:
        return _rows_of(self.path / "train_gold.parquet", self.pieces)["gold"].to_numpy(np.int8)

    def with_dev_gold(self, known: NDArray[np.bool_]) -> "TrainPart":
        return self._over(self.whole.with_dev_gold(known))

    def with_gold_log(self, log: tuple[GoldLine, ...]) -> "TrainPart":
        return self._over(self.whole.with_gold_log(log))

    def _over(self, whole: Dataset) -> "TrainPart":
        """The same rows of a dataset that differs in dev's gold alone."""
        other = copy.copy(self)
        other.whole, other.gold_log = whole, whole.gold_log
        other.fingerprint = self._fingerprint(whole.fingerprint)
        return other

    def _fingerprint(self, of_whole: str) -> str:
        rows = " ".join(f"{piece.start}:{piece.stop}" for piece in self.pieces)
        return hashlib.sha256(f"{of_whole} {rows}".encode()).hexdigest()


def train_rows(dataset: Dataset, rows: slice, columns: list[str] | None = None) -> pd.DataFrame:
    """Some rows of train; of the file no more is read than the row groups that they are in."""
    return _rows_of(dataset.path / _TRAIN, (rows,), columns)


def _rows_of(path: Path, pieces: Sequence[slice], columns: list[str] | None = None) -> pd.DataFrame:
    """Some rows of a file, piece after piece."""
    with _opened(path) as file:
        starts = _footer(path)[1]
        tables = [_piece(file, starts, piece, columns, copied=len(pieces) > 1) for piece in pieces]
        found: pd.DataFrame = pa.concat_tables(tables).to_pandas()
    return found.reset_index(drop=True)


def _piece(
    file: pq.ParquetFile, starts: NDArray[np.int64], rows: slice, columns: list[str] | None, copied: bool
) -> pa.Table:
    groups = np.flatnonzero((starts[1:] > rows.start) & (starts[:-1] < rows.stop))
    first = int(starts[groups[0]]) if len(groups) else rows.start
    table = file.read_row_groups([int(i) for i in groups], columns=columns)
    if copied:  # a slice would hold on to the whole row groups
        return table.take(pa.array(np.arange(rows.start - first, rows.stop - first)))
    return table.slice(rows.start - first, rows.stop - rows.start)


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
    with _opened(dataset.path / _TRAIN) as file:
        for batch in file.iter_batches(_AT_ONCE, columns=["user_idx"]):
            users = batch.column(0).to_numpy()
            began = np.array([start] if last not in (None, users[0]) else [], np.int64)
            yield np.concatenate([began, start + 1 + np.flatnonzero(np.diff(users))])
            start, last = start + len(users), users[-1]


def n_train_users(dataset: Dataset) -> int:
    """Users with rows in train, counted piece by piece."""
    return sum(map(len, _ends_of_users(dataset))) + (dataset.n_rows("train") > 0)


def n_train_reviews(dataset: Dataset) -> int | None:
    """Train rows with a review, as their file says it; None where it does not."""
    path = dataset.path / _TRAIN
    with _opened(path) as file:
        said, at = file.metadata, file.schema_arrow.names.index("review_text")
    of_groups = [said.row_group(i).column(at).statistics for i in range(said.num_row_groups)]
    without = [found.null_count for found in of_groups if found is not None and found.has_null_count]
    return dataset.n_rows("train") - sum(without) if len(without) == len(of_groups) else None


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(path, metadata=_footer(path)[0]) as file:
            yield file
    except (OSError, pa.ArrowException) as e:
        raise DataError(f"{path} cannot be read ({type(e).__name__}); ingest the data again.") from None


@lru_cache(
    4
)  # where row groups are many, to read it takes as long as a part does; nobody changes a dataset's directory
def _footer(path: Path) -> tuple[pq.FileMetaData, NDArray[np.int64]]:
    """What a file says of itself, and where each row group starts, the end last."""
    said = pq.read_metadata(path)
    sizes = [said.row_group(i).num_rows for i in range(said.num_row_groups)]
    return said, np.cumsum([0, *sizes])
