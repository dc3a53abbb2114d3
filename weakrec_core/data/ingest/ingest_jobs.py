"""Making a dataset in a process of its own; pages watch its progress."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from weakrec_core import files
from weakrec_core.data.dataset import list_datasets
from weakrec_core.errors import DataError
from weakrec_core.jobs import processes
from weakrec_core.workspace import Workspace

PROGRESS_VARIABLE = "WEAKREC_PROGRESS_FILE"
_PROGRESS = "progress.json"


@dataclass(frozen=True)
class JobStatus:
    """How far a job is. `error` is one sentence if it failed; `done` means that the dataset is ready."""

    fraction: float
    message: str
    done: bool = False
    error: str | None = None


def start_job(workspace: Workspace, name: str, arguments: Sequence[str]) -> None:
    """Run ``python -m weakrec_core ARGUMENTS``, which makes the dataset `name`, unless a process is at it already."""
    directory = _directory(workspace, name)
    if not processes.running(directory):
        (directory / _PROGRESS).unlink(missing_ok=True)
        processes.start(workspace, directory, arguments, {PROGRESS_VARIABLE: str(directory / _PROGRESS)})


def start_demo_job(workspace: Workspace, name: str = "demo") -> None:
    """Make the synthetic demo dataset; of ``$WEAKREC_DEMO_USERS`` readers where that is set, with a tenth of the rows for dev."""
    users = os.environ.get("WEAKREC_DEMO_USERS")
    size = ["--users", users] if users else ["--dev-rows", "8000"]
    start_job(workspace, name, ["demo", "--out", str(_directory(workspace, name) / "raw"), "--name", name, *size])


def job_status(workspace: Workspace, name: str) -> JobStatus | None:
    """The status of the job that makes dataset `name`, or None if there was none."""
    directory = _directory(workspace, name)
    if not processes.started(directory):
        return None
    try:
        value = json.loads((directory / _PROGRESS).read_text(encoding="utf-8"))
        fraction, message = value["fraction"], value["message"]
    except FileNotFoundError:
        fraction, message = 0.0, "Starting"
    if processes.running(directory):
        return JobStatus(fraction, message)
    if fraction == 1.0 and name in list_datasets(workspace):
        return JobStatus(1.0, "Done", done=True)
    return JobStatus(fraction, "Failed", error=processes.last_words(directory))


def forget_job(workspace: Workspace, name: str) -> None:
    """Drop the record of a job that has ended."""
    processes.forget(_directory(workspace, name))


def unfinished_jobs(workspace: Workspace) -> dict[str, JobStatus]:
    """Jobs that run or have failed, by dataset name."""
    names = sorted(path.name for path in workspace.jobs.glob("[!.]*"))
    found = {name: job_status(workspace, name) for name in names}
    return {name: status for name, status in found.items() if status is not None and not status.done}


def _directory(workspace: Workspace, name: str) -> Path:
    if not name:
        raise DataError("The new dataset needs a name.")
    return workspace.jobs / files.checked_name(name, "Dataset")
