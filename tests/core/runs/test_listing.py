"""A damaged run is named, and does not take the others with it."""

import json
import os
import time
from typing import Any

import pytest

from tests.recommending import RESULT
from weakrec_core.data.dataset import open_dataset
from weakrec_core.errors import RunError
from weakrec_core.jobs.status import Status
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs.listing import damaged_runs, list_runs, queue
from weakrec_core.runs.result_tables import lists_sentence
from weakrec_core.runs.store import Run, new_run

DEEP = "[" * 10_000 + "]" * 10_000
RIVAL = {"rival": "ease", "value": 0.6, "difference": 0.1, "verdict": "better"}
LISTS = {"with": 0.2, "without": 0.1, "difference": 0.1, "interval": None, "verdict": "not distinguishable"}


@pytest.fixture
def two(make_dataset: Any, tutorial: LFSet) -> list[Run]:
    dataset = make_dataset(["good", "bad"])
    runs = [new_run(dataset, tutorial, "v0", preset="recommended") for _ in range(2)]
    for run in runs:
        run.append_epoch({"epoch": 1, "loss": 0.5})
        run.write_result(RESULT)
        run.write_status(Status(state="succeeded"))
    return runs


@pytest.mark.parametrize("name", ["config.json", "status.json", "result.json", "metrics.jsonl"])
@pytest.mark.parametrize("content", [DEEP, '{"state": "succ', "{}", "[]", "null", "5", "\0", "9" * 5000])
def test_the_others_are_listed_and_the_damaged_one_is_named(two: list[Run], name: str, content: str, cli: Any) -> None:
    whole, damaged = two
    (damaged.path / name).write_text(f"{content}\n", encoding="utf-8")
    assert list_runs(whole.workspace) == [whole]
    assert queue(whole.workspace) == []
    why = damaged_runs(whole.workspace)
    assert list(why) == [damaged.id]
    assert why[damaged.id].startswith(f"Run {damaged.id}: {name}") and len(why[damaged.id]) < 200
    shown = cli("runs", "--json")
    assert (shown.status, [r["run"] for r in shown.json]) == (0, [whole.id])
    assert shown.err == f"left out: {why[damaged.id]}\n"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("result.json", {"test": None}),
        ("result.json", {"test": {"auc": "high"}}),
        ("result.json", {"baselines": []}),
        ("result.json", {"labels": 5}),
        ("result.json", {"rivals": {"auc": 0.5}}),
        ("result.json", {"rivals": {"auc": RIVAL}}),
        ("result.json", {"rivals": {"auc": RIVAL | {"interval": None}}}),
        ("result.json", {"test": {"auc": 0.7}}),
        ("result.json", {"test": {"auc": 0.7, "n": "ten"}}),
        ("result.json", {"lists": LISTS | {"interval": [0.1]}}),
        ("result.json", {"cuts": {"f1": {"cut": 0.4}}}),
        ("result.json", {"labels": {}}),
        ("result.json", {"training": {}}),
        ("config.json", {"train": {}}),
        ("config.json", {"lf_set": {"lfs": []}}),
        ("config.json", {"lf_set": {"name": "tutorial"}}),
        ("config.json", {"fingerprint": "../../etc"}),
    ],
)
def test_files_of_another_shape(two: list[Run], name: str, change: dict[str, Any]) -> None:
    whole, damaged = two
    kept = json.loads((damaged.path / name).read_text(encoding="utf-8"))
    (damaged.path / name).write_text(json.dumps(kept | change), encoding="utf-8")
    assert list_runs(whole.workspace) == [whole]
    (field,) = change
    assert f"{name}, field {field}" in damaged_runs(whole.workspace)[damaged.id]


@pytest.mark.parametrize("blend", [None, {"weight": 0.5}])
def test_lists_without_what_they_are_a_blend_of(two: list[Run], blend: dict[str, float] | None) -> None:
    whole, damaged = two
    damaged.write_result(RESULT | {"lists": LISTS, "blend": blend})
    assert list_runs(whole.workspace) == [whole]
    assert "lists, which need blend and its label_floor" in damaged_runs(whole.workspace)[damaged.id]
    damaged.write_result(RESULT | {"lists": LISTS, "blend": {"weight": 0.5, "label_floor": 0.3}})
    assert damaged_runs(whole.workspace) == {}
    assert "(+0.100, not distinguishable)" in str(lists_sentence(damaged.result or {}))


def test_a_directory_that_was_left_half_made_is_named_after_a_minute(two: list[Run]) -> None:
    half = Run(two[0].workspace, "20260101-000000-half")
    half.path.mkdir()
    assert damaged_runs(half.workspace) == {}
    old = time.time() - 61
    os.utime(half.path, (old, old))
    assert list(damaged_runs(half.workspace)) == [half.id]
    assert "config.json cannot be read" in damaged_runs(half.workspace)[half.id]
    assert len(list_runs(half.workspace)) == 2


def test_a_directory_of_runs_that_cannot_be_read_is_not_an_empty_list(make_dataset: Any, cli: Any) -> None:
    workspace = make_dataset(["good"]).workspace
    assert list_runs(workspace) == []
    workspace.runs.write_text("", encoding="utf-8")
    with pytest.raises(RunError, match="runs cannot be read: Not a directory"):
        list_runs(workspace)
    shown = cli("runs")
    assert (shown.status, shown.out) == (2, "")
    assert open_dataset(workspace, "tiny").n_rows("dev") == 1
