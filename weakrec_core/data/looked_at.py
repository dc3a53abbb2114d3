"""Which rows were looked at one by one: a line each, appended, so that two people at once lose nothing."""

import json
from datetime import UTC, datetime
from pathlib import Path

from weakrec_core import files
from weakrec_core.access import may_write
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.row_positions import row_positions


def mark_looked_at(dataset: Dataset, user_id: str, book_id: str) -> None:
    """Remember that a row was looked at, but by a viewer; that belongs to the dataset's name and the original ids, as notes do."""
    if not may_write():
        return
    at = datetime.now(UTC).isoformat(timespec="seconds")
    files.append_lines(_path(dataset), [json.dumps({"user_id": user_id, "book_id": book_id, "at": at})])


def looked_at(dataset: Dataset, split: str) -> set[int]:
    """Positions of the rows of a split that were looked at; lines that are damaged count for nothing."""
    try:
        lines = _path(dataset).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return set()
    positions = row_positions(dataset.split(split), {ids for line in lines if (ids := _ids(line)) is not None})
    return set(positions.tolist()) - {-1}


def _ids(line: str) -> tuple[str, str] | None:
    try:
        record = json.loads(line)
        user_id, book_id = record["user_id"], record["book_id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return (user_id, book_id) if isinstance(user_id, str) and isinstance(book_id, str) else None


def _path(dataset: Dataset) -> Path:
    return dataset.workspace.notes / dataset.name / "looked_at.jsonl"
