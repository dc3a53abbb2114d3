"""What the training process does, from the frozen config to result.json."""

import os
import shutil
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from weakrec_core import files
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import TrainingRows
from weakrec_core.engine.base import Engine
from weakrec_core.engine.part_of_train import PART_ROWS
from weakrec_core.engine.votes import apply_in_parts
from weakrec_core.errors import RunError, WeakrecError, os_sentence
from weakrec_core.jobs.job import CANCEL
from weakrec_core.jobs.status import Status
from weakrec_core.label_model.label_train import label_train
from weakrec_core.label_model.text_labels import with_text
from weakrec_core.runs import tracker
from weakrec_core.runs.listing import queue
from weakrec_core.runs.store import CHECKPOINT, METRICS, SHARDS, Run, open_run
from weakrec_core.workspace import Workspace

if TYPE_CHECKING:
    from weakrec_core.network.batches import Batch
    from weakrec_core.network.config import TrainConfig
    from weakrec_core.network.workers import Workers

_POLL_SECONDS = 0.5


def launch(run: Run) -> bool:
    """Start the run in a process of its own session, which outlives the caller; at most one trains at a time.

    Returns
    -------
    bool
        False if a process is at it already.
    """
    return run.job.start(run.workspace, ["train", "--run-dir", str(run.path)], told=False)


def follow(workspace: Workspace, workers: "Workers") -> Run:
    """Train along with the chief, whose run is in the same workspace, until the training is over; gives that run."""
    from weakrec_core.network import following
    from weakrec_core.network.config import TrainConfig

    with workers.losses_told():
        run = open_run(workspace, workers.told_text())
        config = TrainConfig.model_validate(run.config.train)
        following.follow(run.open_dataset(), config, run.path / SHARDS, workers)
    return run


def execute(
    run: Run,
    on_epoch: Callable[[dict[str, float]], None] = lambda metrics: None,
    workers: "Workers | None" = None,
    engine: Engine | None = None,
    part_rows: int = PART_ROWS,
) -> dict[str, Any] | None:
    """Train as the run's config says and leave status, metrics, result and model in its directory.

    Parameters
    ----------
    workers : Workers, optional
        Those that `follow`; this is their chief.
    engine : Engine, optional
        What applies LFs, scores reviews and adds up who read what, part by part; the result is the same without it.
    part_rows : int
        Rows of train it takes at a time, about.

    Returns
    -------
    dict or None
        The result; None if the run was cancelled by SIGTERM or Ctrl-C.

    Raises
    ------
    WeakrecError
        What made the run fail, also kept in its status.
    """
    before = run.status
    waiting = {"stage": "Waiting for the run before", "epoch": before.epoch, "epochs": before.epochs}
    state = run.job.claim(Status(state="queued", queued=before.queued, **waiting))
    stop = _StopFlag(run)

    def report(**changes: Any) -> None:
        nonlocal state
        state = state.model_copy(update=changes)
        run.write_status(state)

    def failed(why: str) -> None:
        with suppress(OSError):  # on a full disk that cannot be written down either
            report(state="failed", stage="Failed", error=why)

    def epoch_done(metrics: dict[str, float]) -> None:
        run.append_epoch(metrics)
        report(epoch=int(metrics["epoch"]), epochs=int(metrics["epochs"]))
        on_epoch(metrics)

    try:
        _wait_for_turn(run, stop)
        result = None if stop() else _train(run, report, epoch_done, stop, workers, engine, part_rows)
        if result is None:
            report(state="cancelled", stage="Cancelled")
        else:
            run.write_result(result)
            report(state="succeeded", stage="Done")
            (run.path / CHECKPOINT).unlink(missing_ok=True)
            tracker.track(run)
        return result
    except WeakrecError as e:
        failed(str(e))
        raise
    except OSError as e:
        said = os_sentence(e)
        failed(said)
        raise RunError(f"Run {run.id} failed: {said}") from e
    except Exception as e:
        traceback.print_exc()
        failed(f"{type(e).__name__}: {e}")
        raise RunError(f"Run {run.id} failed: {type(e).__name__}: {e}") from e
    finally:
        stop.restore()


def _train(
    run: Run,
    report: Callable[..., None],
    on_epoch: Callable[[dict[str, float]], None],
    stop: Callable[[], bool],
    workers: "Workers | None",
    engine: Engine | None,
    part_rows: int,
) -> dict[str, Any] | None:
    from weakrec_core.network.config import TrainConfig
    from weakrec_core.network.presets.registry import PRESETS

    config = run.config
    report(state="running", stage="Applying LFs and fitting the label model")
    dataset = run.open_dataset()
    applied = config.frozen_lf_set.apply(dataset)
    if engine is not None:
        applied = apply_in_parts(applied, engine, part_rows, lambda share, said: report(stage=said))
    labels = label_train(applied, config.label_model, config.class_balance, config.snorkel)
    if config.text_model != "off":
        report(stage="Fitting the text model")
        labels = with_text(labels, always=config.text_model == "on")
    text = None if labels.text is None else labels.text.to_json()
    files.write_json(run.path / "label_model.json", labels.model.to_json() | {"text": text})
    train_config = TrainConfig.model_validate(config.train)
    if not labels.kept(config.min_confidence).any() and not train_config.use_dev:
        others = " or ".join(name for name, preset in PRESETS.items() if preset.defaults["use_dev"])
        raise RunError(
            f"No train row has a vote with that confidence, and preset {train_config.preset} learns from nothing else; "
            f"change the LFs or take preset {others}."
        )
    if stop():
        return None
    report(stage="Loading TensorFlow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from weakrec_core.network import training
    from weakrec_core.network.checkpoint import Checkpoint
    from weakrec_core.network.workers import ALONE
    from weakrec_core.runs.measure_run import measure_run

    labeled = labels.training_rows(config.min_confidence)
    workers = workers or ALONE
    report(stage="Training" if workers.n == 1 else f"Training by {workers.n} workers")
    started = time.perf_counter()
    checkpoint = run.path / CHECKPOINT
    if (run.path / METRICS).exists():  # it was begun before, and may have been killed within a line
        run.keep_epochs(Checkpoint.load(checkpoint).epoch if checkpoint.exists() else 0)
    with workers.losses_told(), _sharded(run, dataset, labeled, train_config, workers) as batches:
        trained = training.train(
            dataset,
            labeled,
            train_config,
            on_epoch=on_epoch,
            should_stop=stop,
            checkpoint=checkpoint,
            time_limit=None if config.budget is None else 60 * config.budget,
            batches=batches,
            workers=workers,
        )
    if trained.stopped:
        return None
    seconds = time.perf_counter() - started
    outcome = measure_run(
        run.path,
        dataset,
        trained,
        labeled,
        cut=config.cut,
        tell=lambda stage: report(stage=stage),
        should_stop=stop,
        engine=engine,
    )
    if outcome is None or stop():
        return None
    return {
        "run": run.id,
        **outcome,
        "labels": labels.to_json(),
        "training": {
            "seconds": seconds,
            "epochs_run": trained.epochs_run,
            "best_epoch": trained.best_epoch,
            "workers": workers.n,
        },
    }


@contextmanager
def _sharded(
    run: Run, dataset: Dataset, labeled: TrainingRows, config: "TrainConfig", workers: "Workers"
) -> "Iterator[Callable[[int], Iterator[Batch]] | None]":
    """The chief's batches, of shards that are there while the workers train; None where it is alone."""
    if workers.n == 1:
        yield None
        return
    from weakrec_core.network.following import sharded_batches, write_examples

    directory = run.path / SHARDS
    try:
        shutil.rmtree(directory, ignore_errors=True)  # of a run that is resumed
        write_examples(dataset, labeled, config, directory, workers.n)
        workers.told_text(run.id)
        yield sharded_batches(dataset, config, directory, workers.index, workers.n).epoch
    finally:
        shutil.rmtree(directory, ignore_errors=True)


class _StopFlag:
    """Turns SIGTERM, SIGINT and the request in the run's directory into a flag that is looked at between batches."""

    def __init__(self, run: Run) -> None:
        self._file = run.path / CANCEL
        self._stopped = False
        self._before = {signum: signal.signal(signum, self._set) for signum in (signal.SIGTERM, signal.SIGINT)}

    def _set(self, *_: object) -> None:
        self._stopped = True

    def __call__(self) -> bool:
        return self._stopped or self._file.exists()

    def restore(self) -> None:
        """Put back the handlers that were there before."""
        for signum, handler in self._before.items():
            signal.signal(signum, handler)


def _wait_for_turn(run: Run, stop: Callable[[], bool]) -> None:
    """Wait until it is first in the queue."""
    while not stop() and run in (waiting := queue(run.workspace)) and waiting[0] != run:
        time.sleep(_POLL_SECONDS)
