"""Labels given by hand, as a log that is only appended to: who said what of which dev row, when, and what it was before.

A file for each content of a dataset, ``$WEAKREC_HOME/gold/NAME/FINGERPRINT.jsonl``. Every state that the log has ever had is one of
its beginnings, and has a fingerprint of its own: who froze one finds it again.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from weakrec_core import files
from weakrec_core.workspace import Workspace


class GoldLine(BaseModel):
    """One label given by hand: 1 POSITIVE, 0 NEGATIVE, -1 not known; `before` is what counted until then."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    user_id: str
    book_id: str
    before: Literal[1, 0, -1]
    gold: Literal[1, 0, -1]
    author: str
    at: str


def log_file(workspace: Workspace, name: str, data_fingerprint: str) -> Path:
    """Where the log of a content of a dataset is."""
    return workspace.gold / name / f"{data_fingerprint}.jsonl"


def read_log(workspace: Workspace, name: str, data_fingerprint: str) -> tuple[GoldLine, ...]:
    """All lines, oldest first; what an interrupted writer has left of one counts for nothing."""
    try:
        lines = log_file(workspace, name, data_fingerprint).read_text(encoding="utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return ()
    return tuple(line for text in lines if (line := _parsed(text)) is not None)


def append_log(workspace: Workspace, name: str, data_fingerprint: str, lines: Sequence[GoldLine]) -> None:
    """Add lines at the end; those of two people at once do not mix."""
    files.append_lines(log_file(workspace, name, data_fingerprint), (line.model_dump_json() for line in lines))


def left_aside(workspace: Workspace, name: str, data_fingerprint: str) -> int:
    """Number of rows labeled by hand in earlier data of that name, which do not count for this one."""
    paths = (workspace.gold / name).glob("[!.]*.jsonl")
    others = [path.stem for path in paths if path.stem != data_fingerprint]
    rows = {(line.user_id, line.book_id) for other in others for line in read_log(workspace, name, other)}
    return len(rows)


def fingerprint_with(data_fingerprint: str, log: Sequence[GoldLine]) -> str:
    """The fingerprint of the data with the labels of a log: the data's own where it is empty."""
    return _states(data_fingerprint, log)[-1]


def log_as_of(data_fingerprint: str, log: tuple[GoldLine, ...], fingerprint: str) -> tuple[GoldLine, ...] | None:
    """The beginning of a log with that `fingerprint_with`, or None if it never was so."""
    states = _states(data_fingerprint, log)
    return log[: states.index(fingerprint)] if fingerprint in states else None


def _states(data_fingerprint: str, log: Sequence[GoldLine]) -> list[str]:
    digest, states = hashlib.sha256(data_fingerprint.encode()), [data_fingerprint]
    for line in log:
        digest.update(json.dumps([line.user_id, line.book_id, line.gold]).encode())
        states.append(digest.hexdigest())
    return states


def _parsed(text: str) -> GoldLine | None:
    try:
        return GoldLine.model_validate_json(text)
    except ValidationError:
        return None
