"""A dataset: rows to label, books, and the histories of the users; kept as Parquet plus one JSON."""

import copy
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from weakrec_core import ABSTAIN, files
from weakrec_core.access import check_sight, may_see
from weakrec_core.data import flat_layout, storage
from weakrec_core.data.dataset_info import SPLITS as SPLITS
from weakrec_core.data.dataset_info import DatasetInfo, read_info
from weakrec_core.data.gold_log import GoldLine, fingerprint_with, log_as_of, read_log
from weakrec_core.data.histories import Histories, read_histories, read_histories_of, read_n_readers
from weakrec_core.data.kept_columns import KeptColumn
from weakrec_core.data.noun import Noun
from weakrec_core.data.row_positions import row_positions
from weakrec_core.errors import DataError
from weakrec_core.workspace import Workspace

T = TypeVar("T")

ROW_COLUMNS = ("user_idx", "book_idx", "user_id", "book_id", "review_text", "rating", "gold")
RATING_TEXT = "rating_text"  # of rows whose ratings were not all plain numbers
KEPT = "kept:"  # before the names of columns of the table that are kept for LFs
BOOK_COLUMNS = ("book_id", "title", "first_author", "author_name", "average_rating", "ratings_count", "similar_books")


class Dataset:
    """One dataset of a workspace as it was when it was opened, each part read when first asked for.

    Somebody may ingest other data under its name meanwhile: an open dataset holds on to its own files.

    Splits are disjoint by user, or by time: then users of dev, valid and test, who are different ones, have their earlier rows
    in train, and histories end where the held-out rows begin. Rows of a split are sorted by ``user_idx``, then ``book_idx``.
    ``book_idx`` and ``user_idx`` are positions: ``books.iloc[book_idx]``, ``histories.of(user_idx)``.

    Attributes
    ----------
    workspace : Workspace
    name : str
    meta : dict
        Where the data came from, the filters, the seed, and the counts of what was skipped.
    data_fingerprint : str
        SHA-256 of the content as it was ingested, independent of name and path. Histories, reviews, signals and test depend on it.
    fingerprint : str
        The same with the labels given by hand: what all that gold enters depends on.
    gold_log : tuple of GoldLine
        Labels given by hand to dev rows, oldest first; the later counts.
    """

    def __init__(self, workspace: Workspace, name: str, lease: storage.Lease):
        info = _info(lease.directory)
        self.workspace = workspace
        self.name = name
        self.meta = info.meta
        self.fingerprint = self.data_fingerprint = info.fingerprint
        self.gold_log: tuple[GoldLine, ...] = ()
        self._counts = info.rows
        self.n_users = info.n_users
        self.n_books = info.n_books
        self._lease = lease
        self._splits: dict[str, pd.DataFrame] = {}
        self._columns: dict[tuple[str, str], pd.Series] = {}  # of splits that are not read yet

    @property
    def path(self) -> Path:
        """The directory of its files; nobody changes it, and nobody removes it as long as the dataset is open."""
        return self._lease.directory

    @property
    def columns_path(self) -> Path:
        """The directory of the votes attached to the dataset's name; see `attached_columns`."""
        return self.path.parent / storage.COLUMNS

    @cached_property
    def kept_columns(self) -> dict[str, KeptColumn]:
        """Columns of the table that it was made of which are kept for LFs to look at, by name."""
        return {name: KeptColumn.model_validate(said) for name, said in self.meta.get("kept", {}).items()}

    def kept(self, name: str, split: str) -> pd.Series:
        """A kept column of a split: float64 (NaN = not known), category (NaN = not known) or int8 votes, by its kind."""
        values = _read(self.path / f"{_checked_split(split)}_kept.parquet", columns=[name])[name]
        return values.astype("category") if self.kept_columns[name].kind == "category" else values

    @property
    def noun(self) -> Noun:
        """What it calls its items."""
        return Noun(*self.meta["noun"]) if "noun" in self.meta else Noun()

    @property
    def by_time(self) -> bool:
        """Whether the last rows of each user are held out; else every user is in one split only."""
        return bool(self.meta.get("splits", {}).get("by") == "time")

    def n_rows(self, split: str) -> int:
        """Number of rows in a split, without reading it."""
        return self._counts[_checked_split(split)]

    def split(self, split: str) -> pd.DataFrame:
        """The rows of a split.

        Returns
        -------
        DataFrame with a RangeIndex and the columns
            user_idx, book_idx (int32), user_id, book_id (str), review_text (str, NaN = no review),
            rating (float32, 1-5 as the user gave it), gold (int8; 1, 0, or -1 = not known).
            Where ratings were not all plain numbers, rating is a share of its scale (0-1) and rating_text what was written.
            For train, rating is NaN, gold is -1 throughout, and there is no rating_text: see `train_gold`.
        """
        if _checked_split(split) not in self._splits:
            rows = _read(self.path / f"{split}.parquet")
            self._splits[split] = self._relabeled(rows) if split == "dev" and self.gold_log else rows
            self._columns = {key: column for key, column in self._columns.items() if key[0] != split}
        return self._splits[split]

    def column(self, split: str, name: str) -> pd.Series:
        """One column of `split`, read without the others: of many train rows the texts of their ids alone take a second."""
        if split == "dev" or _checked_split(split) in self._splits:
            return self.split(split)[name]
        if (split, name) not in self._columns:
            self._columns[split, name] = _read(self.path / f"{split}.parquet", columns=[name])[name]
        return self._columns[split, name]

    @cached_property
    def ingested_dev_gold(self) -> NDArray[np.int8]:
        """Dev's gold labels without those given by hand, int8, shape [n_dev]."""
        return _read(self.path / "dev.parquet", columns=["gold"])["gold"].to_numpy(np.int8)

    def _relabeled(self, rows: pd.DataFrame) -> pd.DataFrame:
        said = {(line.user_id, line.book_id): line.gold for line in self.gold_log}
        positions = row_positions(rows, said)
        gold = rows["gold"].to_numpy(np.int8, copy=True)
        there = positions >= 0
        gold[positions[there]] = np.array(list(said.values()), np.int8)[there]
        return rows.assign(gold=gold)

    def gold(self, split: str) -> NDArray[np.int8]:
        """Gold labels of a split, int8, shape [n]; -1 where not known (always so for train)."""
        return self.column(split, "gold").to_numpy(np.int8)

    def has_gold(self, split: str) -> bool:
        """Whether any row of a split has a gold label."""
        return bool((self.gold(split) >= 0).any())

    def with_dev_gold(self, known: NDArray[np.bool_]) -> "Dataset":
        """The same data with less gold: that of the dev rows where `known` (bool, shape [n_dev]), -1 elsewhere."""
        other = copy.copy(self)
        dev = self.split("dev")
        other._splits = self._splits | {"dev": dev.assign(gold=np.where(known, dev["gold"], ABSTAIN).astype(np.int8))}
        other.fingerprint = hashlib.sha256(self.fingerprint.encode() + np.packbits(known).tobytes()).hexdigest()
        return other

    def with_gold_log(self, log: tuple[GoldLine, ...]) -> "Dataset":
        """The same data with these labels given by hand, and no others; what has been read of the files is shared."""
        other = copy.copy(self)
        other._splits = {split: rows for split, rows in self._splits.items() if split != "dev"}
        other.gold_log = log
        other.fingerprint = fingerprint_with(self.data_fingerprint, log)
        return other

    def as_of(self, fingerprint: str) -> "Dataset | None":
        """The same data with the labels by hand that it had when its fingerprint was this one; None if that never was."""
        log = log_as_of(self.data_fingerprint, read_log(self.workspace, self.name, self.data_fingerprint), fingerprint)
        return None if log is None else self.with_gold_log(log)

    def train_gold(self) -> NDArray[np.int8]:
        """The hidden labels of train, for the gold-ceiling baseline and nothing else."""
        return _read(self.path / "train_gold.parquet")["gold"].to_numpy(np.int8)

    @cached_property
    def books(self) -> pd.DataFrame:
        """One row a book, by ``book_idx``.

        Columns: book_id, title (str), first_author (str, an id; NaN = not known), author_name (str, NaN = not
        known), average_rating (float64), ratings_count (float64), similar_books (list of book_idx).
        """
        return _read(self.path / "books.parquet")

    @cached_property
    def histories(self) -> Histories:
        """All books a user interacted with, rated or not; by time, before the first row that is held out."""
        return self._of_users(read_histories)

    def histories_of(self, users: NDArray[np.integer]) -> Histories:
        """Those of some users, ascending, by position among them; those of all are not read for it."""
        if "histories" in vars(self):
            return self.histories.select(users)
        return self._of_users(lambda path: read_histories_of(path, users))

    @cached_property
    def n_readers(self) -> NDArray[np.int64]:
        """How many users have each book in their histories, shape [n_books]; these are not kept for it."""
        return self._of_users(lambda path: read_n_readers(path, self.n_books))

    def _of_users(self, read: Callable[[Path], T]) -> T:
        path = self.path / "users.parquet"
        with _reading(path):
            return read(path)

    @cached_property
    def user_ids(self) -> pd.Series:
        """Original user id by ``user_idx``."""
        return _read(self.path / "users.parquet", columns=["user_id"])["user_id"]

    def __repr__(self) -> str:
        rows = ", ".join(f"{self._counts[s]:,} {s}" for s in SPLITS)
        return f"Dataset({self.name!r}: {rows}; {self.n_users:,} users, {self.noun.counted(self.n_books)})"


def open_dataset(workspace: Workspace, name: str, fingerprint: str | None = None) -> Dataset:
    """Open a dataset of the workspace.

    Parameters
    ----------
    fingerprint : str, optional
        Open the data with this content, which may have been replaced by now, as long as somebody else has it open; where it
        is one with labels given by hand, with those. Without one: with all labels given by hand.

    Raises
    ------
    DataError
        If there is none, or not of that content any more.
    """
    home = workspace.datasets / files.checked_name(name, "Dataset")
    check_sight(f"dataset {name}")
    if flat_layout.is_flat(home):
        move_flat(home)
    if not storage.exists(home):
        known = ", ".join(list_datasets(workspace)) or "none yet"
        raise DataError(f"There is no dataset {name!r} in {home.parent}; there are: {known}.")
    dataset = Dataset(workspace, name, storage.lease_current(home))
    storage.sweep(home)
    if fingerprint is None:
        return dataset.with_gold_log(read_log(workspace, name, dataset.data_fingerprint))
    if (found := dataset.as_of(fingerprint)) is not None:
        return found
    lease = storage.lease_version(home, fingerprint)
    if lease is None:
        raise DataError(f"Dataset {name!r} has changed; what it was before is gone.")
    return Dataset(workspace, name, lease)


def list_datasets(workspace: Workspace) -> list[str]:
    """Names of the datasets in the workspace, sorted."""
    homes = [home for home in workspace.datasets.glob("[!.]*") if storage.exists(home) or flat_layout.is_flat(home)]
    return sorted(home.name for home in homes if may_see(f"dataset {home.name}"))


def move_flat(home: Path) -> None:
    """Move the files of a dataset from where earlier versions had them to a directory of their own."""
    flat_layout.move_files(home, _info(home).fingerprint)


def _info(directory: Path) -> DatasetInfo:
    path = directory / "dataset.json"
    try:
        info = files.read_json(path)
    except FileNotFoundError:
        raise DataError(f"{path} is missing; ingest the data again.") from None
    except OSError as e:
        raise DataError(f"{path} cannot be read: {e.strerror}.") from None
    except ValueError:
        raise DataError(f"{path} is not valid JSON.") from None
    return read_info(info, path)


def _checked_split(split: str) -> str:
    if split not in SPLITS:
        raise DataError(f"There is no split {split!r}; the splits are {', '.join(SPLITS)}.")
    return split


def _read(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    with _reading(path):
        return pd.read_parquet(path, columns=columns)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as e:
        raise DataError(f"{path} cannot be read ({type(e).__name__}); ingest the data again.") from None
