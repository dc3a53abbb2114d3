"""How often test metrics were looked at: counted by run, kept when runs go, nothing lost between processes."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from weakrec_core.data.dataset import Dataset
from weakrec_core.labeling.spec import LFSet
from weakrec_core.paths import PROJECT
from weakrec_core.runs import job, looks
from weakrec_core.runs.store import Run, new_run


def a_run(demo: Dataset, tutorial: LFSet) -> Run:
    return new_run(demo.name, tutorial, "v1", preset="tutorial")


def test_distinct_runs_are_counted(demo: Dataset, tutorial: LFSet) -> None:
    before = looks.count(demo.fingerprint)
    one, two = a_run(demo, tutorial), a_run(demo, tutorial)
    assert not looks.seen(one)
    looks.record(one)
    looks.record(one)
    assert looks.seen(one) and not looks.seen(two)
    assert looks.count(demo.fingerprint) == before + 1
    looks.record(two)
    shutil.rmtree(two.path)
    assert looks.count(demo.fingerprint) == before + 2
    assert "optimistic" in looks.sentence(demo.fingerprint)


def test_a_dataset_nobody_has_looked_at() -> None:
    assert looks.count("0" * 64) == 0
    assert looks.sentence("0" * 64) == "Test metrics of this dataset have been looked at for 0 runs."


def test_two_processes_at_once_lose_nothing(demo: Dataset, tutorial: LFSet, session_home: Path) -> None:
    runs = [a_run(demo, tutorial) for _ in range(6)]
    before = looks.count(demo.fingerprint)
    code = "import sys; from weakrec_core.runs import looks, store; [looks.record(store.open_run(i)) for i in sys.argv[1:]]"
    halves = [[r.id for r in runs[:4]], [r.id for r in runs[2:]]]
    processes = [subprocess.Popen([sys.executable, "-c", code, *ids], cwd=PROJECT) for ids in halves]
    assert [p.wait(60) for p in processes] == [0, 0]
    assert looks.count(demo.fingerprint) == before + 6


def test_what_train_prints_has_been_looked_at(
    demo: Dataset, tutorial: LFSet, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Run] = []

    def instead(run: Run, on_epoch: Any) -> dict[str, Any]:
        ran.append(run)
        return {"run": run.id, "test": {"auc": 0.5}}

    monkeypatch.setattr(job, "execute", instead)
    assert cli("train", "--dataset", demo.name, "--lfs", PROJECT / "lfs" / "tutorial.yaml", "--json").status == 0
    assert looks.seen(ran[0])
