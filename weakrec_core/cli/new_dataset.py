"""What commands do with a dataset that was just made."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from weakrec_core.cli.common import print_json, show_progress
from weakrec_core.progress import Progress

if TYPE_CHECKING:
    from weakrec_core.data.dataset import Dataset
    from weakrec_core.engine.base import Engine

Compute = Callable[["Dataset", Progress], None]


def signals_by(engine: "Engine | None", part_rows: int | None) -> Compute:
    """What computes the signals of a dataset: an engine part by part, or this machine."""
    if engine is None:
        return on_all_cores
    from weakrec_core.engine.part_of_train import PART_ROWS
    from weakrec_core.engine.signals import precompute_in_parts
    from weakrec_core.signals import SignalStore

    return lambda dataset, progress: precompute_in_parts(SignalStore(dataset), engine, part_rows or PART_ROWS, progress)


def on_all_cores(dataset: "Dataset", progress: Progress) -> None:
    """Compute the signals of a dataset on this machine."""
    from weakrec_core.data.dataset import SPLITS
    from weakrec_core.signals import SignalStore
    from weakrec_core.signals.other_cores import other_cores

    with other_cores(sum(map(dataset.n_rows, SPLITS))) as pool:
        SignalStore(dataset, pool).precompute(progress)


def finish(dataset: "Dataset", compute: Compute, as_json: bool = False) -> None:
    """Say what was left out and kept, and compute the signals."""
    from weakrec_core.data.ingest.summary import ingest_summary

    for kind, problems in dataset.meta["skipped_lines"].items():
        for problem, count in problems.items():
            typer.echo(f"{kind}: {count:,} lines left out, each {problem}", err=True)
    for what, count in dataset.meta["counts"].items():
        typer.echo(f"{what.replace('_', ' ')}: {count:,}", err=True)
    typer.echo(f"rows read: {dataset.meta['read']:,}", err=True)
    told = {problem for problems in dataset.meta["skipped_lines"].values() for problem in problems}
    for reason, count in dataset.meta["dropped"].items():
        if reason not in told:
            typer.echo(f"rows dropped: {count:,}, as each {reason}", err=True)
    if not as_json:
        typer.echo(dataset)
    with show_progress(0.4) as progress:
        compute(dataset, progress)
    if as_json:
        print_json(ingest_summary(dataset))
