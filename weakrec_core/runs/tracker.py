"""The optional tracker: finished runs go to MLflow where ``MLFLOW_TRACKING_URI`` is set.

It needs what ``requirements-mlflow.txt`` names. Whatever goes wrong there, the run has succeeded: a warning in its log says it.
"""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from weakrec_core.runs.store import Run
from weakrec_core.workspace import Workspace

if TYPE_CHECKING:
    from mlflow import MlflowClient

VARIABLE = "MLFLOW_TRACKING_URI"
_EXPERIMENT = "weakrec-workbench"
_ARTIFACTS = ("config.json", "result.json", "metrics.jsonl")
_LONGEST = 500  # characters of a parameter that every store takes
# A server that is down shall not hold the process for minutes; and MLflow reports its use to its makers unless told not to.
_DEFAULTS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}
_log = logging.getLogger(__name__)


def track(run: Run) -> None:
    """Log a finished run to MLflow if it is asked for; never raises."""
    uri = os.environ.get(VARIABLE)
    if not uri:
        return
    try:
        with _environment_defaults():
            _send(run)
    except ImportError as e:
        _log.warning(
            "%s is set but MLflow cannot be imported (%s): pip install -r requirements-mlflow.txt. "
            "The run itself is complete.",
            VARIABLE,
            e,
        )
    except Exception as e:
        reason = (str(e).strip() or type(e).__name__).splitlines()[0]
        _log.warning(
            "Run %s could not be logged to MLflow: %s. The run itself is complete.", run.id, reason.rstrip(".")
        )


def _send(run: Run) -> None:
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param

    client = MlflowClient()
    config, result = run.config, run.result or {}
    created = int(datetime.fromisoformat(config.created).timestamp() * 1000)
    tags = {"mlflow.runName": run.id, "mlflow.source.type": "LOCAL", "dataset_fingerprint": config.fingerprint}
    tracked = client.create_run(_experiment(client, run.workspace), start_time=created, tags=tags).info.run_id
    now = int(time.time() * 1000)
    metrics = [Metric(key, value, now, 0) for key, value in flat_metrics(result).items()]
    metrics += [
        Metric(f"epoch.{_key(key)}", value, now, int(epoch["epoch"]))
        for epoch in run.epochs
        for key, value in epoch.items()
        if key not in ("epoch", "epochs") and isinstance(value, (int, float))
    ]
    params = [Param(key, str(value)[:_LONGEST]) for key, value in parameters(run).items()]
    for start in range(0, len(metrics), 900):  # at most 1,000 entries a request
        client.log_batch(tracked, metrics=metrics[start : start + 900])
    for start in range(0, len(params), 100):
        client.log_batch(tracked, params=params[start : start + 100])
    for name in _ARTIFACTS:
        if (run.path / name).exists():
            client.log_artifact(tracked, str(run.path / name))
    client.set_terminated(tracked, "FINISHED")


def parameters(run: Run) -> dict[str, Any]:
    """The inputs of a run, flat."""
    config = run.config
    return {
        "dataset": config.dataset,
        "lf_set": config.lf_set["name"],
        "lf_version": config.lf_version,
        "lfs": ", ".join(lf["name"] for lf in config.lf_set["lfs"] if lf.get("enabled", True)),
        "label_model": config.label_model,
        "class_balance": config.class_balance,
        "text_model": config.text_model,
        "min_confidence": config.min_confidence,
        **{f"snorkel.{name}": value for name, value in config.snorkel.model_dump().items()},
        **config.train,
        **{f"version.{name}": value for name, value in config.libraries.items()},
    }


def flat_metrics(result: dict[str, Any]) -> dict[str, float]:
    """Every figure of a result, flat: ``test.auc``, ``ranking.ndcg_at_10``, ``baselines.ease.ranking.ndcg_at_10``."""
    found: dict[str, float] = {}

    def walk(path: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key != "intervals":
                    walk(f"{path}.{_key(key)}" if path else _key(key), inner)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found[path] = float(value)

    walk("", {k: v for k, v in result.items() if k != "labels"})
    return found


def _key(name: str) -> str:
    """MLflow's names have no @."""
    return name.replace("@", "_at_")


def _experiment(client: "MlflowClient", workspace: Workspace) -> str:
    """The experiment's id; one that MLflow makes itself would keep its files in the working directory."""
    name = os.environ.get("MLFLOW_EXPERIMENT_NAME", _EXPERIMENT)
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    remote = os.environ[VARIABLE].startswith(("http://", "https://", "databricks"))
    place = None if remote else workspace.tracked_artifacts.as_uri()
    return str(client.create_experiment(name, artifact_location=place))


@contextmanager
def _environment_defaults() -> Iterator[None]:
    added = [name for name in _DEFAULTS if name not in os.environ]
    os.environ.update({name: _DEFAULTS[name] for name in added})
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)
