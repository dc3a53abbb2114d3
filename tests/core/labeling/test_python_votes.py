"""Python LFs in processes of their own."""

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from weakrec_core.errors import SpecError
from weakrec_core.jobs.job import Job
from weakrec_core.jobs.status import Status
from weakrec_core.labeling import python_votes
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.base import LF
from weakrec_core.labeling.kinds import PythonLF
from weakrec_core.labeling.kinds.python import MODULES_VARIABLE
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.labeling.python_votes import StillRunning, background_votes
from weakrec_core.workspace import Workspace

TEXTS = ["good", "bad", None]
GOOD = """
def f(x):
    return {"good": 1, "bad": 0}.get(x.review_text, -1)
"""
BROKEN = r"""
def f(x):
    raise ValueError("first line\nsecond line" if x.review_text == "bad" else "never")
"""
Write = Callable[[str], str]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write the source of a module that is allowed here and in processes, and give its name."""
    name = f"background_{tmp_path.name.replace('-', '_')}"
    directory = tmp_path / "modules"
    directory.mkdir()
    monkeypatch.syspath_prepend(directory)
    monkeypatch.setenv("PYTHONPATH", str(directory))
    monkeypatch.setenv(MODULES_VARIABLE, name)

    def source(text: str) -> str:
        (directory / f"{name}.py").write_text(text, encoding="utf-8")
        return name

    return source


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, list[str]]]:
    """What would have been started; nothing is."""
    found: list[tuple[Path, list[str]]] = []

    def start(job: Job, workspace: Workspace, arguments: list[str]) -> bool:
        found.append((job.path, arguments))
        job.write(Status(state="queued", queued=time.time()))
        return True

    monkeypatch.setattr(Job, "start", start)
    return found


def python_lf(module: str) -> PythonLF:
    lf = parse_lf({"kind": "python", "name": "p", "target": f"{module}:f"})
    assert isinstance(lf, PythonLF)
    return lf


def wait(workspace: Workspace, split: str) -> None:
    """Until the process for this split has ended."""
    (file,) = workspace.root.glob(f"cache/python_lfs/*/{split}/process.json")
    os.waitid(os.P_PID, json.loads(file.read_text(encoding="utf-8"))["pid"], os.WEXITED | os.WNOWAIT)


def test_first_still_running_then_the_votes_of_this_process(
    make_dataset: Any, write: Write, workspace: Workspace
) -> None:
    dataset, lf = make_dataset(TEXTS), python_lf(write(GOOD))
    group = {"label": "POSITIVE", "keywords": ["good"]}
    lf_set = LFSet(name="s", lfs=(lf, parse_lf({"kind": "keyword", "name": "k", "groups": [group]})))
    applier = Applier(dataset, background=True)
    problem = applier.problem(lf)
    assert isinstance(problem, StillRunning)
    assert str(problem) == f"{lf.target} is being applied to dev in the background."
    assert applier.usable(lf_set).names == ["k"]
    wait(workspace, "dev")
    assert isinstance(applier.problem(lf), StillRunning)  # train's turn
    wait(workspace, "train")
    assert applier.problem(lf) is None
    assert applier.usable(lf_set).names == ["p", "k"]
    here = Applier(dataset)
    for split in ("dev", "train"):
        assert applier.votes(lf, split).tolist() == here.votes(lf, split).tolist() == [1, 0, -1]
    assert Applier(dataset, background=True).votes(lf, "dev").tolist() == [1, 0, -1]  # kept on disk


def test_one_that_fails_carries_its_sentence(make_dataset: Any, write: Write, workspace: Workspace) -> None:
    dataset, lf = make_dataset(["bad"]), python_lf(write(BROKEN))
    with pytest.raises(StillRunning):
        background_votes(dataset, lf, "dev")
    wait(workspace, "dev")
    with pytest.raises(SpecError) as caught:
        background_votes(dataset, lf, "dev")
    assert not isinstance(caught.value, StillRunning)
    with pytest.raises(SpecError) as here:
        Applier(dataset).votes(lf, "dev")
    assert str(caught.value) == str(here.value)
    assert "raised ValueError (first line second line) at line 3 on dev row 0" in str(caught.value)


def test_started_once_and_only_asked_after_then(make_dataset: Any, write: Write, started: list[Any]) -> None:
    dataset, lf = make_dataset(TEXTS), python_lf(write(GOOD))
    with pytest.raises(StillRunning):
        background_votes(dataset, lf, "dev")
    ((directory, arguments),) = started
    assert arguments[:3] == ["label", "--dataset", "tiny"]
    assert arguments[arguments.index("--split") + 1] == "dev"
    assert arguments[arguments.index("--out") + 1] == str(directory / "votes.parquet")
    assert lf.target in Path(arguments[arguments.index("--lfs") + 1]).read_text(encoding="utf-8")
    assert arguments[arguments.index("--fingerprint") + 1] == dataset.fingerprint
    with pytest.raises(StillRunning):
        background_votes(dataset, lf, "dev")
    assert len(started) == 1


def test_votes_are_kept_by_dataset_function_split_and_source(
    make_dataset: Any, write: Write, started: list[Any]
) -> None:
    module = write(GOOD)
    first, other = make_dataset(TEXTS), make_dataset(["other", "texts"], name="other")
    f = python_lf(module)
    again = f.model_copy(update={"name": "renamed"})
    g = f.model_copy(update={"target": f"{module}:g"})
    for dataset, lf, split in ((first, f, "dev"), (first, again, "dev"), (other, f, "dev"), (first, g, "dev")):
        with pytest.raises(StillRunning):
            background_votes(dataset, lf, split)
    with pytest.raises(StillRunning):
        background_votes(first, f, "train")
    write(GOOD.replace("-1", "0"))
    with pytest.raises(StillRunning):
        background_votes(first, f, "dev")
    places = [directory for directory, _ in started]
    assert len(places) == len(set(places)) == 5  # a name is no part of the function


SLOW = """
import time
def f(x):
    time.sleep(600)
"""


def process(workspace: Workspace) -> int:
    """The process at the votes of dev."""
    (file,) = workspace.root.glob("cache/python_lfs/*/dev/process.json")
    return int(json.loads(file.read_text(encoding="utf-8"))["pid"])


def test_one_whose_process_was_killed_starts_again(
    make_dataset: Any, write: Write, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But not for ever."""
    dataset, lf = make_dataset(TEXTS), python_lf(write(SLOW))
    monkeypatch.setattr(python_votes, "_started", Counter())
    pids = []
    for _ in range(3):
        with pytest.raises(StillRunning):
            background_votes(dataset, lf, "dev")
        pids.append(process(workspace))
        os.kill(pids[-1], signal.SIGKILL)
        wait(workspace, "dev")
    assert len(set(pids)) == 3
    with pytest.raises(SpecError, match=r"was killed 3 times while it was applied to dev; see .*/dev") as caught:
        background_votes(dataset, lf, "dev")
    assert not isinstance(caught.value, StillRunning)


def test_two_who_ask_at_once_start_one_process(make_dataset: Any, write: Write, workspace: Workspace) -> None:
    dataset, lf = make_dataset(TEXTS), python_lf(write(GOOD))
    before = {child.pid for child in psutil.Process().children()}
    barrier = threading.Barrier(4)

    def ask() -> str:
        barrier.wait()
        with pytest.raises(StillRunning):
            background_votes(dataset, lf, "dev")
        return ""

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: ask(), range(4)))
    new = [child.pid for child in psutil.Process().children() if child.pid not in before]
    assert new == [process(workspace)]
    wait(workspace, "dev")
    assert background_votes(dataset, lf, "dev").tolist() == [1, 0, -1]


def test_the_votes_are_of_the_data_that_is_open(make_dataset: Any, write: Write, workspace: Workspace) -> None:
    """Though its name is ingested anew before the process comes up."""
    dataset, lf = make_dataset(TEXTS), python_lf(write(GOOD))
    make_dataset(["bad", "bad"])
    with pytest.raises(StillRunning):
        background_votes(dataset, lf, "dev")
    wait(workspace, "dev")
    assert background_votes(dataset, lf, "dev").tolist() == [1, 0, -1]


@pytest.mark.parametrize("name", ["no_such_module", "no_such_package.module", "sys"])
def test_a_module_that_cannot_be_found(
    make_dataset: Any, started: list[Any], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(MODULES_VARIABLE, name)
    with pytest.raises(SpecError, match=f"Module '{name}' cannot be found"):
        background_votes(make_dataset(TEXTS), python_lf(name), "dev")
    assert started == []


def test_a_module_that_is_not_allowed_starts_nothing(
    make_dataset: Any, write: Write, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    lf: LF = python_lf(write(GOOD))
    monkeypatch.setenv(MODULES_VARIABLE, "another_one")
    problem = Applier(make_dataset(TEXTS), background=True).problem(lf)
    assert "is not allowed" in str(problem)
    assert started == []
