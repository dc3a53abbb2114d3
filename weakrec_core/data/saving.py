"""Writing a dataset to its workspace."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from weakrec_core import files
from weakrec_core.activity import record
from weakrec_core.data import flat_layout, storage
from weakrec_core.data.dataset import BOOK_COLUMNS, KEPT, RATING_TEXT, ROW_COLUMNS, Dataset, move_flat
from weakrec_core.data.dataset_info import FORMAT, SPLITS
from weakrec_core.data.histories import Histories
from weakrec_core.errors import DataError
from weakrec_core.tables import write_parquet
from weakrec_core.workspace import Workspace

_ROW_GROUP = 100_000  # rows
_PACKED = "zstd"


def save_dataset(
    workspace: Workspace,
    name: str,
    rows: pd.DataFrame,
    books: pd.DataFrame,
    histories: Histories,
    user_ids: NDArray[np.object_],
    meta: dict[str, Any],
) -> Dataset:
    """Write a dataset to the workspace; an older one of that name is replaced only when all is written.

    Whoever has the older one open goes on with it. Votes attached to it stay, by the original ids.

    Parameters
    ----------
    rows : DataFrame
        The columns of `ROW_COLUMNS` with true gold for every split, plus ``split``; perhaps ``rating_text``, and columns
        that are kept for LFs, their names after `KEPT`.
    books : DataFrame
        The columns of `BOOK_COLUMNS`, ordered by ``book_idx``.
    user_ids : array of str, shape [n_users]
    meta : dict
        JSON-serialisable.
    """
    home = workspace.datasets / files.checked_name(name, "Dataset")
    lease, before = storage.new_directory(home), storage.fingerprint_of(home)
    try:
        fingerprint = _write_files(lease.directory, rows, books, histories, user_ids, meta)
        if flat_layout.is_flat(home):
            with suppress(DataError):  # what cannot be read is replaced all the same
                move_flat(home)
        storage.publish(home, lease, fingerprint)
    except BaseException:
        storage.discard(home, lease)
        raise
    flat_layout.remove_files(home)
    storage.sweep(home)
    record(workspace, "saved dataset", name, before, fingerprint)
    return Dataset(workspace, name, lease)


def _write_files(
    directory: Path,
    rows: pd.DataFrame,
    books: pd.DataFrame,
    histories: Histories,
    user_ids: NDArray[np.object_],
    meta: dict[str, Any],
) -> str:
    """Write all files of a dataset; returns its fingerprint."""
    order = np.lexsort((rows["book_idx"], rows["user_idx"]))
    split_of = rows["split"].to_numpy()[order]
    digest = hashlib.sha256()
    counts = {}
    written = [column for column in [RATING_TEXT] if column in rows]
    kept = {column: str(column).removeprefix(KEPT) for column in rows if str(column).startswith(KEPT)}
    types = {"user_idx": "int32", "book_idx": "int32", "rating": "float32", "gold": "int8"}
    types |= dict.fromkeys(("user_id", "book_id", "review_text"), "str")
    for split in SPLITS:
        at = order[split_of == split]
        if kept:
            beside = rows[list(kept)].rename(columns=kept)
            _digest(digest, beside, at)
            write_parquet(_pieces(beside, at), directory / f"{split}_kept.parquet", _PACKED)
        part = rows[[*ROW_COLUMNS, *written]]
        counts[split] = len(at)
        _digest(digest, part, at, types)
        pieces = _pieces(part, at, types)
        if split == "train":
            write_parquet(_pieces(part[["gold"]], at, {"gold": "int8"}), directory / "train_gold.parquet", _PACKED)
            hidden: dict[str, Any] = {"rating": np.float32("nan"), "gold": np.int8(-1)}
            pieces = (piece.assign(**hidden).drop(columns=written) for piece in pieces)
        write_parquet(pieces, directory / f"{split}.parquet", _PACKED)
    books = books.loc[:, list(BOOK_COLUMNS)].reset_index(drop=True)
    everything = np.arange(len(books))
    _digest(digest, books.drop(columns="similar_books"), everything)
    digest.update(repr([list(map(int, s)) for s in books["similar_books"]]).encode())
    write_parquet(_pieces(books, everything), directory / "books.parquet", _PACKED)
    digest.update(histories.indptr.tobytes() + histories.indices.tobytes())
    users = pa.table(
        {
            "user_id": pa.array(user_ids, pa.string()),
            "book_idxs": pa.ListArray.from_arrays(histories.indptr.astype(np.int32), histories.indices),
        }
    )
    pq.write_table(users, directory / "users.parquet", row_group_size=_ROW_GROUP, compression=_PACKED)
    fingerprint = digest.hexdigest()
    info = {
        "format": FORMAT,
        "fingerprint": fingerprint,
        "rows": counts,
        "n_users": histories.n_users,
        "n_books": len(books),
        "meta": meta,
    }
    files.write_json(directory / "dataset.json", info)
    return fingerprint


def _pieces(
    table: pd.DataFrame, at: NDArray[np.int64], types: Mapping[str, str] | None = None
) -> Iterator[pd.DataFrame]:
    """The rows of a table at some positions, a row group at a time: as a table of their own they would be in memory twice.

    Of these groups a part of train can be read: see `TrainPart`.
    """
    for rows in _row_groups(at):
        yield table.iloc[rows].astype(types or {})


def _row_groups(at: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """The positions of a row group after the other, at least one."""
    for start in range(0, max(len(at), 1), _ROW_GROUP):
        yield at[start : start + _ROW_GROUP]


def _digest(
    digest: "hashlib._Hash", table: pd.DataFrame, at: NDArray[np.int64], types: Mapping[str, str] | None = None
) -> None:
    """Take in the rows at some positions, a column after the other; a table of one column would cost six times as much."""
    for name, column in table.items():
        digest.update(str(name).encode())
        kind: Any = (types or {}).get(str(name), column.dtype)
        for rows in _row_groups(at):
            digest.update(pd.util.hash_array(column.iloc[rows].astype(kind).values).tobytes())
