"""A dataset for runs, and baselines that train nothing. Runs of these tests are not there for others."""

import shutil
from collections.abc import Iterator

import pytest

from weakrec_core.baselines.base import Baseline, Inputs, dev_rows
from weakrec_core.baselines.popularity import Popularity, fit_popularity
from weakrec_core.baselines.registry import BASELINES
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.demo.raw_files import write_demo
from weakrec_core.data.ingest.goodreads import ingest_goodreads
from weakrec_core.data.splits import SplitConfig
from weakrec_core.workspace import Workspace


@pytest.fixture(scope="module", autouse=True)
def no_runs_left(session_workspace: Workspace) -> Iterator[None]:
    yield
    shutil.rmtree(session_workspace.runs, ignore_errors=True)


@pytest.fixture(scope="session")
def dataset(session_workspace: Workspace) -> Dataset:
    """The demo with 60 readers."""
    raw = write_demo(session_workspace.root / "raw_job", users=60)
    return ingest_goodreads(session_workspace, "job", **raw, splits=SplitConfig(dev_rows=120))


@pytest.fixture
def quick_ceilings(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests about a run and not about its baselines: popularity stands for the networks trained on true labels."""

    class Quick(Baseline):
        def fit(self, inputs: Inputs) -> Popularity:
            return fit_popularity(inputs.dataset, dev_rows(inputs.dataset))

    for name in ("dev_only", "gold"):
        named = type(name, (Quick,), {"name": name, "title": BASELINES[name].title})
        monkeypatch.setitem(BASELINES, name, named())
