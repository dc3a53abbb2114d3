"""Datasets made in processes of their own."""

import json
import os
from pathlib import Path
from typing import Any

import psutil
import pytest

from weakrec_core.data.dataset import open_dataset
from weakrec_core.data.ingest import ingest_jobs
from weakrec_core.data.ingest.ingest_jobs import JobStatus, forget_job, job_status, start_job, unfinished_jobs
from weakrec_core.errors import DataError, WeakrecError
from weakrec_core.jobs import processes
from weakrec_core.workspace import Workspace


def wait(workspace: Workspace, name: str) -> None:
    """Until the job's process has ended."""
    pid = json.loads((workspace.root / "data-jobs" / name / "process.json").read_text(encoding="utf-8"))["pid"]
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def write(workspace: Workspace, name: str, process: dict[str, Any] | None = None, **progress: Any) -> None:
    """The files of a job, by default of one whose process is gone."""
    directory = workspace.root / "data-jobs" / name
    directory.mkdir(parents=True)
    gone = {"pid": os.getpid(), "started": 0.0}
    (directory / "process.json").write_text(json.dumps(process or gone), encoding="utf-8")
    if progress:
        (directory / "progress.json").write_text(json.dumps(progress), encoding="utf-8")


def test_a_demo_job_ends_done(workspace: Workspace) -> None:
    assert job_status(workspace, "tiny") is None
    raw = str(workspace.root / "data-jobs" / "tiny" / "raw")
    start_job(workspace, "tiny", ["demo", "--out", raw, "--users", "60", "--name", "tiny", "--dev-rows", "60"])
    status = job_status(workspace, "tiny")
    assert status is not None
    assert not status.done
    assert status.error is None
    assert list(unfinished_jobs(workspace)) == ["tiny"]
    wait(workspace, "tiny")
    assert job_status(workspace, "tiny") == JobStatus(1.0, "Done", done=True)
    assert unfinished_jobs(workspace) == {}
    assert open_dataset(workspace, "tiny").n_rows("dev") == 60
    forget_job(workspace, "tiny")
    assert job_status(workspace, "tiny") is None


def test_a_job_that_fails_says_why_in_one_line(workspace: Workspace, tmp_path: Path) -> None:
    write(workspace, "bad", fraction=0.9, message="of an earlier job")
    start_job(workspace, "bad", ["ingest", "goodreads", "--reviews", str(tmp_path / "no.json.gz"), "--name", "bad"])
    wait(workspace, "bad")
    status = job_status(workspace, "bad")
    assert status is not None
    assert (status.fraction, status.message, status.done) == (0.0, "Failed", False)
    assert str(tmp_path / "no.json.gz") in (status.error or "")
    assert "\n" not in (status.error or "")
    assert not (status.error or "").startswith("error:")
    assert unfinished_jobs(workspace) == {"bad": status}
    forget_job(workspace, "bad")
    assert (job_status(workspace, "bad"), unfinished_jobs(workspace)) == (None, {})


def test_progress_while_it_runs(workspace: Workspace) -> None:
    me = psutil.Process()
    running = {"pid": me.pid, "started": me.create_time()}
    write(workspace, "one", running)
    write(workspace, "two", running, fraction=0.4, message="Reading reviews")
    write(workspace, "last", running, fraction=1.0, message="Signals computed")
    assert unfinished_jobs(workspace) == {
        "last": JobStatus(1.0, "Signals computed"),
        "one": JobStatus(0.0, "Starting"),
        "two": JobStatus(0.4, "Reading reviews"),
    }
    start_job(workspace, "two", ["--help"])  # somebody else's job is at it
    assert job_status(workspace, "two") == JobStatus(0.4, "Reading reviews")


def test_a_job_that_was_killed(workspace: Workspace) -> None:
    write(workspace, "killed", fraction=0.4, message="Reading reviews")
    assert job_status(workspace, "killed") == JobStatus(0.4, "Failed", error="The process ended without a word.")


def test_done_means_that_the_dataset_is_there(workspace: Workspace, make_dataset: Any) -> None:
    for name in ("tiny", "absent"):
        write(workspace, name, fraction=1.0, message="Signals computed")
    make_dataset(["a", "b"])
    assert job_status(workspace, "tiny") == JobStatus(1.0, "Done", done=True)
    assert list(unfinished_jobs(workspace)) == ["absent"]


@pytest.mark.parametrize("name", ["", "../x", "a b", ".a"])
def test_names_that_are_none(workspace: Workspace, name: str) -> None:
    for function in (job_status, forget_job, lambda workspace, name: start_job(workspace, name, ["--help"])):
        with pytest.raises(WeakrecError, match="name"):
            function(workspace, name)
    assert not workspace.root.exists()
    with pytest.raises(DataError, match="needs a name"):
        job_status(workspace, "")


def test_the_demo_job_is_the_demo_command(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr(processes, "start", lambda *arguments: started.append(arguments))
    ingest_jobs.start_demo_job(workspace)
    ((of, directory, arguments, environment),) = started
    assert of == workspace
    assert directory == workspace.root / "data-jobs" / "demo"
    assert arguments == ["demo", "--out", str(directory / "raw"), "--name", "demo", "--dev-rows", "8000"]
    assert environment == {ingest_jobs.PROGRESS_VARIABLE: str(directory / "progress.json")}


def test_the_demo_can_be_smaller(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr(processes, "start", lambda *arguments: started.append(arguments))
    monkeypatch.setenv("WEAKREC_DEMO_USERS", "300")
    ingest_jobs.start_demo_job(workspace)
    ((_, _, arguments, _),) = started
    assert arguments[-4:] == ["--name", "demo", "--users", "300"]
