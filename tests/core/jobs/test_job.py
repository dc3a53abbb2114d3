"""Work in a process of its own: starting, states, the dead."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from weakrec_core.errors import RunError
from weakrec_core.files import PROJECT
from weakrec_core.jobs import reporting
from weakrec_core.jobs.job import CANCEL, Job
from weakrec_core.jobs.status import Status, alive, created
from weakrec_core.workspace import Workspace

ME = psutil.Process()
HERE = {"pid": ME.pid, "process_started": created(ME.pid)}
GONE = {"pid": ME.pid, "process_started": created(ME.pid) - 1}  # a process of another time under our id
ABSENT = ["label", "--dataset", "absent", "--lfs", "x.yaml", "--out", "y.parquet"]


def process(job: Job) -> dict[str, Any]:
    return json.loads((job.path / "process.json").read_text(encoding="utf-8"))


def wait(job: Job) -> None:
    """Until the process has ended; it is not reaped, as in a server that goes on, or only by the next one to start."""
    with suppress(ChildProcessError):
        os.waitid(os.P_PID, process(job)["pid"], os.WEXITED | os.WNOWAIT)


def found(job: Job) -> Status:
    status = job.status
    assert status is not None
    return status


def test_a_job_queued_again_starts_though_its_last_process_is_still_on_its_way_out(
    workspace: Workspace, tmp_path: Path
) -> None:
    job = Job(tmp_path)
    (tmp_path / "process.json").write_text(json.dumps({"pid": ME.pid, "started": created(ME.pid)}))
    job.write(Status(state="cancelled", **HERE))
    (tmp_path / CANCEL).touch()
    with job.lock():
        job.queue_again(Status(state="queued", queued=time.time()))
    assert job.start(workspace, ABSENT, told=False)
    assert process(job)["pid"] != ME.pid
    assert not (tmp_path / CANCEL).exists()
    wait(job)


def test_from_start_to_forgotten(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("name: s\nlfs: []\n")
    job = Job(tmp_path / "new" / "job")
    assert job.status is None
    assert job.start(workspace, [*ABSENT[:3], "--lfs", str(tmp_path / "x.yaml"), *ABSENT[5:]])
    assert found(job).active
    pid = process(job)["pid"]
    assert os.getsid(pid) == pid  # it outlives the server
    wait(job)
    assert (found(job).state, found(job).pid) == ("failed", pid)
    error = found(job).error or ""
    assert error.startswith(f"There is no dataset 'absent' in {workspace.datasets}")
    assert "\n" not in error
    job.forget()
    assert job.status is None
    job.forget()


def test_one_that_succeeds(workspace: Workspace, tmp_path: Path) -> None:
    job = Job(tmp_path)
    job.start(workspace, ["runs", "--json"])
    wait(job)
    assert (found(job).state, found(job).stage, found(job).fraction, found(job).error) == (
        "succeeded",
        "Done",
        1.0,
        None,
    )
    assert (tmp_path / "process.log").read_text() == "[]\n"


def test_two_starts_at_once_start_one_process(workspace: Workspace, tmp_path: Path) -> None:
    job, barrier = Job(tmp_path), threading.Barrier(6)
    before = {child.pid for child in ME.children()}

    def start(_: int) -> bool:
        barrier.wait()
        return job.start(workspace, ["runs"])

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(start, range(6))) == [False] * 5 + [True]
    assert [c.pid for c in ME.children() if c.pid not in before] == [process(job)["pid"]]
    wait(job)


_START = """
import os, sys
from pathlib import Path
from weakrec_core.jobs.job import Job
from weakrec_core.workspace import Workspace
print("ready", flush=True)
sys.stdin.readline()
started = Job(Path(sys.argv[1])).start(Workspace.from_environment(), ["runs"])
print(started, flush=True)
sys.stdin.readline()
if started:
    os.wait()
"""


def test_two_processes_that_start_at_once_start_one(workspace: Workspace, tmp_path: Path) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", _START, str(tmp_path)]
    both = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=PROJECT) for _ in range(2)]
    for p in both:
        assert p.stdout is not None and p.stdout.readline() == "ready\n"
    for p in both:
        assert p.stdin is not None
        p.stdin.write("\n")
        p.stdin.flush()
    assert sorted(p.stdout.readline() for p in both if p.stdout) == ["False\n", "True\n"]
    for p in both:
        p.communicate("\n")
    assert found(Job(tmp_path)).state == "succeeded"


@pytest.mark.parametrize("state", ["queued", "running"])
def test_one_at_a_time(workspace: Workspace, tmp_path: Path, state: str) -> None:
    job = Job(tmp_path)
    job.write(Status.model_validate({"state": state} | HERE))
    assert not job.start(workspace, ["--help"])
    assert (found(job).state, found(job).pid) == (state, ME.pid)
    assert not (tmp_path / "process.log").exists()


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ({"state": "running"} | HERE, "running"),
        ({"state": "queued"} | HERE, "queued"),
        ({"state": "running"} | GONE, "lost"),
        ({"state": "queued"} | GONE, "lost"),
        ({"state": "running", "pid": ME.pid}, "lost"),
        ({"state": "succeeded"} | GONE, "succeeded"),
        ({"state": "failed"} | GONE, "failed"),
        ({"state": "cancelled"} | GONE, "cancelled"),
    ],
)
def test_one_whose_process_is_gone_is_lost(tmp_path: Path, written: dict[str, Any], state: str) -> None:
    job = Job(tmp_path)
    job.write(Status.model_validate(written))
    assert found(job).state == state
    assert (found(job).error == "The process ended without a word; see its log.") is (state == "lost")


@pytest.mark.parametrize("end", ["running", "failed", "cancelled", "succeeded"])
def test_what_has_ended_or_is_lost_can_start_again(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr("weakrec_core.jobs.job.sys.executable", shutil.which("true"))
    job = Job(tmp_path)
    job.write(Status.model_validate({"state": end} | GONE))
    assert job.start(workspace, ["runs"])
    assert json.loads((tmp_path / "status.json").read_bytes())["state"] == "queued"
    wait(job)


def test_a_process_that_dies_before_its_first_word_is_lost_at_once(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("weakrec_core.jobs.job.sys.executable", shutil.which("false"))
    job = Job(tmp_path)
    assert job.start(workspace, ["runs"])
    wait(job)
    assert found(job).state == "lost"


def test_where_no_process_is_known_it_has_a_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job, now = Job(tmp_path), time.time()
    job.write(Status(state="queued", queued=now))
    assert found(job).state == "queued"
    for moved in (61, -61):  # a clock that was set back does not keep it waiting until it is as late again
        monkeypatch.setattr(time, "time", lambda moved=moved: now + moved)
        assert found(job).state == "lost"


def test_the_process_of_an_earlier_start_is_not_taken_for_this_one(workspace: Workspace, tmp_path: Path) -> None:
    job = Job(tmp_path)
    (tmp_path / "process.json").write_text(json.dumps({"pid": ME.pid, "started": created(ME.pid)}))
    assert job.start(workspace, ABSENT)
    assert process(job)["pid"] != ME.pid
    wait(job)


@pytest.mark.parametrize("by", [7, -400 * 86_400])
def test_a_process_is_alive_whatever_the_clock_is_set_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, by: int
) -> None:
    """The kernel's time of boot follows the clock, and with it the time of creation that psutil gives."""
    job = Job(tmp_path)
    job.claim(Status(state="running"))
    before, boot_time, now = ME.create_time(), psutil._psplatform.boot_time, time.time
    monkeypatch.setattr(psutil._psplatform, "boot_time", lambda: boot_time() + by)
    monkeypatch.setattr(time, "time", lambda: now() + by)
    assert psutil.Process().create_time() == pytest.approx(before + by, abs=0.1)
    assert found(job).state == "running"


def test_a_killed_one_is_lost_and_a_cancelled_one_cancelled(workspace: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "raw"
    for name, signum, state in (("a", signal.SIGKILL, "lost"), ("b", signal.SIGTERM, "cancelled")):
        job = Job(tmp_path / name)
        job.start(workspace, ["demo", "--out", str(out), "--name", name])
        while found(job).stage in ("", "Starting"):
            assert found(job).active
        if state == "cancelled":
            job.cancel()
        else:
            os.kill(process(job)["pid"], signum)
        wait(job)
        assert found(job).state == state
        assert 0 <= found(job).fraction < 1


def test_a_request_to_cancel_is_found_by_a_process_that_was_not_up_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(tmp_path)
    job.write(Status(state="queued", queued=time.time()))
    job.cancel()
    assert (tmp_path / CANCEL).exists()
    monkeypatch.setenv("WEAKREC_JOB", str(tmp_path))
    with pytest.raises(KeyboardInterrupt), reporting.reporting():
        pytest.fail("It goes on.")
    assert found(job).state == "cancelled"


@pytest.mark.parametrize(
    ("end", "state", "error"),
    [
        (lambda: None, "succeeded", None),
        (lambda: sys.exit(0), "succeeded", None),
        (lambda: sys.exit(2), "failed", "The file is not there."),
        (lambda: 1 / 0, "failed", "ZeroDivisionError: division by zero"),
    ],
)
def test_how_it_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: Any, state: str, error: str | None) -> None:
    (tmp_path / "process.log").write_text("progress\nerror: The file is not there.\n")
    monkeypatch.setenv("WEAKREC_JOB", str(tmp_path))
    job = Job(tmp_path)
    try:
        with reporting.reporting():
            assert "WEAKREC_JOB" not in os.environ
            reporting.report(0.5, "Half")
            assert (found(job).state, found(job).fraction, found(job).stage) == ("running", 0.5, "Half")
            end()
    except (SystemExit, ZeroDivisionError):
        pass
    assert (found(job).state, found(job).error) == (state, error)
    assert found(job).fraction == (1.0 if state == "succeeded" else 0.5)
    reporting.report(0.1, "no job any more")
    assert found(job).state == state


def test_a_process_without_a_job_reports_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with reporting.reporting():
        reporting.report(0.5, "Half")
    assert list(tmp_path.iterdir()) == []


def test_of_two_who_claim_a_job_one_gets_it(tmp_path: Path) -> None:
    child = subprocess.Popen(["sleep", "100"])
    try:
        job = Job(tmp_path, "Run r")
        job.write(Status(state="running", pid=child.pid, process_started=created(child.pid)))
        with pytest.raises(RunError, match=f"Run r is being worked on by process {child.pid}"):
            job.claim(Status(state="queued"))
    finally:
        child.kill()
        child.wait()
    assert job.claim(Status(state="queued", epoch=3)).pid == ME.pid
    assert (found(job).pid, found(job).epoch) == (ME.pid, 3)


def test_modules_of_the_callers_directory_are_found(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, str]] = []
    real = subprocess.Popen

    def popen(*arguments: Any, env: dict[str, str], **options: Any) -> Any:
        seen.append(env)
        return real(["true"], **{k: v for k, v in options.items() if k != "cwd"})

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setattr(subprocess, "Popen", popen)
    Job(tmp_path).start(workspace, ["runs"])
    assert seen[0]["PYTHONPATH"].split(os.pathsep) == [str(tmp_path), "/elsewhere"]
    assert seen[0]["WEAKREC_HOME"] == str(workspace.root)


def test_a_later_process_of_the_same_id_is_another() -> None:
    assert alive(ME.pid, created(ME.pid))
    assert not alive(ME.pid, created(ME.pid) - 1)
    assert not alive(ME.pid, None)


def test_one_that_has_ended_is_not_alive_whether_reaped_or_not() -> None:
    child = subprocess.Popen(["true"])
    began = created(child.pid)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE
    assert not alive(child.pid, began)
    child.wait()
    assert not alive(child.pid, began)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"state": "dancing"}', b"\xff"])
def test_a_status_that_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "status.json").write_bytes(content)
    with pytest.raises(RunError, match=r"The job: status\.json cannot be read"):
        _ = Job(tmp_path).status


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (b"progress\nerror: The file is not there.\n", "The file is not there."),
        (b"Traceback\n  ...\nMemoryError\n\n", "MemoryError"),
        (b"caf\xff", "caf\ufffd"),
        (b"", "The process ended without a word."),
        (b"\n \n", "The process ended without a word."),
        (None, "The process ended without a word."),
    ],
)
def test_last_words(tmp_path: Path, log: bytes | None, words: str) -> None:
    if log is not None:
        (tmp_path / "process.log").write_bytes(log)
    assert Job(tmp_path).last_words() == words


def test_what_went_wrong_counts_though_it_cannot_be_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(tmp_path / "job")
    job.write(Status(state="queued", queued=time.time()))
    monkeypatch.setenv("WEAKREC_JOB", str(job.path))
    with pytest.raises(ZeroDivisionError), reporting.reporting():
        shutil.rmtree(job.path)
        job.path.write_text("no directory")
        raise ZeroDivisionError


def test_a_job_that_another_process_is_at_is_one_line_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Any
) -> None:
    other = psutil.Process().parent()
    assert other is not None
    Job(tmp_path).write(Status(state="running", pid=other.pid, process_started=created(other.pid)))
    monkeypatch.setenv("WEAKREC_JOB", str(tmp_path))
    done = cli("runs")
    assert (done.status, done.err) == (2, f"error: The job is being worked on by process {other.pid}.\n")
