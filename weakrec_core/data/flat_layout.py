"""Datasets of workspaces from before a dataset had one directory a save: their files lay in ``datasets/NAME/`` itself."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd

from weakrec_core.data import storage
from weakrec_core.errors import DataError
from weakrec_core.files import atomic

_INFO = "dataset.json"
_SPLITS = ("train", "dev", "valid", "test")
_TABLES = (*(f"{split}.parquet" for split in _SPLITS), "train_gold.parquet", "books.parquet", "users.parquet")


def is_flat(home: Path) -> bool:
    """Whether files of the old layout are there."""
    return (home / _INFO).exists()


def move_files(home: Path, fingerprint: str) -> None:
    """Give a dataset of the old layout a directory of its own, with its attached votes beside it.

    Killed at any point, it is complete in one of the layouts, and the next call goes on; so do two at once.

    Raises
    ------
    DataError
        If a file is missing or cannot be read.
    """
    try:
        if not storage.exists(home):
            lease = storage.new_directory(home)
            for name in (_INFO, *_TABLES):
                _link(home / name, lease.directory / name)
            for column in sorted(p for p in (home / storage.COLUMNS).glob("[!.]*") if p.is_dir()):
                _convert(home, column)
            storage.publish(home, lease, fingerprint)
            lease.release()
        remove_files(home)
    except (OSError, ValueError) as e:
        raise DataError(f"{home} is of an older layout and cannot be moved ({type(e).__name__}: {e}).") from None


def remove_files(home: Path) -> None:
    """Remove what is left of the old layout."""
    for column in [p for p in (home / storage.COLUMNS).glob("[!.]*") if p.is_dir()]:
        shutil.rmtree(column, ignore_errors=True)
    for name in (*_TABLES, _INFO):
        (home / name).unlink(missing_ok=True)


def _convert(home: Path, column: Path) -> None:
    """Votes by position become votes by the original ids, as `attach_columns` keeps them."""
    parts = []
    for split in _SPLITS:
        if (column / f"{split}.npy").exists():
            rows = pd.read_parquet(home / f"{split}.parquet", columns=["user_id", "book_id"])
            parts.append(rows.assign(vote=np.load(column / f"{split}.npy", allow_pickle=False)))
    votes = pd.concat(parts, ignore_index=True)
    with atomic(column.with_name(f"{column.name}.parquet")) as tmp:
        votes[votes["vote"] != -1].to_parquet(tmp, index=False)


def _link(source: Path, target: Path) -> None:
    with suppress(OSError):  # on file systems without hard links
        os.link(source, target)
        return
    shutil.copyfile(source, target)
