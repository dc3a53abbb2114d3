"""Workspaces, small datasets, and the command line run in-process."""

import atexit
import gc
import io
import json
import os
import shutil
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from filelock import FileLock
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from tests.model_server import ModelServer, serving
from weakrec_core.data.dataset import BOOK_COLUMNS, SPLITS, Dataset, open_dataset
from weakrec_core.data.demo.raw_files import write_demo
from weakrec_core.data.histories import Histories
from weakrec_core.data.ingest.goodreads import ingest_goodreads
from weakrec_core.data.saving import save_dataset
from weakrec_core.data.splits import SplitConfig
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet, read_lf_set
from weakrec_core.runs.job import execute
from weakrec_core.runs.store import new_run
from weakrec_core.serving.reader_lists import known_lists
from weakrec_core.workspace import Workspace

PROJECT = Path(__file__).resolve().parents[1]

# The same examples every time, and no clock: a busy machine is slow, not wrong.
settings.register_profile("weakrec", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("weakrec")


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip file with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


class _Scheduling(LoadFileScheduling):
    """A file stays in one process, and so do all browser tests: another server would import and fit the same once more."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/e2e" if nodeid.startswith("tests/e2e/") else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    return _Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files come first, so that no process is left with one when the other is through.

    One process begins with the browser and needs no TensorFlow; the other makes the runs and has it for all that trains.
    """
    turns = [
        "e2e/test_whole_job.py",
        "e2e",
        "docs",
        "core/test_benchmarks.py",
        "core/runs",
        "core/network",
        "core/serving",
        "",
    ]
    items.sort(
        key=lambda item: next(i for i, turn in enumerate(turns) if item.path.is_relative_to(PROJECT / "tests" / turn))
    )


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes are no name: packed ones hold the time, and the processes must collect the same tests."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_finish() -> None:
    """What has been imported stays: the garbage collector need not look through it time and again."""
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)


@pytest.fixture(scope="session", autouse=True)
def no_power_cut() -> Iterator[None]:
    """Nobody waits for the disk; that it is waited for, tests/core/test_files.py says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(autouse=True)
def main_stays_main() -> Iterator[None]:
    """AppTest leaves the app's script as ``__main__``, and a process that is spawned afterwards would run it."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session", autouse=True)
def session_workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The workspace of all tests that do not ask for one of their own; never the developer's."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEAKREC_HOME", str(home))
        yield Workspace(home)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A fresh, empty workspace, which processes of the test find, too."""
    home = tmp_path / "workspace"
    monkeypatch.setenv("WEAKREC_HOME", str(home))
    return Workspace(home)


MadeOnce = Callable[[str, Callable[[Workspace], object]], Path]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """Make a workspace once a run, whichever worker of pytest-xdist needs it first; to be read or copied, not written to."""
    root = tmp_path_factory.getbasetemp()
    root = (root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / "made_once"
    root.mkdir(exist_ok=True)

    def made(name: str, make: Callable[[Workspace], object]) -> Path:
        home, ready = root / name, root / f"{name}.ready"
        with FileLock(root / f"{name}.lock"):
            if not ready.exists():
                shutil.rmtree(home, ignore_errors=True)
                home.mkdir()
                make(Workspace(home))
                ready.touch()
        return home

    return made


def _make_demo(workspace: Workspace, users: int, dev_rows: int) -> Dataset:
    raw = write_demo(workspace.root / "raw", users=users)
    return ingest_goodreads(workspace, "demo", **raw, splits=SplitConfig(dev_rows=dev_rows))


@pytest.fixture(scope="session")
def prepared_demo(made_once: MadeOnce) -> Path:
    """A workspace with the raw files of a small demo and the dataset ``demo`` made of them."""
    return made_once("demo", lambda workspace: _make_demo(workspace, users=250, dev_rows=700))


@pytest.fixture(scope="session")
def prepared_pages(made_once: MadeOnce) -> Path:
    """Another, for pages."""
    return made_once("pages", lambda workspace: _make_demo(workspace, users=300, dev_rows=800))


@pytest.fixture(scope="session")
def prepared_runs(prepared_pages: Path, made_once: MadeOnce) -> Path:
    """The workspace for pages with two finished runs: the tutorial's LFs, then the recommended ones."""

    def train(workspace: Workspace) -> None:
        shutil.copytree(prepared_pages, workspace.root, dirs_exist_ok=True)
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        dataset = open_dataset(workspace, "demo")
        for seed, name in enumerate(("tutorial", "recommended")):
            lf_set = read_lf_set(PROJECT / "lfs" / f"{name}.yaml")
            options: dict[str, Any] = {"text_model": "off", "preset": "recommended", "epochs": 1, "seed": seed}
            run = new_run(dataset, lf_set, f"{name}.yaml", "calibrated", **options)
            if execute(run) is None:
                raise KeyboardInterrupt  # cancelled by the signal that ends this session: not ready
            known_lists(run)
            time.sleep(1)  # ids are by the second

    return made_once("runs", train)


@pytest.fixture(scope="session")
def demo_raw(prepared_demo: Path) -> dict[str, Path]:
    """The raw files of a small demo."""
    kinds = ("books", "interactions", "reviews")
    return {kind: prepared_demo / "raw" / f"goodreads_{kind}_demo.json.gz" for kind in kinds}


@pytest.fixture(scope="session")
def demo(prepared_demo: Path, session_workspace: Workspace) -> Dataset:
    """A small demo, dataset ``demo`` of the session's workspace."""
    shutil.copytree(prepared_demo, session_workspace.root, dirs_exist_ok=True)
    return open_dataset(session_workspace, "demo")


@pytest.fixture(scope="session")
def demo_full(made_once: MadeOnce, session_workspace: Workspace) -> Dataset:
    """The demo as newcomers get it."""

    def make(workspace: Workspace) -> None:
        raw = write_demo(workspace.root / "raw_full")
        ingest_goodreads(workspace, "demo_full", **raw, splits=SplitConfig(dev_rows=8000))

    shutil.copytree(made_once("demo_full", make), session_workspace.root, dirs_exist_ok=True)
    return open_dataset(session_workspace, "demo_full")


@pytest.fixture(scope="session")
def tutorial() -> LFSet:
    """The five LFs of Snorkel's recommender tutorial."""
    return read_lf_set(PROJECT / "lfs" / "tutorial.yaml")


@pytest.fixture(scope="session")
def demo_applier(demo: Dataset) -> Applier:
    return Applier(demo)


MakeDataset = Callable[..., Dataset]


@pytest.fixture
def make_dataset(workspace: Workspace) -> MakeDataset:
    """Make a dataset from review texts: every split has the same rows, row i by a user of its own about book i."""

    def make(
        texts: Sequence[str | None],
        gold: Sequence[int] | None = None,
        authors: Sequence[str | None] | None = None,
        also_read: Sequence[Sequence[int]] | None = None,
        name: str = "tiny",
    ) -> Dataset:
        n = len(texts)
        gold = [i % 2 for i in range(n)] if gold is None else gold
        position = np.arange(n)
        rows = pd.concat(
            pd.DataFrame(
                {
                    "user_idx": position + n * k,
                    "book_idx": position,
                    "user_id": [f"{split}{i}" for i in position],
                    "book_id": [f"b{i}" for i in position],
                    "review_text": pd.array(texts, dtype="str"),
                    "rating": np.where(np.asarray(gold) == 1, 5.0, 2.0),
                    "gold": gold,
                    "split": split,
                }
            )
            for k, split in enumerate(SPLITS)
        )
        books = pd.DataFrame({column: pd.array([None] * n, dtype="str") for column in BOOK_COLUMNS})
        books["book_id"] = [f"b{i}" for i in position]
        books["title"] = [f"Title {i}" for i in position]
        books["first_author"] = pd.array(authors or [f"a{i}" for i in position], dtype="str")
        books[["average_rating", "ratings_count"]] = np.nan
        books["similar_books"] = [[] for _ in position]
        pairs = [(u, b) for u in range(4 * n) for b in {u % n, *(also_read[u % n] if also_read else ())}]
        users, read = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        histories = Histories.from_pairs(users, read, 4 * n)
        user_ids = np.array([f"{split}{i}" for split in SPLITS for i in position], dtype=object)
        return save_dataset(workspace, name, rows, books, histories, user_ids, {"source": "test"})

    return make


@pytest.fixture
def model_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A language model on this machine, which the environment names as the operator's."""
    with serving() as server:
        monkeypatch.setenv("WEAKREC_LLM_URL", server.url)
        monkeypatch.setenv("WEAKREC_LLM_MODEL", "small-1b")
        monkeypatch.setenv("WEAKREC_LLM_TIMEOUT", "20")
        yield server


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run ``python -m weakrec_core ARGUMENTS`` in this process."""
    from weakrec_core.__main__ import main

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["weakrec_core", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        return Done(int(end.value.code or 0), out, err)

    return run
