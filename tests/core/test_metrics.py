"""Figures of a workspace for Prometheus, and what takes how much of the disk."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.core.test_access import contents
from weakrec_core.activity import entries
from weakrec_core.data.dataset import open_dataset
from weakrec_core.metrics import metrics
from weakrec_core.runs.listing import list_runs
from weakrec_core.signals import SignalStore
from weakrec_core.usage import REST, bytes_by_store, bytes_of
from weakrec_core.workspace import Workspace

_LINE = re.compile(r'(# (HELP|TYPE) weakrec_\w+ .+|weakrec_\w+(\{\w+="[^"\n]*"\})? \d+(\.\d+)?)')


def test_runs_queue_and_bytes(prepared_runs: Path, workspace: Workspace, cli: Any, tmp_path: Path) -> None:
    for kept in ("runs", "datasets", "cache"):
        shutil.copytree(prepared_runs / kept, workspace.root / kept)
    (workspace.runs / "20260101-000000-abcd").mkdir()
    (workspace.runs / "20260101-000000-abcd" / "config.json").write_text("{")
    text = metrics(workspace)
    assert all(_LINE.fullmatch(line) for line in text.splitlines()) and text.endswith("\n")
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
    assert values['weakrec_runs{state="succeeded"}'] == "2" and values['weakrec_runs{state="lost"}'] == "0"
    assert (values["weakrec_runs_damaged"], values["weakrec_queue_length"], values["weakrec_datasets"]) == (
        "1",
        "0",
        "1",
    )
    assert int(values["weakrec_cache_bytes"]) == bytes_of(workspace.root / "cache") > 0
    assert int(values['weakrec_store_bytes{store="runs"}']) == bytes_of(workspace.runs) > 0
    out = tmp_path / "weakrec.prom"
    assert cli("metrics", "--out", out).status == 0 and out.read_text().splitlines()[0] == text.splitlines()[0]
    assert cli("metrics").out.startswith("# HELP weakrec_runs ")


def test_an_empty_workspace(workspace: Workspace) -> None:
    assert "weakrec_datasets 0\n" in metrics(workspace) and bytes_by_store(workspace) == {}
    assert not workspace.root.exists()


def test_bytes_are_those_of_the_disk(workspace: Workspace) -> None:
    for name, size in (("runs/a/model.keras", 9_000), ("cache/signals/x/dev.npy", 5_000), ("activity.jsonl", 10)):
        path = workspace.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
    (workspace.root / "runs" / "link").symlink_to(workspace.root / "activity.jsonl")
    found = bytes_by_store(workspace)
    assert list(found) == ["runs/a", "cache/signals", REST, "runs"] and sum(found.values()) == bytes_of(workspace.root)
    assert found["runs/a"] >= 9_000 and found[REST] >= 10


def test_caches_are_cleared_and_nothing_else(
    prepared_runs: Path, workspace: Workspace, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kept in ("runs", "datasets", "cache"):
        shutil.copytree(prepared_runs / kept, workspace.root / kept)
    monkeypatch.setenv("WEAKREC_READONLY", "1")
    refused = cli("storage", "--clear-caches")
    assert refused.status == 2 and "you cannot clear caches here" in refused.err
    monkeypatch.setenv("WEAKREC_READONLY", "0")
    before = contents(workspace.root)
    sizes = cli("storage", "--json").json
    assert {f"runs/{run.id}" for run in list_runs(workspace)} | {"datasets/demo", "cache/signals"} <= sizes.keys()
    cleared = cli("storage", "--clear-caches")
    freed = sum(size for name, size in sizes.items() if name.startswith("cache/"))
    assert cleared.err == f"{freed / 1e6:,.1f} MB are free again.\n" and "cache/" not in cleared.out
    kept = {name: digest for name, digest in contents(workspace.root).items() if name != "activity.jsonl"}
    assert kept == {name: digest for name, digest in before.items() if not name.startswith("cache/")}
    assert entries(workspace)["what"].tolist() == ["cleared caches"]
    assert SignalStore(open_dataset(workspace, "demo")).values("polarity", "dev").size
