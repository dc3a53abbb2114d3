"""Run directories."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from pydantic import ValidationError

from tests.recommending import RESULT
from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.errors import RunError, SpecError, WeakrecError
from weakrec_core.jobs.job import CANCEL, Job
from weakrec_core.jobs.status import Status, created
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs import listing, store
from weakrec_core.runs.inputs import label_settings
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.run_config import RunConfig
from weakrec_core.runs.store import Run, new_run, open_run

ME = psutil.Process()
GONE = {"pid": ME.pid, "process_started": created(ME.pid) - 1}  # a process of another time under our id
HERE = {"pid": ME.pid, "process_started": created(ME.pid)}


@pytest.fixture
def run(make_dataset: Any, tutorial: LFSet) -> Run:
    return new_run(make_dataset(["good", "bad"]), tutorial, "v0", preset="recommended")


def test_a_new_run_is_queued_with_its_inputs_frozen(make_dataset: Any, tutorial: LFSet) -> None:
    dataset: Dataset = make_dataset(["good", "bad"])
    made = new_run(
        dataset,
        tutorial,
        "v3",
        "majority",
        min_confidence=0.8,
        text_model="off",
        preset="tutorial",
        epochs=7,
        seed=5,
    )
    config = open_run(dataset.workspace, made.id).config
    assert (config.dataset, config.fingerprint) == ("tiny", dataset.fingerprint)
    assert config.frozen_lf_set == tutorial
    assert (config.lf_version, config.label_model, config.min_confidence) == ("v3", "majority", 0.8)
    assert config.text_model == "off"
    assert (config.train["preset"], config.train["epochs"], config.train["seed"]) == ("tutorial", 7, 5)
    assert config.libraries["snorkel"] == "0.10.0"
    assert set(config.libraries) == set(store.LIBRARIES)
    assert config.created.endswith("+00:00")
    status = made.status
    assert (status.state, status.pid, status.epoch, status.error) == ("queued", None, 0, None)
    assert (made.result, made.epochs, made.log) == (None, [], "")
    with pytest.raises(ValidationError):
        config.seed = 6  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"label_model": "snorkle"}, "There is no label model 'snorkle'; the label models are auto, snorkel"),
        ({"preset": "huge"}, "There is no preset 'huge'"),
        ({"epochs": 0}, "Training option epochs"),
        ({"epochs": 10**18}, "Training option epochs: Input should be less than or equal to 10000"),
        ({"seed": -1}, "Training option seed"),
    ],
)
def test_bad_inputs_leave_no_run(make_dataset: Any, tutorial: LFSet, change: dict[str, Any], problem: str) -> None:
    dataset = make_dataset(["good", "bad"])
    arguments = {"dataset": dataset, "lf_set": tutorial, "lf_version": "v0", "preset": "recommended"}
    with pytest.raises(WeakrecError, match=problem):
        new_run(**(arguments | change))
    assert list_runs(dataset.workspace) == []


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ({"state": "queued"}, "queued"),
        ({"state": "queued"} | HERE, "queued"),
        ({"state": "running"} | HERE, "running"),
        ({"state": "queued"} | GONE, "lost"),
        ({"state": "running"} | GONE, "lost"),
        ({"state": "running", "pid": 2**30, "process_started": 1.0}, "lost"),
        ({"state": "running", "pid": ME.pid}, "lost"),
        ({"state": "succeeded"} | GONE, "succeeded"),
        ({"state": "failed", "error": "why"} | GONE, "failed"),
        ({"state": "cancelled"} | GONE, "cancelled"),
    ],
)
def test_a_run_whose_process_is_gone_is_lost(run: Run, written: dict[str, Any], found: str) -> None:
    run.write_status(Status.model_validate(written))
    assert run.status.state == found
    assert run.summary()["state"] == found
    if found == "lost":
        assert run.status.error == "The process ended without a word; see its log."
        assert json.loads((run.path / "status.json").read_text(encoding="utf-8"))["state"] == written["state"]


def test_a_process_that_ends_between_two_looks_is_not_lost(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run.write_status(Status(state="running", **GONE))

    def ends(job: Job, status: Status) -> bool:
        run.write_status(Status(state="succeeded", **GONE))
        return False

    monkeypatch.setattr(Job, "_alive", ends)
    assert run.status.state == "succeeded"


def test_a_process_that_never_came_up_is_lost_after_a_minute(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run.status.state == "queued"
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    assert run.status.state == "lost"


def test_an_epoch_that_is_half_written_is_left_out(run: Run) -> None:
    run.append_epoch({"epoch": 1, "loss": 0.5})
    run.append_epoch({"epoch": 2, "loss": 0.25})
    whole = [{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25}]
    assert run.epochs == whole
    for more in ('{"epo', '{"epoch": 3, "loss": 0.1}'):
        with (run.path / "metrics.jsonl").open("a", encoding="utf-8") as f:
            f.write(more)
        assert run.epochs == whole
        (run.path / "metrics.jsonl").write_text("".join(json.dumps(e) + "\n" for e in whole), encoding="utf-8")


def test_files_that_are_broken_are_named(run: Run) -> None:
    for name, read in (("status.json", lambda: run.status), ("config.json", lambda: run.config)):
        kept = (run.path / name).read_bytes()
        for content in (b"", b"{", b"\xff"):
            (run.path / name).write_bytes(content)
            with pytest.raises(RunError, match=f"Run {run.id}: {name} cannot be read"):
                read()
        for content in (b"{}", b"[]", json.dumps(json.loads(kept) | {"state": 5, "dataset": 5}).encode()):
            (run.path / name).write_bytes(content)
            with pytest.raises(RunError, match=rf"^Run {run.id}: {name}.*\.$"):
                read()
        (run.path / name).write_bytes(kept)
    config = run.config.model_copy(update={"lf_set": {"name": "s", "lfs": [[None]]}})
    with pytest.raises(SpecError, match=r"^The LF set 's' of a run, field lfs\.1: .*\.$"):
        _ = config.frozen_lf_set
    (run.path / "result.json").write_text("{", encoding="utf-8")
    with pytest.raises(RunError, match=r"result\.json cannot be read"):
        _ = run.result


def test_cancel_asks_the_process_to_stop(run: Run) -> None:
    child = subprocess.Popen(["sleep", "100"])
    began = created(child.pid)
    run.write_status(Status(state="running", pid=child.pid, process_started=began))
    run.cancel()
    assert child.wait() == -signal.SIGTERM
    run.cancel()  # once more


@pytest.mark.parametrize(
    "status",
    [
        {"state": "running"} | GONE,  # another process has its id now
        {"state": "running", "pid": 2**30, "process_started": 1.0},
        {"state": "succeeded"} | HERE,
        {"state": "failed"} | HERE,
        {"state": "queued"},  # not yet started
    ],
)
def test_cancel_touches_no_other_process(run: Run, status: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    killed = []
    monkeypatch.setattr(os, "kill", lambda *arguments: killed.append(arguments))
    run.write_status(Status.model_validate(status))
    before = (run.path / "status.json").read_bytes()
    run.cancel()
    assert killed == []
    assert (run.path / "status.json").read_bytes() == before


def test_cancel_of_a_process_that_ends_just_then(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(pid: int, signum: int) -> None:
        raise ProcessLookupError

    monkeypatch.setattr(os, "kill", gone)
    run.write_status(Status(state="running", **HERE))
    run.cancel()


def test_runs_are_listed_newest_first(run: Run, tutorial: LFSet) -> None:
    for run_id in ("20240101-000000-aaaa", "20250101-000000-aaaa", "20240101-000000-bbbb"):
        path = run.path.with_name(run_id)
        path.mkdir()
        for name in ("config.json", "status.json"):
            (path / name).write_bytes((run.path / name).read_bytes())
    (run.path.with_name("20260101-000000-half")).mkdir()  # being made
    assert [r.id for r in list_runs(run.workspace)] == [
        run.id,
        "20250101-000000-aaaa",
        "20240101-000000-bbbb",
        "20240101-000000-aaaa",
    ]


def test_runs_that_do_not_exist(run: Run) -> None:
    assert open_run(run.workspace, run.id) == run
    for run_id in ("20240101-000000-aaaa", "x"):
        with pytest.raises(RunError, match=f"There is no run '{run_id}'"):
            open_run(run.workspace, run_id)
    for run_id in ("../x", "", ".hidden"):
        with pytest.raises(WeakrecError, match="Run name"):
            open_run(run.workspace, run_id)


def test_the_summary_of_a_run(run: Run) -> None:
    run.write_status(Status(state="running", epoch=3, epochs=40, **HERE))
    summary = run.summary()
    assert summary | {"created": ""} == {
        "run": run.id,
        "name": "",
        "notes": "",
        "state": "running",
        "created": "",
        "dataset": "tiny",
        "lf_set": "tutorial",
        "lf_version": "v0",
        "label_model": "auto",
        "preset": "recommended",
        "epoch": 3,
        "epochs": 40,
        "test": None,
    }
    run.write_result(RESULT)
    assert run.summary()["test"] == RESULT["test"]


def test_a_status_says_when_it_was_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1234.5)
    run.write_status(Status(state="succeeded"))
    assert run.status.heartbeat == 1234.5


def test_the_log_is_read_as_far_as_it_can_be(run: Run) -> None:
    (run.path / "train.log").write_bytes(b"epoch 1\ncaf\xff")
    assert run.log == "epoch 1\ncaf�"


def test_a_config_from_before_the_class_balance_was_kept(run: Run) -> None:
    values = json.loads((run.path / "config.json").read_text())
    values.pop("class_balance"), values.pop("snorkel")
    (run.path / "config.json").write_text(json.dumps(values))
    assert (run.config.class_balance, run.config.snorkel) == (None, SnorkelConfig())
    assert "from dev" in label_settings(run).values()


def test_configs_take_no_unknown_keys(run: Run, tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        RunConfig.model_validate(run.config.model_dump() | {"more": 1})


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_run_that_did_not_finish_goes_back_into_the_queue(run: Run, state: Any) -> None:
    before = run.status.queued
    run.cancel()
    run.write_status(Status(state=state, stage="Over", error="Why.", epoch=3, epochs=9, **GONE))
    run.resume()
    status = run.status
    assert (status.state, status.error, status.pid, status.epoch, status.epochs) == ("queued", None, None, 3, 9)
    assert status.queued >= before
    assert not (run.path / CANCEL).exists()
    with pytest.raises(RunError, match="is queued; only a cancelled, failed or lost run can be resumed"):
        run.resume()


def test_a_lost_run_can_be_resumed_and_one_that_succeeded_cannot(run: Run) -> None:
    run.write_status(Status(state="running", **GONE))
    run.resume()
    assert run.status.state == "queued"
    run.write_status(Status(state="succeeded"))
    with pytest.raises(RunError, match="is succeeded; only"):
        run.resume()


def test_a_retry_is_a_new_run_with_the_same_inputs(make_dataset: Any, tutorial: LFSet) -> None:
    first = new_run(
        make_dataset(["good", "bad"]), tutorial, "v2", "majority", preset="tutorial", seed=4, epochs=2, budget=1.5
    )
    first.append_epoch({"epoch": 1})
    again = first.retry()
    same = {"created", "libraries"}
    assert again.config.model_dump(exclude=same) == first.config.model_dump(exclude=same)
    assert again.config.budget == 1.5
    assert again.id != first.id
    assert (again.status.state, again.epochs) == ("queued", [])
    make_dataset(["good", "worse"])
    with pytest.raises(RunError, match=f"Dataset 'tiny' has changed since run {first.id} was created"):
        first.retry()


@pytest.mark.parametrize("budget", [0, -1, float("nan"), float("inf")])
def test_a_budget_is_a_number_of_minutes(budget: float, run: Run, tutorial: LFSet) -> None:
    with pytest.raises(RunError, match="A budget is a number of minutes above 0"):
        new_run(open_dataset(run.workspace, "tiny"), tutorial, "v0", preset="tutorial", budget=budget)
    assert len(list_runs(run.workspace)) == 1


def test_the_queue_begins_with_the_run_that_runs(run: Run, tutorial: LFSet) -> None:
    second, third, over = (
        new_run(open_dataset(run.workspace, "tiny"), tutorial, "v0", preset="recommended") for _ in range(3)
    )
    start = run.status.queued
    run.write_status(Status(state="queued", queued=start + 9, **HERE))  # resumed after the others had come
    second.write_status(Status(state="queued", queued=start + 1, **HERE))
    third.write_status(Status(state="running", queued=start + 2, **HERE))
    over.write_status(Status(state="succeeded", queued=start))
    assert listing.queue(run.workspace) == [third, second, run]


def test_later_epochs_are_dropped(run: Run) -> None:
    for epoch in (1, 2, 3):
        run.append_epoch({"epoch": epoch, "loss": 0.5})
    run.keep_epochs(2)
    assert [e["epoch"] for e in run.epochs] == [1, 2]
    run.append_epoch({"epoch": 3})
    assert [e["epoch"] for e in run.epochs] == [1, 2, 3]


@pytest.mark.parametrize(
    ("version", "title"),
    [
        ("v3", "mine v3"),
        ("mine.yaml", "mine.yaml"),
        ("other.yaml", "mine other.yaml"),
        ("v1 + unsaved edits", "mine v1 + unsaved edits"),
    ],
)
def test_a_set_from_a_file_is_named_once(run: Run, version: str, title: str) -> None:
    named = run.config.model_copy(update={"lf_set": {"name": "mine"}, "lf_version": version})
    assert named.lf_set_title == title
