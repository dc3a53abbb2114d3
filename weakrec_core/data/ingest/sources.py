"""Files that a page may ingest: what was uploaded, and what lies in the folder that the operator names. Never a path."""

import hashlib
import os
import re
import shutil
import time
from pathlib import Path

from weakrec_core import files
from weakrec_core.workspace import Workspace

DATA_VARIABLE = "WEAKREC_DATA"
SUFFIXES = ("csv", "tsv", "txt", "json", "jsonl", "ndjson", "gz", "parquet", "xlsx", "zip")
_DEPTH = 3
_KEPT_SECONDS = 7 * 24 * 3600


def keep_upload(workspace: Workspace, name: str, content: bytes) -> Path:
    """Write an uploaded file where a process of its own finds it; uploads that are a week old go.

    The same content under the same name is kept once.
    """
    digest = hashlib.sha256(content).hexdigest()[:16]
    stem = re.sub(r"[^\w.-]+", "_", Path(name).name, flags=re.ASCII).lstrip("._-")[-80:] or "table"
    path = workspace.uploads / digest / stem
    if not path.exists():
        _sweep(workspace.uploads)
        with files.atomic(path) as tmp:
            tmp.write_bytes(content)
    os.utime(path.parent)
    return path


def data_folder() -> Path | None:
    """The folder that ``$WEAKREC_DATA`` names, or None."""
    named = os.environ.get(DATA_VARIABLE)
    folder = Path(named).resolve() if named else None
    return folder if folder is not None and folder.is_dir() else None


def offered_files(folder: Path) -> dict[str, Path]:
    """Regular files of the folder and of those in it, by their name in it; no hidden ones, none that a link leads out to."""
    found = {}
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if len(inner.parts) > _DEPTH or any(part.startswith(".") for part in inner.parts):
            continue
        if path.suffix.lstrip(".").lower() in SUFFIXES and path.is_file() and path.resolve().is_relative_to(folder):
            found[inner.as_posix()] = path
    return found


def by_name(workspace: Workspace, message: str) -> str:
    """A message about such a file with its name instead of where it lies on the server."""
    message = re.sub(re.escape(f"{workspace.uploads}/") + "[0-9a-f]{16}/", "", message)
    folder = data_folder()
    return message if folder is None else message.replace(f"{folder}/", "")


def _sweep(uploads: Path) -> None:
    old = time.time() - _KEPT_SECONDS
    for directory in uploads.glob("*"):
        if directory.stat().st_mtime < old:
            shutil.rmtree(directory, ignore_errors=True)
