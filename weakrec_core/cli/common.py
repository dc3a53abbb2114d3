"""Options, input and output that the commands share."""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from weakrec_core.errors import WeakrecError
from weakrec_core.jobs import reporting
from weakrec_core.limits import SNORKEL_EPOCHS
from weakrec_core.progress import Progress
from weakrec_core.workspace import Workspace

if TYPE_CHECKING:
    from weakrec_core.engine.base import Engine
    from weakrec_core.label_model.label_train import TrainLabels
    from weakrec_core.label_model.snorkel_config import SnorkelConfig
    from weakrec_core.labeling.applied import AppliedSet
    from weakrec_core.labeling.lf_set import LFSet

DatasetName = Annotated[str, typer.Option("--dataset", help="A dataset of the workspace.")]
LFFile = Annotated[
    Path, typer.Option("--lfs", help="An LF set: a YAML file, or the name of one that is shipped or saved.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Seed = Annotated[int, typer.Option(min=0)]
LabelModelName = Annotated[
    str, typer.Option("--label-model", help="auto, the one recommended on dev, or one by name, such as snorkel.")
]
TextModelChoice = Annotated[
    Literal["auto", "on", "off"], typer.Option(help="Label reviews without a vote; auto: where dev says it helps.")
]
EngineName = Annotated[
    Literal["local", "dask"], typer.Option(help="What works on train: this process, or dask's workers, part by part.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        help="With --engine dask: the scheduler's address, like tcp://10.0.0.5:8786; without it a worker a core of this machine."
    ),
]
PartRows = Annotated[int | None, typer.Option(min=1, help="Rows of train that a process holds at a time, about.")]


def _between_0_and_1(value: float | None) -> float | None:
    if value is not None and not 0 < value < 1:
        raise typer.BadParameter(f"{value:g} is not above 0 and below 1")
    return value


def _above_0(value: float | None) -> float | None:
    if value is not None and not 0 < value < math.inf:
        raise typer.BadParameter(f"{value:g} is not above 0")
    return value


Cut = Annotated[
    str | None,
    typer.Option(
        help="Also decide at a cut chosen on dev: for accuracy, f1, f1_negative or precision=0.9, or a number."
    ),
]
ClassBalance = Annotated[
    float | None,
    typer.Option(
        callback=_between_0_and_1, help="P(POSITIVE) for the label model; by default its share among dev's gold labels."
    ),
]
LmEpochs = Annotated[int | None, typer.Option(min=1, max=SNORKEL_EPOCHS, help="Epochs of Snorkel's LabelModel.")]
LmLr = Annotated[float | None, typer.Option(callback=_above_0, help="Learning rate of Snorkel's LabelModel.")]
LmL2 = Annotated[float | None, typer.Option(min=0, help="L2 penalty of Snorkel's LabelModel.")]
LmSeed = Annotated[int | None, typer.Option(min=0, max=2**31 - 1, help="Seed of Snorkel's LabelModel.")]


def snorkel_config(epochs: int | None, lr: float | None, l2: float | None, seed: int | None) -> "SnorkelConfig":
    """Its hyperparameters, by default Snorkel's own where None."""
    from weakrec_core.label_model.snorkel_config import SnorkelConfig

    given = {"n_epochs": epochs, "lr": lr, "l2": l2, "seed": seed}
    return SnorkelConfig.model_validate({name: value for name, value in given.items() if value is not None})


def lf_set_of(source: Path) -> "LFSet":
    """The LF set of a file or name."""
    from weakrec_core.labeling.versions import find_lf_set

    return find_lf_set(Workspace.from_environment(), source)[0]


def applied_set(dataset: str, lfs: Path, fingerprint: str | None = None) -> "AppliedSet":
    """The LF set of a file over a dataset of the workspace; see `open_dataset`."""
    from weakrec_core.data.dataset import open_dataset

    return lf_set_of(lfs).apply(open_dataset(Workspace.from_environment(), dataset, fingerprint))


def train_labels(
    applied: "AppliedSet",
    label_model: str,
    class_balance: float | None,
    epochs: int | None,
    lr: float | None,
    l2: float | None,
    seed: int | None,
) -> "TrainLabels":
    """The labels of train by an LF set and a label model, whose hyperparameters are Snorkel's own where None."""
    from weakrec_core.label_model.label_train import label_train

    return label_train(applied, label_model, class_balance, snorkel_config(epochs, lr, l2, seed))


@contextmanager
def chosen_engine(engine: str, scheduler: str | None, part_rows: int | None) -> "Iterator[Engine | None]":
    """What works on train part by part; None where neither an engine nor the size of a part is named."""
    if engine == "local" and scheduler is not None:
        raise WeakrecError("--scheduler goes with --engine dask.")
    if engine == "local" and part_rows is None:
        yield None
        return
    from weakrec_core.engine.base import LocalEngine
    from weakrec_core.engine.dask_engine import dask_engine

    with dask_engine(scheduler) if engine == "dask" else nullcontext(LocalEngine()) as working:
        yield working


@contextmanager
def on_engine(
    applied: "AppliedSet", engine: str, scheduler: str | None, part_rows: int | None
) -> Iterator["AppliedSet"]:
    """The set applied to train part by part where an engine or the size of a part is named; else as it is."""
    with chosen_engine(engine, scheduler, part_rows) as working:
        if working is None:
            yield applied
            return
        from weakrec_core.engine.part_of_train import PART_ROWS
        from weakrec_core.engine.votes import apply_in_parts

        with show_progress() as progress:
            merged = apply_in_parts(applied, working, part_rows or PART_ROWS, progress)
        yield merged


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, allow_nan=False))


@contextmanager
def show_progress(start: float = 0.0, end: float = 1.0) -> Iterator[Progress]:
    """A `Progress` that draws a bar on stderr, and in the process of a job tells how far it is.

    `start` and `end` are this step's part of the whole job, as the page sees it.
    """
    from rich.console import Console
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=1.0)

        def report(fraction: float, message: str) -> None:
            bar.update(task, completed=fraction, description=message)
            reporting.report(start + (end - start) * fraction, message)

        yield report
