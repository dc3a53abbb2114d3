"""Making a dataset in a process of its own; pages watch its progress."""

import os
from collections.abc import Sequence

from weakrec_core import files
from weakrec_core.data.dataset import list_datasets
from weakrec_core.errors import DataError, WeakrecError
from weakrec_core.jobs.job import Job
from weakrec_core.jobs.status import Status
from weakrec_core.workspace import Workspace

DEMO_USERS_VARIABLE = "WEAKREC_DEMO_USERS"


def ingest_job(workspace: Workspace, name: str) -> Job:
    """The job that makes the dataset `name`, begun or not."""
    if not name:
        raise DataError("The new dataset needs a name.")
    return Job(workspace.jobs / files.checked_name(name, "Dataset"), f"Dataset {name!r}")


def start_job(workspace: Workspace, name: str, arguments: Sequence[str]) -> bool:
    """Run ``python -m weakrec_core ARGUMENTS``, which makes the dataset `name`; returns False if a process is at it already."""
    return ingest_job(workspace, name).start(workspace, arguments)


def start_demo_job(workspace: Workspace, name: str = "demo", dev_rows: int = 8000) -> bool:
    """Make the synthetic demo dataset; ``$WEAKREC_DEMO_USERS`` makes it a small one, for a trial of the pages."""
    raw, users = str(ingest_job(workspace, name).path / "raw"), os.environ.get(DEMO_USERS_VARIABLE)
    size = ["--dev-rows", str(dev_rows)] if users is None else ["--users", users]
    return start_job(workspace, name, ["demo", "--out", raw, "--name", name, *size])


def job_status(workspace: Workspace, name: str) -> Status | None:
    """Where the job that makes dataset `name` stands, or None if there was none, or what it made is gone again."""
    status = ingest_job(workspace, name).status
    if status is not None and status.state == "succeeded" and name not in list_datasets(workspace):
        return None
    return status


def forget_job(workspace: Workspace, name: str) -> None:
    """Drop the record of a job that has ended."""
    ingest_job(workspace, name).forget()


def unfinished_jobs(workspace: Workspace) -> dict[str, Status]:
    """Jobs that are active or did not succeed, by dataset name."""
    names = sorted(path.name for path in workspace.jobs.glob("[!.]*"))
    found = {name: _status_or_damage(workspace, name) for name in names}
    return {name: status for name, status in found.items() if status is not None and status.state != "succeeded"}


def _status_or_damage(workspace: Workspace, name: str) -> Status | None:
    """`job_status`; a job whose status cannot be read counts as failed, and can be dismissed like one."""
    try:
        return job_status(workspace, name)
    except WeakrecError as e:
        return Status(state="failed", error=str(e))
