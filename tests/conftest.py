"""Workspaces, small datasets, and the command line run in-process."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from weakrec_core.data.dataset import BOOK_COLUMNS, SPLITS, Dataset, save_dataset
from weakrec_core.data.demo.raw_files import write_demo
from weakrec_core.data.histories import Histories
from weakrec_core.data.ingest.goodreads import ingest_goodreads
from weakrec_core.data.splits import SplitConfig
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.spec import LFSet, read_lf_set
from weakrec_core.workspace import Workspace

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


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


@pytest.fixture(scope="session")
def demo_raw(session_workspace: Workspace) -> dict[str, Path]:
    """The raw files of a small demo."""
    return write_demo(session_workspace.root / "raw", users=250)


@pytest.fixture(scope="session")
def demo(session_workspace: Workspace, demo_raw: dict[str, Path]) -> Dataset:
    """A small demo, dataset ``demo`` of the session's workspace."""
    return ingest_goodreads(session_workspace, "demo", **demo_raw, splits=SplitConfig(dev_rows=700))


@pytest.fixture(scope="session")
def demo_full(session_workspace: Workspace) -> Dataset:
    """The demo as newcomers get it."""
    return ingest_goodreads(
        session_workspace,
        "demo_full",
        **write_demo(session_workspace.root / "raw_full"),
        splits=SplitConfig(dev_rows=8000),
    )


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
