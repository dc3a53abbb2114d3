"""Columns of votes computed elsewhere, attached to a dataset."""

import hashlib
import zlib
from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from weakrec_core import files, limits
from weakrec_core.activity import record
from weakrec_core.data.dataset import SPLITS, Dataset
from weakrec_core.errors import DataError
from weakrec_core.tables import cells_as_written, is_csv


def attach_columns(dataset: Dataset, path: Path) -> dict[str, int]:
    """Attach every vote column of a file in the format that ``label`` writes.

    The votes belong to the dataset's name and the original ids: they stay when it is ingested anew.

    Parameters
    ----------
    path : Path
        Parquet or CSV with user_id, book_id and one column of votes a LF: 1 (POSITIVE), 0 (NEGATIVE), -1 (ABSTAIN). Rows of
        the dataset that the file lacks abstain.

    Returns
    -------
    dict
        For each column how many rows of the dataset it votes on.

    Raises
    ------
    DataError
        If the file cannot be read, has no vote column, repeats a row, or a value is no vote; and if the dataset has a column
        of that name with other votes: votes once attached do not change. What was broken off is done again by the same call.
    """
    frame = read_keyed(path)
    if not {"user_id", "book_id"} <= set(frame.columns):
        raise DataError(f"{path} needs the columns user_id and book_id; it has {', '.join(map(str, frame.columns))}.")
    keyed = frame.astype({"user_id": "str", "book_id": "str"}).set_index(["user_id", "book_id"])
    if keyed.index.has_duplicates:
        user, book = keyed.index[keyed.index.duplicated()][0]
        raise DataError(f"{path} has more than one row of user {user} and book {book}.")
    if not len(keyed.columns):
        raise DataError(f"{path} has no column of votes beside user_id and book_id.")
    for name in keyed:
        files.checked_name(str(name), "Column")
        if not keyed[name].isin([1, 0, -1]).all():
            row = int(np.flatnonzero(~keyed[name].isin([1, 0, -1]))[0])
            raise DataError(f"Row {row + 1:,} of {path}, column {name}: {keyed[name].iloc[row]!r} is not 1, 0 or -1.")
        if str(name) in attached_columns(dataset) and not _holds(dataset, str(name), _voted(keyed, name)):
            raise _taken(dataset, str(name))
    files.make_directory(dataset.columns_path)
    for name in map(str, keyed):
        votes = _voted(keyed, name)
        try:
            with files.atomic_new(_file(dataset, name)) as tmp:
                votes.to_parquet(tmp, index=False)
        except FileExistsError:
            if not _holds(dataset, name, votes):
                raise _taken(dataset, name) from None
        record(dataset.workspace, "attached votes", f"{name} to {dataset.name}", after=attached_digest(dataset, name))
    return {name: sum(int((attached_votes(dataset, name, s) != -1).sum()) for s in SPLITS) for name in map(str, keyed)}


def _voted(keyed: pd.DataFrame, name: Hashable) -> pd.DataFrame:
    votes = keyed[name].astype("int8").rename("vote").reset_index()
    return votes[votes["vote"] != -1].sort_values(["user_id", "book_id"], ignore_index=True)


def _holds(dataset: Dataset, name: str, votes: pd.DataFrame) -> bool:
    """Whether just these votes are attached already."""
    if name in _of_table(dataset):
        return False
    try:
        kept = pd.read_parquet(_file(dataset, name))[["user_id", "book_id", "vote"]]
    except (OSError, ValueError, KeyError, pa.ArrowException):
        return False
    return votes.equals(kept.sort_values(["user_id", "book_id"], ignore_index=True))


def attached_columns(dataset: Dataset) -> list[str]:
    """Names of the attached columns and of those that came with the dataset's own table, sorted."""
    return sorted({path.stem for path in dataset.columns_path.glob("[!.]*.parquet")} | _of_table(dataset))


def attached_votes(dataset: Dataset, name: str, split: str) -> NDArray[np.int8]:
    """An attached column of a split, int8, shape [n]; `DataError` if there is none."""
    if name in _of_table(dataset):
        return dataset.kept(name, split).to_numpy(np.int8)
    path = _existing(dataset, name)
    rows = dataset.split(split)[["user_id", "book_id"]]
    # Of the column only what the split may have, the rest is not held: a merge of the texts of millions of rows takes seconds.
    of_split = pc.field("user_id").isin(pa.array(rows["user_id"].unique(), pa.string()))
    try:
        votes = pd.read_parquet(path, filters=of_split)[["user_id", "book_id", "vote"]]
    except (OSError, ValueError, KeyError, pa.ArrowException) as e:
        raise DataError(f"{path} cannot be read ({type(e).__name__}); attach the votes again.") from None
    found = rows.merge(votes, how="left", on=["user_id", "book_id"])["vote"]
    return found.fillna(-1).to_numpy(np.int8)


def attached_digest(dataset: Dataset, name: str) -> str:
    """A hash of an attached column's votes, which are not in the dataset's fingerprint; `DataError` if there is none."""
    if name in _of_table(dataset):
        return dataset.data_fingerprint
    path = _existing(dataset, name)
    state = path.stat()
    return _digest(path, state.st_ino, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=1000)
def _digest(path: Path, inode: int, size: int, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _of_table(dataset: Dataset) -> set[str]:
    return {name for name, column in dataset.kept_columns.items() if column.kind == "votes"}


def _existing(dataset: Dataset, name: str) -> Path:
    if name not in attached_columns(dataset):
        known = ", ".join(attached_columns(dataset)) or "none"
        raise DataError(f"Dataset {dataset.name!r} has no column {name!r}; attached are: {known}.")
    return _file(dataset, name)


def _taken(dataset: Dataset, name: str) -> DataError:
    return DataError(f"Dataset {dataset.name!r} has a column {name!r} already; attach it under another name.")


def _file(dataset: Dataset, name: str) -> Path:
    return dataset.columns_path / f"{name}.parquet"


def read_keyed(path: Path) -> pd.DataFrame:
    """A CSV or Parquet file with user_id and book_id, ids as they are written."""
    from weakrec_core.packing import check_parquet, verify  # with DuckDB, which the first page does not wait for

    try:
        verify(path, limit=limits.KEYED_TABLE)
        # An id such as 007 is no number.
        if not is_csv(path):
            check_parquet(path, path, limits.KEYED_TABLE)
            return pd.read_parquet(path)
        return cells_as_written(pd.read_csv(path, dtype={"user_id": "str", "book_id": "str"}))
    except (OSError, EOFError, ValueError, zlib.error, pa.ArrowException) as e:
        reason = " ".join(str(e).split()).rstrip(".")
        raise DataError(f"{path} cannot be read as {'CSV' if is_csv(path) else 'Parquet'}: {reason}.") from None
