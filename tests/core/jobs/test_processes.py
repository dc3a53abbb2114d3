"""The command line in a process of its own."""

import json
import os
import subprocess
from pathlib import Path

import psutil
import pytest

from weakrec_core.jobs import processes
from weakrec_core.workspace import Workspace


def record(directory: Path) -> dict[str, float]:
    return json.loads((directory / "process.json").read_text(encoding="utf-8"))


def wait(directory: Path) -> None:
    """Until the process has ended; it is not reaped, as in a server that goes on."""
    os.waitid(os.P_PID, record(directory)["pid"], os.WEXITED | os.WNOWAIT)


def write_record(directory: Path, pid: int, started: float) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "process.json").write_text(json.dumps({"pid": pid, "started": started}), encoding="utf-8")


def test_from_start_to_forgotten(workspace: Workspace, tmp_path: Path) -> None:
    directory = tmp_path / "new" / "job"
    assert not processes.started(directory)
    assert not processes.running(directory)
    processes.start(workspace, directory, ["label", "--dataset", "absent", "--lfs", "x.yaml", "--out", "y.parquet"])
    assert processes.started(directory)
    assert os.getsid(record(directory)["pid"]) == record(directory)["pid"]  # it outlives the server
    wait(directory)
    assert processes.started(directory)
    assert not processes.running(directory)
    words = processes.last_words(directory)
    assert words.startswith(f"There is no dataset 'absent' in {workspace.root / 'datasets'}")
    assert "\n" not in words
    processes.forget(directory)
    assert not processes.started(directory)
    processes.forget(directory)


def test_one_at_a_time_for_a_directory(workspace: Workspace, tmp_path: Path) -> None:
    me = psutil.Process()
    write_record(tmp_path, me.pid, me.create_time())
    assert processes.running(tmp_path)
    processes.start(workspace, tmp_path, ["--help"])
    assert record(tmp_path) == {"pid": me.pid, "started": me.create_time()}
    assert not (tmp_path / "process.log").exists()


def test_a_later_process_of_the_same_id_is_another(tmp_path: Path) -> None:
    me = psutil.Process()
    write_record(tmp_path, me.pid, me.create_time() - 1)
    assert not processes.running(tmp_path)
    assert processes.alive(me.pid, me.create_time())
    assert not processes.alive(me.pid, None)


def test_one_that_has_ended_is_not_alive_whether_reaped_or_not() -> None:
    child = subprocess.Popen(["true"])
    created = psutil.Process(child.pid).create_time()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE
    assert not processes.alive(child.pid, created)
    child.wait()
    assert not processes.alive(child.pid, created)


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (b"progress\nerror: The file is not there.\n", "The file is not there."),
        (b"Traceback\n  ...\nMemoryError\n\n", "MemoryError"),
        (b"caf\xff", "caf�"),
        (b"", "The process ended without a word."),
        (b"\n \n", "The process ended without a word."),
        (None, "The process ended without a word."),
    ],
)
def test_last_words(tmp_path: Path, log: bytes | None, words: str) -> None:
    if log is not None:
        (tmp_path / "process.log").write_bytes(log)
    assert processes.last_words(tmp_path) == words
