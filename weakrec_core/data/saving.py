"""Writing a dataset to its workspace."""

import hashlib
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
from weakrec_core.workspace import Workspace

_ROW_GROUP = 100_000  # rows


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
    for split in SPLITS:
        of_split = rows.iloc[order[split_of == split]].reset_index(drop=True)
        if kept:
            beside = of_split[list(kept)].rename(columns=kept)
            _digest(digest, beside)
            _write(beside, directory / f"{split}_kept.parquet")
        part = of_split[[*ROW_COLUMNS, *written]]
        part = part.astype(
            {"user_idx": "int32", "book_idx": "int32", "rating": "float32", "gold": "int8"}
            | dict.fromkeys(("user_id", "book_id", "review_text"), "str")
        )
        counts[split] = len(part)
        _digest(digest, part)
        if split == "train":
            _write(part[["gold"]], directory / "train_gold.parquet")
            part = part.assign(rating=np.float32("nan"), gold=np.int8(-1)).drop(columns=written)
        _write(part, directory / f"{split}.parquet")
    books = books.loc[:, list(BOOK_COLUMNS)].reset_index(drop=True)
    _digest(digest, books.drop(columns="similar_books"))
    digest.update(repr([list(map(int, s)) for s in books["similar_books"]]).encode())
    _write(books, directory / "books.parquet")
    digest.update(histories.indptr.tobytes() + histories.indices.tobytes())
    users = pa.table(
        {
            "user_id": pa.array(user_ids, pa.string()),
            "book_idxs": pa.ListArray.from_arrays(histories.indptr.astype(np.int32), histories.indices),
        }
    )
    pq.write_table(users, directory / "users.parquet", compression="zstd")
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


def _write(frame: pd.DataFrame, path: Path) -> None:
    """A row group at a time, which takes less memory, and a part of train can be read: see `TrainPart`."""
    schema = pa.Schema.from_pandas(frame, preserve_index=False)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, max(len(frame), 1), _ROW_GROUP):
            writer.write_table(
                pa.Table.from_pandas(frame.iloc[start : start + _ROW_GROUP], schema, preserve_index=False)
            )


def _digest(digest: "hashlib._Hash", frame: pd.DataFrame) -> None:
    for column in frame:
        digest.update(str(column).encode())
        # Some rows at a time: texts become Python's own on the way.
        for start in range(0, len(frame), _ROW_GROUP):
            some = frame[column].iloc[start : start + _ROW_GROUP]
            digest.update(pd.util.hash_pandas_object(some, index=False).to_numpy().tobytes())
