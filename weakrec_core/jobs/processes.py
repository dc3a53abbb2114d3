"""Running the command line in a process of its own, which outlives the browser tab and the server."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from weakrec_core import files
from weakrec_core.workspace import Workspace

_RECORD, _LOG = "process.json", "process.log"


def start(
    workspace: Workspace, directory: Path, arguments: Sequence[str], environment: Mapping[str, str] | None = None
) -> None:
    """Run ``python -m weakrec_core ARGUMENTS`` on a workspace, unless the process started for this directory still runs."""
    directory.mkdir(parents=True, exist_ok=True)
    if running(directory):
        return
    with (directory / _LOG).open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "weakrec_core", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=files.PROJECT,
            env=os.environ | workspace.environment | {"PYTHONPATH": _path()} | dict(environment or {}),
        )
    record = {"pid": process.pid, "started": psutil.Process(process.pid).create_time()}
    files.write_json(directory / _RECORD, record)


def _path() -> str:
    """The caller's module path with its working directory, where an operator's own modules may lie."""
    return os.pathsep.join([os.getcwd(), *filter(None, [os.environ.get("PYTHONPATH")])])


def started(directory: Path) -> bool:
    """Whether a process was started for this directory and not forgotten."""
    return (directory / _RECORD).exists()


def running(directory: Path) -> bool:
    """Whether that process still runs."""
    try:
        record = json.loads((directory / _RECORD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    return alive(record["pid"], record["started"])


def alive(pid: int, created: float | None) -> bool:
    """Whether a process runs; its time of creation tells it from a later one with the same id."""
    try:
        process = psutil.Process(pid)
        return bool(process.create_time() == created and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def last_words(directory: Path) -> str:
    """The last line of the process's log: for bad input, the one sentence of the command line."""
    path = directory / _LOG
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines() if path.exists() else []
    return lines[-1].removeprefix("error: ") if lines else "The process ended without a word."


def forget(directory: Path) -> None:
    """Drop the record of a process that has ended."""
    (directory / _RECORD).unlink(missing_ok=True)
