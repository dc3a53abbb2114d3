"""Who did what, and when: a line for each change of what others see, appended and never altered."""

import getpass
import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from weakrec_core import files
from weakrec_core.access import at_work
from weakrec_core.workspace import Workspace

COLUMNS = ("at", "who", "what", "subject", "before", "after")
_DIGITS = 12  # of a fingerprint


def record(workspace: Workspace, what: str, subject: str, before: str | None = None, after: str | None = None) -> None:
    """Note a change that was made; that it cannot be noted is a warning, as the change stands.

    Parameters
    ----------
    what, subject : str
        Such as "saved LF set", "mine v3".
    before, after : str, optional
        Fingerprints of the content.
    """
    at = datetime.now(UTC).isoformat(timespec="seconds")
    who = at_work().name or getpass.getuser()
    values = (at, who, what, subject, (before or "")[:_DIGITS], (after or "")[:_DIGITS])
    try:
        files.append_lines(_path(workspace), [json.dumps(dict(zip(COLUMNS, values, strict=True)))])
    except OSError as e:
        logging.getLogger(__name__).warning("%s %s is not noted: %s", what, subject, e)


def entries(workspace: Workspace) -> pd.DataFrame:
    """All that was noted, newest first: at (UTC), who, what, subject, before, after; lines that are damaged are left out."""
    try:
        lines = _path(workspace).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        lines = []
    found = [entry for line in reversed(lines) if (entry := _entry(line)) is not None]
    return pd.DataFrame(found, columns=list(COLUMNS)).astype("str")


def _entry(line: str) -> tuple[str, ...] | None:
    try:
        values = json.loads(line)
        return tuple(str(values[column]) for column in COLUMNS)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _path(workspace: Workspace) -> Path:
    return workspace.root / "activity.jsonl"
