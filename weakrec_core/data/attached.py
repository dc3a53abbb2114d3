"""Columns of votes computed elsewhere, attached to a dataset."""

import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from weakrec_core import files
from weakrec_core.data.dataset import SPLITS, Dataset
from weakrec_core.errors import DataError


def attach_columns(dataset: Dataset, path: Path) -> dict[str, int]:
    """Attach every vote column of a file in the format that ``label`` writes.

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
        of that name already: votes once attached do not change.
    """
    frame = _read(path)
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
        if _file(dataset, str(name), SPLITS[0]).exists():
            raise DataError(f"Dataset {dataset.name!r} has a column {name!r} already; attach it under another name.")
    voted = dict.fromkeys(map(str, keyed), 0)
    for split in SPLITS:
        rows = pd.MultiIndex.from_frame(dataset.split(split)[["user_id", "book_id"]])
        of_split = keyed.reindex(rows).fillna(-1).astype("int8")
        for name in keyed:
            votes = of_split[name].to_numpy(np.int8)
            voted[str(name)] += int((votes != -1).sum())
            target = _file(dataset, str(name), split)
            with files.atomic(target) as tmp, tmp.open("wb") as f:
                np.save(f, votes)
    return voted


def attached_columns(dataset: Dataset) -> list[str]:
    """Names of the attached columns, sorted."""
    return sorted(p.name for p in (dataset.path / "columns").glob("[!.]*"))


def attached_votes(dataset: Dataset, name: str, split: str) -> NDArray[np.int8]:
    """An attached column of a split, int8, shape [n]; `DataError` if there is none."""
    if name not in attached_columns(dataset):
        known = ", ".join(attached_columns(dataset)) or "none"
        raise DataError(f"Dataset {dataset.name!r} has no column {name!r}; attached are: {known}.")
    return np.asarray(np.load(_file(dataset, name, split)))


def _file(dataset: Dataset, name: str, split: str) -> Path:
    return dataset.path / "columns" / name / f"{split}.npy"


def _read(path: Path) -> pd.DataFrame:
    is_csv = path.suffix in (".csv", ".gz")
    try:
        # An id such as 007 is no number.
        return pd.read_csv(path, dtype={"user_id": "str", "book_id": "str"}) if is_csv else pd.read_parquet(path)
    except (OSError, EOFError, ValueError, zlib.error, pa.ArrowException) as e:
        reason = " ".join(str(e).split()).rstrip(".")
        raise DataError(f"{path} cannot be read as {'CSV' if is_csv else 'Parquet'}: {reason}.") from None
