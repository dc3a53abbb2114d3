"""Datasets made in processes of their own."""

import json
import os
from pathlib import Path
from typing import Any

import psutil
import pytest

from weakrec_core.data.dataset import open_dataset
from weakrec_core.data.ingest.ingest_jobs import (
    forget_job,
    ingest_job,
    job_status,
    start_demo_job,
    start_job,
    unfinished_jobs,
)
from weakrec_core.errors import DataError, WeakrecError
from weakrec_core.jobs.job import Job
from weakrec_core.jobs.status import Status, created
from weakrec_core.workspace import Workspace


def wait(workspace: Workspace, name: str) -> None:
    """Until the job's process has ended."""
    pid = json.loads((workspace.jobs / name / "process.json").read_text(encoding="utf-8"))["pid"]
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def write(workspace: Workspace, name: str, **status: Any) -> None:
    """The status of a job, by default of one that this process is at."""
    me = psutil.Process()
    ingest_job(workspace, name).path.mkdir(parents=True)
    here = {"state": "running", "pid": me.pid, "process_started": created(me.pid)}
    ingest_job(workspace, name).write(Status.model_validate(here | status))


def told(workspace: Workspace, name: str) -> tuple[str, float, str, str | None]:
    status = job_status(workspace, name)
    assert status is not None
    return status.state, status.fraction, status.stage, status.error


def test_a_demo_job_ends_done(workspace: Workspace) -> None:
    assert job_status(workspace, "tiny") is None
    raw = str(workspace.jobs / "tiny" / "raw")
    assert start_job(workspace, "tiny", ["demo", "--out", raw, "--users", "60", "--name", "tiny", "--dev-rows", "60"])
    status = job_status(workspace, "tiny")
    assert status is not None
    assert status.active
    assert list(unfinished_jobs(workspace)) == ["tiny"]
    wait(workspace, "tiny")
    assert told(workspace, "tiny") == ("succeeded", 1.0, "Done", None)
    assert unfinished_jobs(workspace) == {}
    assert open_dataset(workspace, "tiny").n_rows("dev") == 60
    forget_job(workspace, "tiny")
    assert job_status(workspace, "tiny") is None


def test_a_job_that_fails_says_why_in_one_line(workspace: Workspace, tmp_path: Path) -> None:
    write(workspace, "bad", state="failed", fraction=0.9, stage="of an earlier job")
    start_job(workspace, "bad", ["ingest", "goodreads", "--reviews", str(tmp_path / "no.json.gz"), "--name", "bad"])
    wait(workspace, "bad")
    state, fraction, stage, error = told(workspace, "bad")
    assert (state, stage) == ("failed", "Failed") and fraction < 0.5
    assert str(tmp_path / "no.json.gz") in (error or "")
    assert "\n" not in (error or "")
    assert not (error or "").startswith("error:")
    assert list(unfinished_jobs(workspace)) == ["bad"]
    forget_job(workspace, "bad")
    assert (job_status(workspace, "bad"), unfinished_jobs(workspace)) == (None, {})


def test_progress_while_it_runs(workspace: Workspace) -> None:
    write(workspace, "one", fraction=0.4, stage="Reading reviews")
    write(workspace, "last", fraction=1.0, stage="Signals computed")
    assert {name: (s.fraction, s.stage) for name, s in unfinished_jobs(workspace).items()} == {
        "last": (1.0, "Signals computed"),
        "one": (0.4, "Reading reviews"),
    }
    assert not start_job(workspace, "one", ["--help"])  # somebody else's job is at it
    assert told(workspace, "one") == ("running", 0.4, "Reading reviews", None)


def test_a_job_that_was_killed(workspace: Workspace) -> None:
    write(workspace, "killed", process_started=0.0, fraction=0.4, stage="Reading reviews")
    lost = ("lost", 0.4, "Reading reviews", "The process ended without a word; see its log.")
    assert told(workspace, "killed") == lost


def test_done_means_that_the_dataset_is_there(workspace: Workspace, make_dataset: Any) -> None:
    for name in ("tiny", "absent"):
        write(workspace, name, state="succeeded", fraction=1.0)
    make_dataset(["a", "b"])
    assert told(workspace, "tiny")[0] == "succeeded"
    assert job_status(workspace, "absent") is None
    assert unfinished_jobs(workspace) == {}


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
    monkeypatch.setattr(Job, "start", lambda *arguments: started.append(arguments))
    start_demo_job(workspace)
    ((job, of, arguments),) = started
    assert of == workspace
    assert job.path == workspace.jobs / "demo"
    assert arguments == ["demo", "--out", str(job.path / "raw"), "--name", "demo", "--dev-rows", "8000"]
