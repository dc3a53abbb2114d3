"""The optional tracker: nothing when unset, a warning when it cannot, everything where MLflow is there."""

import importlib.util
import logging
import sys
from pathlib import Path
from typing import Any

import pytest

from weakrec_core.data.dataset import Dataset
from weakrec_core.jobs.status import Status
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs import tracker
from weakrec_core.runs.store import Run, new_run
from weakrec_core.runs.tracker import VARIABLE, flat_metrics, track

RESULT: dict[str, Any] = {
    "run": "x",
    "test": {"auc": 0.7, "n": 10},
    "ranking": {"ndcg@10": 0.2, "intervals": {"ndcg@10": [0.1, 0.3]}},
    "baselines": {"ease": {"test": None, "ranking": {"ndcg@10": 0.1}}},
    "labels": {"train": {"rows": 5}},
}


@pytest.fixture
def run(demo: Dataset, tutorial: LFSet) -> Run:
    made = new_run(demo, tutorial, "v1", preset="recommended", epochs=2)
    made.append_epoch({"epoch": 1, "epochs": 2, "loss": 0.6})
    made.append_epoch({"epoch": 2, "epochs": 2, "loss": 0.5})
    made.write_result(RESULT)
    made.write_status(Status(state="succeeded"))
    return made


def test_metrics_are_flat_and_intervals_left_out() -> None:
    assert flat_metrics(RESULT) == {
        "test.auc": 0.7,
        "test.n": 10.0,
        "ranking.ndcg_at_10": 0.2,
        "baselines.ease.ranking.ndcg_at_10": 0.1,
    }


def test_unset_nothing_is_imported(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setitem(sys.modules, "mlflow", None)
    track(run)


def test_a_missing_package_is_a_warning(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(VARIABLE, "sqlite:///nowhere.db")
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with caplog.at_level(logging.WARNING):
        track(run)
    assert "requirements-mlflow.txt" in caplog.text and "complete" in caplog.text


def test_a_server_that_is_down_is_a_warning(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def down(run: Run) -> None:
        raise ConnectionError("Connection refused\nand a long trace")

    monkeypatch.setenv(VARIABLE, "http://127.0.0.1:9")
    monkeypatch.setattr(tracker, "_send", down)
    track(run)
    assert "could not be logged to MLflow: Connection refused. The run itself is complete." in caplog.text
    assert run.status.state == "succeeded"


@pytest.mark.skipif(importlib.util.find_spec("mlflow") is None, reason="requirements-mlflow.txt is not installed")
def test_a_run_in_mlflow(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.chdir(tmp_path)
    track(run)
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    experiment = client.get_experiment_by_name("weakrec-workbench")
    assert experiment is not None
    (tracked,) = client.search_runs([experiment.experiment_id])
    assert tracked.data.metrics["test.auc"] == 0.7
    assert tracked.data.params["preset"] == "recommended"
    assert [m.value for m in client.get_metric_history(tracked.info.run_id, "epoch.loss")] == [0.6, 0.5]
    assert {f.path for f in client.list_artifacts(tracked.info.run_id)} >= {"config.json", "result.json"}
    assert not (tmp_path / "mlruns").exists()
