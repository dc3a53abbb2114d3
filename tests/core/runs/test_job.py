"""What the training process does."""

import json
import math
import os
import resource
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
import pytest

from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.data.training_rows import gold_rows
from weakrec_core.engine.base import LocalEngine
from weakrec_core.errors import RunError, WeakrecError
from weakrec_core.jobs.status import Status, created
from weakrec_core.label_model.fitting import load_label_model
from weakrec_core.label_model.label_train import label_train
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.label_model.text_labels import label_train_with_text
from weakrec_core.label_model.text_model import TextModel
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.kinds.python import MODULES_VARIABLE
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs import job
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.store import CHECKPOINT, Run, new_run
from weakrec_core.runs.worth import PARTS, Stopped, measure_worth, read_worth
from weakrec_core.workspace import Workspace

MEASURES = {"accuracy", "f1", "precision", "recall", "auc", "log_loss"}
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    """`execute` is made for a process of its own and takes the signals."""
    before = {signum: signal.getsignal(signum) for signum in (signal.SIGTERM, signal.SIGINT)}
    yield
    for signum, handler in before.items():
        signal.signal(signum, handler)


@pytest.fixture(scope="module")
def done(dataset: Dataset, tutorial: LFSet) -> tuple[Run, dict[str, Any], list[dict[str, float]], list[Status]]:
    """A run of two epochs with the text model: what it gave, what it told, and its statuses then."""
    epochs: list[dict[str, float]] = []
    statuses: list[Status] = []
    run = new_run(dataset, tutorial, "v0", "calibrated", text_model="on", preset="recommended", epochs=2, seed=1)

    def told(metrics: dict[str, float]) -> None:
        epochs.append(metrics)
        statuses.append(run.status)

    handlers = {signum: signal.getsignal(signum) for signum in (signal.SIGTERM, signal.SIGINT)}
    result = job.execute(run, told)
    for signum, handler in handlers.items():
        signal.signal(signum, handler)
    assert result is not None
    return run, result, epochs, statuses


def test_the_result_is_what_train_prints(done: Any) -> None:
    run, result, _, _ = done
    assert result == run.result
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert result["run"] == run.id
    assert set(result) >= {"run", "test", "baselines", "labels", "training"}
    assert set(result["test"]) >= MEASURES
    assert all(0 <= result["test"][name] <= 1 for name in MEASURES - {"log_loss"})
    assert set(result["baselines"]) >= {"constant", "popularity"}
    for name, baseline in result["baselines"].items():
        assert baseline["test"] is None if name in ("item_knn", "ease") else set(baseline["test"]) >= MEASURES
    assert result["labels"]["label_model"] == "calibrated"
    assert result["training"]["epochs_run"] == 2
    assert 0 <= result["training"]["best_epoch"] <= 2


def test_what_the_labels_are_worth(done: Any, cli: Any) -> None:
    """Stopped after the first fits, it goes on with what is kept; on the command line nothing is fitted again."""
    run, _, _, _ = done
    stages: list[str] = []

    def stop() -> bool:
        return len(stages) > 1

    with pytest.raises(Stopped):
        measure_worth(run, [60, 10**9], seeds=2, tell=lambda share, stage: stages.append(stage), should_stop=stop)
    kept = {path.name: path.stat().st_mtime_ns for path in (run.path / PARTS).glob("*.npy")}
    assert len(kept) == 4  # two seeds, without labels and with them
    assert read_worth(run) is None
    found = measure_worth(run, [60], seeds=2)
    assert {path.name: path.stat().st_mtime_ns for path in (run.path / PARTS).glob("*.npy")}.items() > kept.items()
    assert [point["dev_rows"] for point in found["curve"]] == [
        60,
        len(gold_rows(open_dataset(run.workspace, run.config.dataset), "dev")),
    ]
    assert read_worth(run) == found
    whole = found["curve"][-1]["with_labels"]["auc"]
    assert whole == pytest.approx(run.result["test"]["auc"], abs=1e-6)  # all of dev: the run's own model
    done_again = cli("worth", "--run", run.id, "--budgets", "60", "--json")
    assert done_again.status == 0
    assert set(done_again.json["worth"]) >= {"gold_labels", "low", "high", "sentence"}
    assert cli("worth", "--run", run.id, "--budgets", "many").err.startswith("error: Budgets are whole numbers above 0")


def test_cuts_and_lists_are_in_the_result(done: Any) -> None:
    _, result, _, _ = done
    assert set(result["cuts"]) == {"accuracy", "f1", "f1_negative"}
    assert result["cuts"]["f1"]["test"]["f1"] > 0
    assert sum(result["rating"]["pooled"].values()) == pytest.approx(1)
    assert result["lists"]["with"] == result["ranking"]["ndcg@10"]
    assert {"auc", "log_loss", "ndcg@10"} <= set(result["rivals"])
    assert "gold" not in {rival["rival"] for rival in result["rivals"].values()}
    assert result["valid"]["n"] > 0


def test_it_tells_how_far_it_is(done: Any) -> None:
    run, _, epochs, statuses = done
    assert [e["epoch"] for e in epochs] == [1, 2]
    assert run.epochs == epochs
    assert all(math.isfinite(e["loss"]) and e["epochs"] == 2 for e in epochs)
    assert [(s.state, s.stage, s.epoch, s.epochs) for s in statuses] == [
        ("running", "Training", 1, 2),
        ("running", "Training", 2, 2),
    ]
    me = psutil.Process()
    assert (statuses[0].pid, statuses[0].process_started) == (me.pid, created(me.pid))
    status = run.status
    assert (status.state, status.stage, status.error) == ("succeeded", "Done", None)
    assert status.heartbeat >= statuses[-1].heartbeat > 0
    assert list_runs(run.workspace)[0].id == run.id


def test_the_label_model_loads_back_to_the_same_probabilities(done: Any, dataset: Dataset, tutorial: LFSet) -> None:
    run, result, _, _ = done
    values = json.loads((run.path / "label_model.json").read_text(encoding="utf-8"))
    applier = Applier(dataset)
    step = label_train(applier.of(tutorial), "calibrated")
    model = load_label_model(values)
    np.testing.assert_array_equal(model.predict_proba(step.train.votes), step.model.predict_proba(step.train.votes))
    assert model.lf_names == tutorial.names
    reviews = dataset.split("train")["review_text"]
    text = label_train_with_text(step.applied, "calibrated").text
    assert text is not None
    np.testing.assert_allclose(
        TextModel.from_json(values["text"]).predict_proba(reviews), text.predict_proba(reviews), atol=1e-12
    )
    assert result["labels"]["text_model"]
    assert result["labels"]["train"]["covered"] == reviews.notna().sum() + (step.covered & reviews.isna()).sum()


def test_the_network_is_kept(done: Any) -> None:
    run, _, _, _ = done
    assert (run.path / "model.keras").stat().st_size > 1000
    assert not list(run.path.glob(".*"))  # nothing half-written


def test_sigterm_cancels_it_between_batches(dataset: Dataset, tutorial: LFSet) -> None:
    run = new_run(dataset, tutorial, "v0", "majority", text_model="off", preset="recommended", epochs=5)
    told = []

    def stop(metrics: dict[str, float]) -> None:
        told.append(metrics)
        run.cancel()

    assert job.execute(run, stop) is None
    assert len(told) == 1
    assert (run.status.state, run.status.epoch, run.result) == ("cancelled", 1, None)
    assert not (run.path / "model.keras").exists()
    assert (run.path / "label_model.json").exists()


def test_cancelled_before_its_turn(dataset: Dataset, tutorial: LFSet, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older run is active for ever; what stops the waiting is the signal."""
    other = new_run(dataset, tutorial, "v0", preset="recommended")
    me = psutil.Process()
    older = Run(other.workspace, "20000101-000000-aaaa")
    os.replace(other.path, older.path)
    older.write_status(Status(state="running", pid=me.pid, process_started=created(me.pid)))
    run = new_run(dataset, tutorial, "v0", preset="recommended")
    waited: list[str] = []

    def sleep(seconds: float) -> None:
        waited.append(run.status.stage)
        if len(waited) == 3:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(job.time, "sleep", sleep)
    try:
        assert job.execute(run) is None
    finally:
        older.write_status(Status(state="succeeded"))
    assert waited == ["Waiting for the run before"] * 3
    assert run.status.state == "cancelled"
    assert not (run.path / "label_model.json").exists()


def test_it_waits_for_older_runs_only(dataset: Dataset, tutorial: LFSet, monkeypatch: pytest.MonkeyPatch) -> None:
    me = psutil.Process()
    run = new_run(dataset, tutorial, "v0", preset="recommended")
    newer = Run(run.workspace, "29990101-000000-aaaa")
    newer.path.mkdir()
    (newer.path / "config.json").write_bytes((run.path / "config.json").read_bytes())
    later = run.status.queued + 1
    newer.write_status(Status(state="queued", pid=me.pid, process_started=created(me.pid), queued=later))
    monkeypatch.setattr(job, "_train", lambda *_: {"run": run.id})
    monkeypatch.setattr(job.time, "sleep", lambda seconds: pytest.fail("it waits"))
    try:
        assert job.execute(run) == {"run": run.id}
    finally:
        newer.write_status(Status(state="succeeded"))
    assert run.status.state == "succeeded"


def test_a_resumed_run_waits_for_the_one_that_runs(
    dataset: Dataset, tutorial: LFSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though its id is older."""
    me = psutil.Process()
    run = new_run(dataset, tutorial, "v0", preset="recommended")
    run.write_status(Status(state="cancelled"))
    other = new_run(dataset, tutorial, "v0", preset="recommended")
    there = {"pid": me.pid, "process_started": created(me.pid), "queued": other.status.queued}
    other.write_status(Status(state="running", **there))
    run.resume()
    stages: list[str] = []

    def sleep(seconds: float) -> None:
        stages.append(run.status.stage)
        if len(stages) == 2:
            other.write_status(Status(state="succeeded"))

    monkeypatch.setattr(job, "_train", lambda *_: {"run": run.id})
    monkeypatch.setattr(job.time, "sleep", sleep)
    assert job.execute(run) == {"run": run.id}
    assert stages == ["Waiting for the run before"] * 2


def untimed(values: Any) -> Any:
    """Without what differs from time to time."""
    if isinstance(values, dict):
        times = ("run", "seconds", "examples_per_second", "elapsed")
        return {k: untimed(v) for k, v in values.items() if k not in times}
    return [untimed(v) for v in values] if isinstance(values, list) else values


def flat(values: Any, path: str = "") -> dict[str, Any]:
    """Nested values by their path."""
    pairs = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else None
    if pairs is None:
        return {path: values}
    return {k: v for key, value in pairs for k, v in flat(value, f"{path}/{key}").items()}


@pytest.mark.usefixtures("quick_ceilings")
def test_a_resumed_run_reaches_the_metrics_of_one_that_was_not_stopped(
    dataset: Dataset, tutorial: LFSet, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed after an epoch was told and before its checkpoint was written, too: the epoch is made again.

    It goes on part by part, which makes no difference.
    """
    options: dict[str, Any] = {"text_model": "off", "preset": "tutorial", "epochs": 3, "seed": 2}
    whole = new_run(dataset, tutorial, "v0", "majority", **options)
    expected = job.execute(whole)
    run = new_run(dataset, tutorial, "v0", "majority", **options)
    assert job.execute(run, lambda metrics: run.cancel() if metrics["epoch"] == 2 else None) is None
    assert (run.status.state, run.status.epoch) == ("cancelled", 2)
    assert (run.path / CHECKPOINT).exists()
    run.append_epoch({"epoch": 3, "epochs": 3, "loss": 99.0})
    run.resume()
    assert (run.status.state, run.status.epoch) == ("queued", 2)
    found = job.execute(run, engine=LocalEngine(), part_rows=500)
    assert run.status.state == "succeeded"
    assert not (run.path / CHECKPOINT).exists()
    assert [e["epoch"] for e in run.epochs] == [1, 2, 3]
    assert flat(untimed(run.epochs)) == pytest.approx(flat(untimed(whole.epochs)), abs=1e-6)
    assert flat(untimed(found)) == pytest.approx(flat(untimed(expected)), abs=1e-6)


@pytest.mark.usefixtures("quick_ceilings")
def test_one_that_failed_before_its_first_epoch_was_written_is_resumed_from_the_beginning(
    dataset: Dataset, tutorial: LFSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(dataset, tutorial, "v0", "majority", text_model="off", preset="tutorial", epochs=1)
    with monkeypatch.context() as patch:
        patch.setattr(job, "label_train", lambda *_: pytest.raises(RunError))
        with pytest.raises(RunError):
            job.execute(run)
    assert run.status.state == "failed"
    (run.path / "metrics.jsonl").write_text('{"epoch": 1, "lo')  # as a process leaves it that is killed within a line
    run.resume()
    assert run.status.error is None
    assert job.execute(run) is not None
    assert [e["epoch"] for e in run.epochs] == [1]


def test_a_full_disk_fails_the_run_in_a_sentence(dataset: Dataset, tutorial: LFSet) -> None:
    run = new_run(dataset, tutorial, "v0", "calibrated", text_model="off", preset="tutorial", epochs=1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600, hard))  # room for a status, not for a label model
    try:
        with pytest.raises(RunError, match=rf"^Run {run.id} failed: .*File too large\.$"):
            job.execute(run)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (run.status.state, run.damage) == ("failed", None)
    assert "File too large" in str(run.status.error)


@pytest.mark.usefixtures("quick_ceilings")
def test_a_budget_ends_the_training_and_the_run_is_measured(dataset: Dataset, tutorial: LFSet) -> None:
    run = new_run(dataset, tutorial, "v0", "majority", text_model="off", preset="tutorial", epochs=9, budget=1e-6)
    result = job.execute(run)
    assert result is not None
    assert result["training"]["epochs_run"] == 1
    assert (run.status.state, run.status.epoch, run.status.epochs) == ("succeeded", 1, 9)
    assert result["test"]["n"] > 0


def test_a_dataset_that_has_changed_fails_the_run(make_dataset: Any, tutorial: LFSet) -> None:
    run = new_run(make_dataset(["good", "bad"]), tutorial, "v0", preset="recommended")
    make_dataset(["good", "worse"])
    with pytest.raises(RunError, match=f"Dataset 'tiny' has changed since run {run.id} was created"):
        job.execute(run)
    assert (run.status.state, run.status.stage) == ("failed", "Failed")
    assert run.status.error == f"Dataset 'tiny' has changed since run {run.id} was created; launch a new run."


def words(*keywords: str) -> LFSet:
    group = {"label": "POSITIVE"}
    lfs = [{"kind": "keyword", "name": k, "groups": [group | {"keywords": [k]}]} for k in keywords]
    return LFSet.model_validate({"name": "s", "lfs": lfs})


@pytest.mark.parametrize(
    ("lf_set", "options", "problem"),
    [
        (
            words("absent"),
            {"label_model": "majority", "preset": "tutorial"},
            "No train row has a vote with that confidence",
        ),
        (words("good"), {"label_model": "snorkel"}, "needs at least 3 LFs"),
        (words(), {"label_model": "majority"}, "No LF is switched on"),
    ],
)
def test_what_makes_a_run_fail_is_kept_in_one_sentence(
    make_dataset: Any, lf_set: LFSet, options: dict[str, Any], problem: str
) -> None:
    run = new_run(
        make_dataset(["good", "bad"] * 3), lf_set, "v0", **({"text_model": "off", "preset": "recommended"} | options)
    )
    with pytest.raises(WeakrecError, match=problem):
        job.execute(run)
    assert run.status.state == "failed"
    assert problem in (run.status.error or "")
    assert "\n" not in (run.status.error or "")


def test_an_error_of_ours_is_told_and_its_trace_is_in_the_log(
    make_dataset: Any, tutorial: LFSet, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    run = new_run(make_dataset(["good", "bad"]), tutorial, "v0", preset="recommended")
    monkeypatch.setattr(job, "label_train", broken)
    with pytest.raises(RunError, match=f"Run {run.id} failed: ZeroDivisionError: by zero"):
        job.execute(run)
    assert (run.status.state, run.status.error) == ("failed", "ZeroDivisionError: by zero")
    assert "Traceback" in capfd.readouterr().err


def test_launch_starts_a_session_of_its_own(make_dataset: Any, workspace: Workspace, tutorial: LFSet) -> None:
    """It comes up, finds that the dataset has changed, and says so in its status and log."""
    run = new_run(make_dataset(["good", "bad"]), tutorial, "v0", preset="recommended")
    make_dataset(["good", "worse"])
    before = {child.pid for child in psutil.Process().children()}
    job.launch(run)
    (child,) = [c for c in psutil.Process().children() if c.pid not in before]
    assert os.getsid(child.pid) == child.pid
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert (run.status.state, run.status.pid) == ("failed", child.pid)
    assert "has changed" in (run.status.error or "")
    assert "has changed" in run.log


def test_the_train_rows_are_those_kept(dataset: Dataset, tutorial: LFSet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows with a vote of the confidence asked for, with their probabilities, from the open dataset."""
    from weakrec_core.network import training

    seen: list[Any] = []

    def instead(of: Dataset, rows: Any, config: Any, **_: object) -> Any:
        seen.append((of, rows, config))
        raise RunError("Seen.")

    monkeypatch.setattr(training, "train", instead)
    run = new_run(
        dataset, tutorial, "v0", "calibrated", min_confidence=0.7, text_model="off", preset="tutorial", seed=3
    )
    with pytest.raises(RunError, match="Seen"):
        job.execute(run)
    ((of, rows, config),) = seen
    step = label_train(Applier(open_dataset(dataset.workspace, dataset.name)).of(tutorial), "calibrated")
    kept = step.kept(0.7)
    assert 0 < kept.sum() < step.covered.sum()
    frame = dataset.split("train")[kept]
    got = pd.DataFrame({"user_idx": rows.user_idx, "book_idx": rows.book_idx})
    pd.testing.assert_frame_equal(got, frame[["user_idx", "book_idx"]].reset_index(drop=True))
    np.testing.assert_allclose(rows.p_positive, step.p_positive[kept], rtol=1e-6)
    assert of.fingerprint == dataset.fingerprint
    assert (config.preset, config.seed) == ("tutorial", 3)


def test_the_class_balance_and_snorkels_settings_reach_the_labels(
    dataset: Dataset, tutorial: LFSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weakrec_core.network import training

    seen: list[Any] = []

    def instead(of: Dataset, rows: Any, config: Any, **_: object) -> Any:
        seen.append(rows.p_positive)
        raise RunError("Seen.")

    monkeypatch.setattr(training, "train", instead)
    snorkel = SnorkelConfig(n_epochs=50, lr=0.02, seed=5)
    options: dict[str, Any] = {"text_model": "off", "preset": "tutorial"}
    for chosen in ({}, {"class_balance": 0.3, "snorkel": snorkel}):
        run = new_run(dataset, tutorial, "v0", "snorkel", **options, **chosen)
        with pytest.raises(RunError, match="Seen"):
            job.execute(run)
    step = label_train(tutorial.apply(dataset), "snorkel", 0.3, snorkel)
    np.testing.assert_allclose(seen[1], step.p_positive[step.covered], rtol=1e-6)
    assert np.abs(seen[0] - seen[1]).max() > 0.05


def test_cancelled_before_its_process_has_said_a_word(dataset: Dataset, tutorial: LFSet) -> None:
    run = new_run(dataset, tutorial, "v0", "majority", preset="recommended")
    run.cancel()
    assert run.status.state == "queued"
    assert job.execute(run) is None
    assert run.status.state == "cancelled"


def test_a_launched_run_finds_lf_modules_in_the_callers_directory(
    make_dataset: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The training goes as far as it can without a vote."""
    (tmp_path / "lfs_beside_me.py").write_text("def f(x): return -1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setenv(MODULES_VARIABLE, "lfs_beside_me")
    lfs = [{"kind": "python", "name": "mine", "target": "lfs_beside_me:f"}]
    lf_set = LFSet.model_validate({"name": "s", "lfs": lfs})
    run = new_run(make_dataset(["good", "bad"] * 3), lf_set, "v0", "majority", text_model="off", preset="tutorial")
    assert job.launch(run)
    assert not job.launch(run)
    process = json.loads((run.path / "process.json").read_text(encoding="utf-8"))["pid"]
    os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
    assert (run.status.state, run.status.pid) == ("failed", process)
    assert (run.status.error or "").startswith("No train row has a vote with that confidence")


def test_two_who_resume_at_once_train_once(make_dataset: Any, tutorial: LFSet) -> None:
    run = new_run(make_dataset(["good", "bad"]), tutorial, "v0", preset="recommended")
    run.write_status(Status(state="cancelled"))
    barrier = threading.Barrier(4)

    def resume(_: int) -> bool:
        barrier.wait()
        try:
            run.resume()
        except RunError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(resume, range(4))) == [False] * 3 + [True]
    with subprocess.Popen(["sleep", "100"]) as other:
        there = {"pid": other.pid, "process_started": created(other.pid)}
        run.write_status(Status(state="queued", **there))
        with pytest.raises(RunError, match=f"Run {run.id} is being worked on by process {other.pid}"):
            job.execute(run)
        assert run.status.pid == other.pid
        other.kill()


def test_a_run_goes_on_with_its_data_when_the_name_is_ingested_anew(
    make_dataset: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first to the last thing it reads, though nothing but the text of train was read before."""
    from weakrec_core.network import training

    gold = [1, 0, 1, 0, 1, 1]
    run = new_run(
        make_dataset(["good", "bad"] * 3, gold=gold),
        words("good"),
        "v0",
        "majority",
        text_model="off",
        preset="tutorial",
    )
    seen: list[Dataset] = []

    def instead(of: Dataset, *_: Any, **__: Any) -> None:
        make_dataset(["good"] * 3, gold=[0, 0, 0])
        seen.append(of)
        raise RunError("Seen.")

    monkeypatch.setattr(training, "train", instead)
    with pytest.raises(RunError, match="Seen"):
        job.execute(run)
    (of,) = seen
    assert of.fingerprint == run.config.fingerprint
    assert of.gold("dev").tolist() == of.gold("test").tolist() == of.train_gold().tolist() == gold
    assert (len(of.books), of.histories.n_users) == (6, 24)
