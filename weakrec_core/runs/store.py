"""The run directory: written by the process that trains, read by everyone else."""

import json
import math
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from weakrec_core import files
from weakrec_core.access import Role, check_sight, require
from weakrec_core.activity import record
from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.data.gold_by_hand import hand_gold
from weakrec_core.errors import RunError
from weakrec_core.jobs.job import Job
from weakrec_core.jobs.status import UNFINISHED, Status
from weakrec_core.label_model.base import AUTO
from weakrec_core.label_model.fitting import LABEL_MODELS
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.parsing import one_sentence
from weakrec_core.runs.about import ABOUT_FILE, About
from weakrec_core.runs.result_shape import Epoch, ResultShape
from weakrec_core.runs.run_config import RunConfig, TextChoice
from weakrec_core.stats.decision_cut import checked_goal
from weakrec_core.workspace import Workspace

Model = TypeVar("Model", bound=BaseModel)
CHECKPOINT, METRICS, SHARDS = "checkpoint.npz", "metrics.jsonl", "shards"
_MAKING_SECONDS = 60  # from the directory to the config in it
LIBRARIES = ("keras", "numpy", "pandas", "scikit-learn", "snorkel", "tensorflow", "textblob", "torch")


@dataclass(frozen=True)
class Run:
    """One run directory of a workspace."""

    workspace: Workspace
    id: str

    @property
    def path(self) -> Path:
        return self.workspace.runs / self.id

    @property
    def config(self) -> RunConfig:
        return self._check(RunConfig, self._json("config.json"), "config.json")

    @property
    def about(self) -> About:
        """Its name and notes."""
        said = self._json(ABOUT_FILE) if (self.path / ABOUT_FILE).exists() else {}
        return self._check(About, said, ABOUT_FILE)

    @property
    def title(self) -> str:
        """How people tell it from others: its name, if it has one, and its id."""
        return f"{name} ({self.id})" if (name := self.about.name) else self.id

    @property
    def left_half_made(self) -> bool:
        """Whether whoever was making it has died, or found the disk full."""
        try:
            return self.path.is_dir() and abs(time.time() - self.path.stat().st_mtime) > _MAKING_SECONDS
        except OSError:  # gone
            return False

    @property
    def damage(self) -> str | None:
        """What keeps it from being shown, in a sentence; None of a run whose files can be read."""
        try:
            _ = self.config, self.about, self.status, self.result, self.epochs
        except RunError as e:
            return str(e)
        return None

    def open_dataset(self) -> Dataset:
        """What it is trained on.

        Raises
        ------
        DataError
            If the dataset is gone.
        RunError
            If it has changed since the run was created.
        """
        current = open_dataset(self.workspace, self.config.dataset)
        dataset = current.as_of(self.config.fingerprint)  # later labels by hand are none of its
        if dataset is None:
            raise RunError(f"Dataset {current.name!r} has changed since run {self.id} was created; launch a new run.")
        return dataset

    @property
    def result(self) -> dict[str, Any] | None:
        """What `train --json` prints, or None before the run has succeeded."""
        if not (self.path / "result.json").exists():
            return None
        result: dict[str, Any] = self._json("result.json")
        self._check(ResultShape, result, "result.json")
        return result

    @property
    def test(self) -> dict[str, Any]:
        """The rating metrics on test: accuracy, f1, precision, recall, auc, log_loss …; `RunError` before the run has succeeded."""
        result = self.result
        if result is None:
            raise RunError(f"Run {self.id} has no test metrics: it is {self.status.state}.")
        return dict(result["test"])

    @property
    def job(self) -> Job:
        """The work on it in a process of its own."""
        return Job(self.path, f"Run {self.id}", "train.log")

    @property
    def status(self) -> Status:
        """The state as far as it can be trusted: a run whose process is gone is lost."""
        status = self.job.status
        if status is None:
            raise RunError(f"Run {self.id}: status.json is missing.")
        return status

    @property
    def epochs(self) -> list[dict[str, float]]:
        """One record an epoch, as far as they are written."""
        path, epochs = self.path / METRICS, []
        try:
            lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
            for line in lines[:-1]:  # what follows the last newline is still being written
                epochs.append(json.loads(line))
        except (OSError, ValueError, RecursionError) as e:
            raise self._unreadable(f"{path.name}, line {len(epochs) + 1},", e) from None
        for n, epoch in enumerate(epochs):
            self._check(Epoch, epoch, f"{path.name}, line {n + 1}")
        return epochs

    @property
    def log(self) -> str:
        path = self.path / "train.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def summary(self) -> dict[str, Any]:
        """The run in one line of a table."""
        config, status, result = self.config, self.status, self.result
        return {
            "run": self.id,
            **self.about.model_dump(),
            "state": status.state,
            "created": config.created,
            "dataset": config.dataset,
            "lf_set": config.lf_set["name"],
            "lf_version": config.lf_version,
            "label_model": config.label_model,
            "preset": config.train["preset"],
            "epoch": status.epoch,
            "epochs": status.epochs,
            "test": result["test"] if result else None,
        }

    def describe(self, *, name: str | None = None, notes: str | None = None) -> None:
        """Give it another name or other notes; None leaves what there is.

        Raises
        ------
        RunError
            If one is too long.
        """
        changes = {key: value for key, value in (("name", name), ("notes", notes)) if value is not None}
        about = self._check(About, self.about.model_dump() | changes, "its description")
        files.write_json(self.path / ABOUT_FILE, about.model_dump())
        record(self.workspace, "described run", self.id)

    def write_status(self, status: Status) -> None:
        self.job.write(status)

    def write_result(self, result: dict[str, Any]) -> None:
        files.write_json(self.path / "result.json", result)

    def append_epoch(self, metrics: dict[str, float]) -> None:
        with (self.path / METRICS).open("ab", buffering=0) as f:
            files.write_all(f.fileno(), json.dumps(metrics).encode() + b"\n")

    def keep_epochs(self, n: int) -> None:
        """Drop the records of later epochs: a training that goes on from epoch `n` makes them again."""
        lines = [json.dumps(e) + "\n" for e in self.epochs if e["epoch"] <= n]
        files.write_text(self.path / METRICS, "".join(lines))

    def resume(self) -> None:
        """Put a run that did not finish back in the queue; it goes on from its last finished epoch.

        Raises
        ------
        RunError
            If it is queued or running, or has succeeded.
        """
        require(Role.EDITOR, "resume a run")
        with self.job.lock():
            status = self.status
            if status.state not in UNFINISHED:
                raise RunError(f"Run {self.id} is {status.state}; only a cancelled, failed or lost run can be resumed.")
            self.job.queue_again(_fresh(epoch=status.epoch, epochs=status.epochs))
        record(self.workspace, "resumed run", self.id)

    def retry(self) -> "Run":
        """A new run with the same inputs.

        Raises
        ------
        RunError
            If the dataset has changed since.
        """
        self.open_dataset()
        return _create(self.workspace, self.config)

    def cancel(self) -> None:
        """Ask the process to stop; it does so after the batch at hand and marks the run cancelled."""
        self.job.cancel()
        record(self.workspace, "cancelled run", self.id)

    def _check(self, kind: type[Model], value: Any, name: str) -> Model:
        try:
            return kind.model_validate(value)
        except ValidationError as e:
            raise RunError(f"Run {self.id}: {name}{one_sentence(e)}") from None

    def _json(self, name: str) -> Any:
        try:
            return files.read_json(self.path / name)
        except (OSError, ValueError) as e:
            raise self._unreadable(name, e) from None

    def _unreadable(self, name: str, error: Exception) -> RunError:
        return RunError(f"Run {self.id}: {name} cannot be read ({type(error).__name__}).")


def new_run(
    dataset: Dataset,
    lf_set: LFSet,
    lf_version: str,
    label_model: str = AUTO,
    *,
    min_confidence: float = 0.5,
    text_model: TextChoice = "auto",
    preset: str,
    epochs: int | None = None,
    seed: int = 0,
    budget: float | None = None,
    class_balance: float | None = None,
    snorkel: SnorkelConfig | None = None,
    cut: str | None = None,
) -> Run:
    """Make a run directory in state queued, with its inputs frozen.

    Parameters
    ----------
    budget : float or None
        Minutes, see `RunConfig`.
    class_balance, snorkel, cut
        See `RunConfig`.

    Raises
    ------
    WeakrecError
        If the label model or the preset does not exist, or a value is out of range.
    """
    from weakrec_core.network.presets.registry import train_config

    if label_model not in (AUTO, *LABEL_MODELS):
        raise RunError(
            f"There is no label model {label_model!r}; the label models are {', '.join((AUTO, *LABEL_MODELS))}."
        )
    if budget is not None and not 0 < budget < math.inf:
        raise RunError(f"A budget is a number of minutes above 0, not {budget:g}.")
    if class_balance is not None and not 0 < class_balance < 1:
        raise RunError(f"A class balance is P(POSITIVE), above 0 and below 1, not {class_balance:g}.")
    train = train_config(preset, epochs=epochs, seed=seed)
    return _create(
        dataset.workspace,
        RunConfig(
            dataset=dataset.name,
            fingerprint=dataset.fingerprint,
            lf_set=lf_set.model_dump(mode="json"),
            lf_version=lf_version,
            label_model=label_model,
            min_confidence=min_confidence,
            text_model=text_model,
            train=train.model_dump(mode="json"),
            created="",
            libraries={},
            budget=budget,
            class_balance=class_balance,
            snorkel=snorkel or SnorkelConfig(),
            noun=dataset.noun,
            by_time=dataset.by_time,
            cut=None if cut is None else checked_goal(cut),
            data_fingerprint=dataset.data_fingerprint,
            hand_gold=hand_gold(dataset),
        ),
    )


def _create(workspace: Workspace, config: RunConfig) -> Run:
    """A queued run with these inputs, as of now."""
    require(Role.EDITOR, "train")
    now = datetime.now(UTC)
    run = Run(workspace, f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}")
    files.make_directory(workspace.runs)
    run.path.mkdir()
    files.sync(workspace.runs)
    libraries = {name: version(name) for name in LIBRARIES}
    config = config.model_copy(update={"created": now.isoformat(timespec="seconds"), "libraries": libraries})
    run.write_status(_fresh())
    files.write_json(run.path / "config.json", config.model_dump())
    record(workspace, "queued run", run.id, after=config.fingerprint)
    return run


def _fresh(**known: int) -> Status:
    return Status(state="queued", stage="Waiting to start", queued=time.time(), **known)


def open_run(workspace: Workspace, run_id: str) -> Run:
    """The run with that id; `RunError` if there is none."""
    run = Run(workspace, files.checked_name(run_id, "Run"))
    check_sight(f"run {run_id}")
    if not (run.path / "config.json").exists():
        raise RunError(f"There is no run {run_id!r} (any more).")
    return run
