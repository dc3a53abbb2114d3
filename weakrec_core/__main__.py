"""The command line: stdout carries the result, logs and progress go to stderr; bad input is one line and exit 2."""

import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from enum import StrEnum
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import typer

from weakrec_core import paths
from weakrec_core.data.jobs import PROGRESS_VARIABLE
from weakrec_core.errors import SpecError, WeakrecError
from weakrec_core.progress import Progress

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Weak supervision for recommenders.",
)
ingest = typer.Typer(no_args_is_help=True, help="Make a dataset from raw files.")
app.add_typer(ingest, name="ingest")

DatasetName = Annotated[str, typer.Option("--dataset", help="A dataset of the workspace.")]
LFFile = Annotated[Path, typer.Option("--lfs", help="An LF set (YAML).")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Seed = Annotated[int, typer.Option(min=0)]
LabelModelName = Annotated[
    str, typer.Option("--label-model", help="snorkel, majority, calibrated, or auto: the one recommended on dev.")
]


class TextModelChoice(StrEnum):
    """Whether the text model labels train, too."""

    auto = "auto"
    on = "on"
    off = "off"


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Directory for the raw files.")],
    users: Annotated[int | None, typer.Option(min=50, help="Readers to invent.")] = None,
    seed: Seed = 0,
    name: Annotated[str | None, typer.Option(help="Also ingest the files as this dataset.")] = None,
    dev_rows: Annotated[int | None, typer.Option(min=1)] = None,
) -> None:
    """Write synthetic raw files in the Goodreads format."""
    from weakrec_core.data.demo import write_demo

    if name is not None:
        paths.checked_name(name, "Dataset")
    size = {} if users is None else {"users": users}
    with _progress(0.0, 0.25) as progress:
        files = write_demo(out, **size, seed=seed, progress=progress)
    for path in files.values():
        typer.echo(path)
    if name is not None:
        ingest_goodreads(files["reviews"], name, files["books"], files["interactions"], dev_rows, seed)


@ingest.command("goodreads")
def ingest_goodreads(
    reviews: Annotated[Path, typer.Option(help="goodreads_reviews_*.json.gz")],
    name: Annotated[str, typer.Option(help="Name of the new dataset.")],
    books: Annotated[Path | None, typer.Option(help="goodreads_books_*.json.gz")] = None,
    interactions: Annotated[Path | None, typer.Option(help="goodreads_interactions_*.json.gz")] = None,
    dev_rows: Annotated[int | None, typer.Option(min=1, help="Default: a tenth of the rows, at most 8,000.")] = None,
    seed: Seed = 0,
    min_book_ratings: int = 100,
    max_book_ratings: int = 15000,
    min_user_books: Annotated[int | None, typer.Option(help="Default: 25 with interactions, else off.")] = None,
    max_user_books: Annotated[int | None, typer.Option(help="Default: 200 with interactions, else off.")] = None,
    positive: Annotated[int, typer.Option(min=1, max=5, help="Ratings from this on are POSITIVE.")] = 4,
    skip_bad_lines: Annotated[bool, typer.Option(help="Leave out and count lines that cannot be used.")] = False,
) -> None:
    """Ingest the UCSD Goodreads files."""
    from weakrec_core.data import goodreads, splits
    from weakrec_core.signals import SignalStore

    config = goodreads.GoodreadsConfig(
        min_book_ratings=min_book_ratings,
        max_book_ratings=max_book_ratings,
        min_user_books=min_user_books,
        max_user_books=max_user_books,
        positive=positive,
        skip_bad_lines=skip_bad_lines,
    )
    with _progress(0.25, 0.4) as progress:
        dataset = goodreads.ingest_goodreads(
            name, reviews, books, interactions, config, splits.SplitConfig(dev_rows=dev_rows, seed=seed), progress
        )
    for kind, problems in dataset.meta["skipped_lines"].items():
        for problem, count in problems.items():
            typer.echo(f"{kind}: {count:,} lines left out, each {problem}", err=True)
    for what, count in dataset.meta["counts"].items():
        typer.echo(f"{what.replace('_', ' ')}: {count:,}", err=True)
    typer.echo(dataset)
    with _progress(0.4) as progress, ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        SignalStore(dataset, pool).precompute(progress)


@app.command()
def attach(
    dataset: DatasetName,
    file: Annotated[Path, typer.Option(help="Parquet or CSV: user_id, book_id, one column of votes (1, 0, -1) each.")],
) -> None:
    """Attach votes computed elsewhere to a dataset, for LFs of kind column."""
    from weakrec_core.data.attached import attach_columns
    from weakrec_core.data.dataset import open_dataset

    for name, voted in attach_columns(open_dataset(dataset), file).items():
        typer.echo(f"{name}: votes on {voted:,} rows")


@app.command()
def label(
    dataset: DatasetName,
    lfs: LFFile,
    out: Annotated[Path, typer.Option(help="Parquet: user_id, book_id, one int8 column an LF.")],
    split: str = "dev",
) -> None:
    """Write the votes of every LF on a split."""
    import pandas as pd

    applier, lf_set = _applier(dataset), _lf_set(lfs)
    if taken := {"user_id", "book_id"} & set(lf_set.names):
        raise SpecError(f"{lfs}: LF {min(taken)!r} needs another name: the output has a column called so.")
    votes = pd.DataFrame(applier.apply(lf_set, split), columns=lf_set.names)
    ids = applier.dataset.split(split)[["user_id", "book_id"]]
    with paths.atomic(out) as tmp:
        pd.concat([ids, votes], axis=1).to_parquet(tmp, index=False)
    typer.echo(out)


@app.command()
def analyze(dataset: DatasetName, lfs: LFFile, split: str = "dev", as_json: Json = False) -> None:
    """LFAnalysis's table, with intervals and lift; the label model on dev."""
    from weakrec_core.labeling.analysis import lf_summary, set_summary, to_records

    applier, lf_set = _applier(dataset), _lf_set(lfs)
    patterns, _ = applier.patterns(lf_set, split)
    table = lf_summary(patterns, lf_set)
    if not as_json:
        typer.echo(table.round(4).to_string(index=False))
        return
    metrics: dict[str, Any] = dict.fromkeys(("accuracy", "log_loss", "auc"))
    try:
        from weakrec_core.label_model.labels import label_train

        measured = label_train(applier, lf_set, "snorkel").to_json()["dev"]
        metrics = {key: measured[key] for key in metrics}
    except WeakrecError as e:
        typer.echo(f"No label model: {e}", err=True)
    _print_json({"lfs": to_records(table), "set": set_summary(patterns), "label_model": metrics})


@app.command()
def sweep(
    dataset: DatasetName,
    lfs: LFFile,
    lf: Annotated[str, typer.Option(help="A threshold LF of the set.")],
    as_json: Json = False,
) -> None:
    """Precision, coverage and lift of a threshold LF on dev at every threshold."""
    from weakrec_core.labeling.analysis import to_records
    from weakrec_core.labeling.base import VALUE
    from weakrec_core.labeling.spec import ThresholdLF
    from weakrec_core.labeling.sweep import sweep as sweep_values

    applier, lf_set = _applier(dataset), _lf_set(lfs)
    found = next((one for one in lf_set.lfs if one.name == lf), None)
    if not isinstance(found, ThresholdLF) or found.op == "between":
        names = ", ".join(one.name for one in lf_set.lfs if isinstance(one, ThresholdLF) and one.op != "between")
        raise WeakrecError(f"{lfs} has no LF {lf!r} with one threshold; it has: {names or 'none'}.")
    values, gold = applier.signals.values(found.signal, "dev"), applier.dataset.gold("dev")
    table = sweep_values(values, gold, found.op, VALUE[found.label], len(values))
    _print_json(to_records(table)) if as_json else typer.echo(table.round(4).to_string(index=False))


@app.command()
def suggest(
    dataset: DatasetName,
    lfs: LFFile,
    apply: Annotated[int | None, typer.Option(min=1, help="Add the first K to a copy of the set.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where --apply writes the copy (YAML).")] = None,
    as_json: Json = False,
) -> None:
    """Suggest keywords and thresholds to add and keywords to drop, with what each is expected to change."""
    from weakrec_core.labeling import suggest as suggestions

    if (apply is None) != (out is None):
        raise WeakrecError("suggest takes --apply and --out together.")
    lf_set = _lf_set(lfs)
    # The list is made whole, as the strength of a keyword is judged among all of it, and cut afterwards.
    found = suggestions.suggest(_applier(dataset), lf_set, max(apply or 0, suggestions.DEFAULT_K))[:apply]
    if out is not None:
        with paths.atomic(out) as tmp:
            tmp.write_text(suggestions.apply_suggestions(lf_set, found).to_yaml(), encoding="utf-8")
    if as_json:
        _print_json(suggestions.to_json(found))
    else:
        typer.echo(out if out is not None else "\n".join(s.text for s in found))


@app.command()
def fit(
    dataset: DatasetName,
    lfs: LFFile,
    out: Annotated[Path, typer.Option(help="Parquet, one row a train row: user_id, book_id, p_positive, covered.")],
    label_model: LabelModelName = "snorkel",
    as_json: Json = False,
) -> None:
    """Fit a label model on train and write the probabilities."""
    from weakrec_core.label_model.labels import label_train

    applier = _applier(dataset)
    step = label_train(applier, _lf_set(lfs), label_model)
    rows = applier.dataset.split("train")[["user_id", "book_id"]]
    with paths.atomic(out) as tmp:
        rows.assign(p_positive=step.p_positive, covered=step.covered).to_parquet(tmp, index=False)
    result = step.to_json()
    for warning in result["warnings"]:
        typer.echo(f"warning: {warning}", err=True)
    _print_json(result) if as_json else typer.echo(out)


@app.command()
def train(
    dataset: Annotated[str | None, typer.Option("--dataset", help="A dataset of the workspace.")] = None,
    lfs: Annotated[Path | None, typer.Option("--lfs", help="An LF set (YAML).")] = None,
    label_model: LabelModelName = "auto",
    preset: str = "recommended",
    epochs: Annotated[int | None, typer.Option(min=1)] = None,
    seed: Seed = 0,
    text_model: Annotated[
        TextModelChoice, typer.Option(help="Label reviews without a vote; auto: where dev says it helps.")
    ] = TextModelChoice.auto,
    run_dir: Annotated[Path | None, typer.Option(hidden=True)] = None,
    as_json: Json = False,
) -> None:
    """Fit the label model, train the recommender, measure it on test."""
    from weakrec_core.runs import job, store

    if run_dir is not None:  # the child of `job.launch`; what it prints goes to the run's log
        job.execute(store.open_run(run_dir.name))
        return
    if dataset is None or lfs is None:
        raise WeakrecError("train needs --dataset and --lfs.")
    run = store.new_run(
        dataset,
        _lf_set(lfs),
        lfs.name,
        label_model,
        text_model=text_model.value,
        preset=preset,
        epochs=epochs,
        seed=seed,
    )
    result = job.execute(run, lambda m: typer.echo(_epoch_line(m), err=True))
    if result is None:
        raise WeakrecError(f"Run {run.id} was cancelled.")
    _print_json(result) if as_json else typer.echo(f"{run.id}: {result['test']}")


@app.command()
def runs(as_json: Json = False) -> None:
    """List the runs, newest first."""
    from weakrec_core.runs.store import list_runs

    records = [run.summary() for run in list_runs()]
    if as_json:
        _print_json(records)
        return
    for r in records:
        auc = "–" if r["test"] is None else f"{r['test']['auc']:.4f}"
        typer.echo(
            f"{r['run']}  {r['state']:<9}  {r['dataset']}  {r['lf_set']}  {r['label_model']}  {r['preset']}  AUC {auc}"
        )


def _applier(dataset: str) -> "Any":
    from weakrec_core.data.dataset import open_dataset
    from weakrec_core.labeling.apply import Applier

    return Applier(open_dataset(dataset))


def _lf_set(path: Path) -> "Any":
    from weakrec_core.labeling.spec import read_lf_set

    return read_lf_set(path)


def _epoch_line(metrics: dict[str, float]) -> str:
    values = "  ".join(f"{k} {v:.4f}" for k, v in metrics.items() if k not in ("epoch", "epochs"))
    return f"epoch {metrics['epoch']:.0f}/{metrics['epochs']:.0f}  {values}"


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, allow_nan=False))


@contextmanager
def _progress(start: float = 0.0, end: float = 1.0) -> Iterator[Progress]:
    """A `Progress` that draws a bar on stderr, and for a watching page writes to the file it named.

    `start` and `end` are this step's part of the whole job, as the page sees it.
    """
    from rich.console import Console
    from rich.progress import Progress as Bar

    watched = os.environ.get(PROGRESS_VARIABLE)
    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=1.0)

        def report(fraction: float, message: str) -> None:
            bar.update(task, completed=fraction, description=message)
            if watched:
                paths.write_json(Path(watched), {"fraction": start + (end - start) * fraction, "message": message})

        yield report


def main() -> None:
    try:
        app()
    except WeakrecError as e:
        typer.echo(f"error: {e}", err=True)
        sys.exit(2)
    except OSError as e:  # an --out that cannot be written
        typer.echo(f"error: {e.filename2 or e.filename} cannot be used: {e.strerror}.", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
