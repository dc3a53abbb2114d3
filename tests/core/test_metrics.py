"""Figures of a workspace for Prometheus, and what takes how much of the disk."""

import re
import shutil
from pathlib import Path
from typing import Any

from weakrec_core.metrics import metrics
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
    assert list(found) == ["runs", "cache/signals", REST] and sum(found.values()) == bytes_of(workspace.root)
    assert found["runs"] >= 9_000 and found[REST] >= 10
