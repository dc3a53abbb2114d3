"""Stars and notes on rows, one file each, so that two people who write at once lose nothing."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from weakrec_core import LABEL_NAMES, files
from weakrec_core.access import check_write
from weakrec_core.data.dataset import SPLITS, Dataset
from weakrec_core.data.row_positions import row_positions
from weakrec_core.errors import DataError

NOTE_LENGTH = 2000  # characters at most
_COLUMNS = ["user_id", "book_id", "note", "written"]


def write_note(dataset: Dataset, user_id: str, book_id: str, note: str) -> None:
    """Star a row, with a note that may be empty; an older note on the row is replaced.

    Notes belong to the dataset's name and the original ids: they stay when it is ingested anew.

    Raises
    ------
    DataError
        If the note is too long.
    """
    if len(note) > NOTE_LENGTH:
        raise DataError(f"A note has at most {NOTE_LENGTH:,} characters; this one has {len(note):,}.")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    files.write_json(
        _path(dataset, user_id, book_id), {"user_id": user_id, "book_id": book_id, "note": note, "written": now}
    )


def remove_note(dataset: Dataset, user_id: str, book_id: str) -> None:
    """Take star and note off a row; nothing happens if there is none."""
    check_write(_path(dataset, user_id, book_id))
    _path(dataset, user_id, book_id).unlink(missing_ok=True)


def read_notes(dataset: Dataset) -> pd.DataFrame:
    """All notes of a dataset: user_id, book_id, note, written (UTC); oldest first."""
    records = []
    for path in _directory(dataset).glob("[!.]*.json"):
        try:
            record = files.read_json(path)
        except FileNotFoundError:  # removed meanwhile by somebody else
            continue
        except (OSError, ValueError):
            record = None
        if not isinstance(record, dict) or not all(isinstance(record.get(c), str) for c in _COLUMNS):
            raise DataError(f"{path} is not a note; remove the file to read the others.")
        records.append(record)
    table = pd.DataFrame(records, columns=_COLUMNS, dtype="str")
    return table.sort_values(["written", "user_id", "book_id"], ignore_index=True)


def starred_rows(dataset: Dataset, split: str) -> dict[int, str]:
    """Note by position of the row in a split."""
    return {row: note for at, row, note in _located(dataset) if at == split}


def export_notes(dataset: Dataset) -> pd.DataFrame:
    """The notes with what they are on: user_id, book_id, title, author, split, gold, review_text, note, written."""
    notes = read_notes(dataset)
    located: dict[tuple[str, str], dict[str, Any]] = {}
    for split, row, _ in _located(dataset):
        record = dataset.split(split).iloc[row]
        gold = int(record["gold"])
        located[record["user_id"], record["book_id"]] = {
            "split": split,
            "gold": LABEL_NAMES[gold] if gold >= 0 else None,
            "review_text": record["review_text"],
        }
    books = dataset.books.set_index("book_id")[["title", "author_name"]]
    table = notes.join(books, on="book_id").rename(columns={"author_name": "author"})
    found = [located.get(key, {}) for key in zip(table["user_id"], table["book_id"], strict=True)]
    table = table.join(pd.DataFrame(found, columns=["split", "gold", "review_text"], index=table.index))
    return table[["user_id", "book_id", "title", "author", "split", "gold", "review_text", "note", "written"]]


def _located(dataset: Dataset) -> list[tuple[str, int, str]]:
    """Split, position and note of every note whose row is in the data."""
    notes = read_notes(dataset)
    ids = list(zip(notes["user_id"], notes["book_id"], strict=True))
    return [
        (split, int(row), note)
        for split in (SPLITS if ids else ())
        for row, note in zip(row_positions(dataset.split(split), ids), notes["note"], strict=True)
        if row >= 0
    ]


def _directory(dataset: Dataset) -> Path:
    return dataset.workspace.notes / dataset.name


def _path(dataset: Dataset, user_id: str, book_id: str) -> Path:
    key = hashlib.sha256(json.dumps([user_id, book_id]).encode()).hexdigest()[:24]
    return _directory(dataset) / f"{key}.json"
