"""How often test metrics were looked at: counted by run, kept when runs go, nothing lost between processes."""

import shutil
import subprocess
import sys
from typing import Any

import pytest

from weakrec_core.data.dataset import Dataset
from weakrec_core.files import PROJECT
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs import job, test_looks
from weakrec_core.runs.store import Run, new_run
from weakrec_core.workspace import Workspace


def a_run(demo: Dataset, tutorial: LFSet) -> Run:
    return new_run(demo, tutorial, "v1", preset="tutorial")


def test_distinct_runs_are_counted(demo: Dataset, tutorial: LFSet) -> None:
    before = test_looks.count(demo.workspace, demo.fingerprint)
    one, two = a_run(demo, tutorial), a_run(demo, tutorial)
    assert not test_looks.seen(one)
    test_looks.record(one)
    test_looks.record(one)
    assert test_looks.seen(one) and not test_looks.seen(two)
    assert test_looks.count(demo.workspace, demo.fingerprint) == before + 1
    test_looks.record(two)
    shutil.rmtree(two.path)
    assert test_looks.count(demo.workspace, demo.fingerprint) == before + 2
    assert "optimistic" in test_looks.sentence(demo.workspace, demo.fingerprint)


def test_who_may_only_read_may_look(demo: Dataset, tutorial: LFSet) -> None:
    run = a_run(demo, tutorial)
    looks = run.workspace.test_looks
    looks.exists() and looks.rename(looks.with_name("aside"))
    looks.write_text("no directory")
    try:
        test_looks.record(run)
        assert not test_looks.seen(run)
    finally:
        looks.unlink()
        looks.with_name("aside").exists() and looks.with_name("aside").rename(looks)


def test_a_dataset_nobody_has_looked_at(session_workspace: Workspace) -> None:
    assert test_looks.count(session_workspace, "0" * 64) == 0
    assert (
        test_looks.sentence(session_workspace, "0" * 64)
        == "Test metrics of this dataset have been looked at for 0 runs."
    )


def test_two_processes_at_once_lose_nothing(demo: Dataset, tutorial: LFSet, session_workspace: Workspace) -> None:
    runs = [a_run(demo, tutorial) for _ in range(6)]
    before = test_looks.count(demo.workspace, demo.fingerprint)
    code = (
        "import sys; from weakrec_core.runs import store, test_looks; from weakrec_core.workspace import Workspace; "
        "[test_looks.record(store.open_run(Workspace(sys.argv[1]), i)) for i in sys.argv[2:]]"
    )
    halves = [[r.id for r in runs[:4]], [r.id for r in runs[2:]]]
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(session_workspace.root), *ids], cwd=PROJECT) for ids in halves
    ]
    assert [p.wait(60) for p in processes] == [0, 0]
    assert test_looks.count(demo.workspace, demo.fingerprint) == before + 6


def test_what_train_prints_has_been_looked_at(
    demo: Dataset, tutorial: LFSet, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Run] = []

    def instead(run: Run, *_: Any) -> dict[str, Any]:
        ran.append(run)
        return {"run": run.id, "test": {"auc": 0.5}}

    monkeypatch.setattr(job, "execute", instead)
    assert cli("train", "--dataset", demo.name, "--lfs", PROJECT / "lfs" / "tutorial.yaml", "--json").status == 0
    assert test_looks.seen(ran[0])
