"""python -m benchmarks NAME [--json]: side by side with the peer in one run."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Reviews = Annotated[Path | None, typer.Option(help="Reviews in the UCSD format; default: the demo's.")]
Dataset = Annotated[str | None, typer.Option(help="A dataset of the workspace; default: the demo.")]
Runs = Annotated[int, typer.Option(min=1)]
Folder = Annotated[Path | None, typer.Option(help="Keep what is generated there, for the next time.")]
Rows = Annotated[int, typer.Option(min=1_000, help="Train rows, about.")]


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    runs: Annotated[int, typer.Option(min=1, help="Of each side of each benchmark.")] = 5,
    folder: Folder = None,
    only: Annotated[list[str] | None, typer.Option(help="One of them; can be repeated.")] = None,
    as_json: Json = False,
) -> None:
    """Benchmarks of the workbench; without a name, those of speed, all in turn."""
    # What is compiled is kept, as by an installation of pip's: else every process that starts would compile all it imports.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    if context.invoked_subcommand is not None:
        return
    from benchmarks.everything import run, table

    results = []
    try:
        for found in run(folder, runs, only or []):
            results.append(found)
            typer.echo(f"{found['name']}: {found['ratio']:.3g} x in {found['took_s']} s", err=True)
    finally:  # what is measured is not lost where one fails or is broken off
        typer.echo(json.dumps(results, indent=2) if as_json else table(results))


@app.command("lf_apply")
def lf_apply(rows: Rows = 796_319, runs: Runs = 5, folder: Folder = None, as_json: Json = False) -> None:
    """The tutorial's LFs applied to as many train rows as the tutorial has, beside Snorkel's applier."""
    from benchmarks.lf_speed import apply

    _show(apply(rows, runs, folder), as_json)


@app.command("lf_edit")
def lf_edit(rows: Rows = 796_319, runs: Runs = 9, folder: Folder = None, as_json: Json = False) -> None:
    """One LF edited on as many rows: votes, analysis and label model."""
    from benchmarks.lf_speed import edit

    _show(edit(rows, runs, folder), as_json)


@app.command("lf_analysis")
def lf_analysis(rows: Rows = 796_319, runs: Runs = 5, folder: Folder = None, as_json: Json = False) -> None:
    """LF analysis of as many rows, beside Snorkel's LFAnalysis."""
    from benchmarks.lf_speed import analysis

    _show(analysis(rows, runs, folder), as_json)


@app.command("ingest")
def ingest(
    interactions: Annotated[int, typer.Option(min=1_000, help="Books and reviews in proportion.")] = 5_000_000,
    runs: Runs = 5,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Ingest of files in the UCSD format beside zcat, in memory beside the tutorial's loop."""
    from benchmarks.ingest import run

    _show(run(interactions, runs, folder), as_json)


@app.command("signals")
def signals(
    reviews: Annotated[int, typer.Option(min=1_000)] = 50_000,
    runs: Runs = 5,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Polarity and subjectivity of reviews over all cores beside TextBlob on one."""
    from benchmarks.signals import run

    _show(run(reviews, runs, folder), as_json)


@app.command("growth")
def growth(
    rows: Rows = 800_000,
    doublings: Annotated[int, typer.Option(min=0)] = 3,
    runs: Runs = 5,
    as_json: Json = False,
) -> None:
    """Time and memory as the rows double."""
    from benchmarks.growth import run

    _show(run(rows, doublings, runs), as_json)


@app.command("dask")
def dask(
    rows: Rows = 796_319,
    workers: Annotated[int, typer.Option(min=1)] = 2,
    runs: Runs = 5,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """An LF set applied and a label model fitted by dask's workers beside one process; then with a worker killed."""
    from benchmarks.engines import run

    _show(run(rows, runs, folder, workers), as_json)


@app.command("label_model")
def label_model(reviews: Reviews = None, runs: Runs = 5, as_json: Json = False) -> None:
    """Label models on held-out users; fit and predict on patterns beside Snorkel's on the matrix."""
    from benchmarks.label_model import run

    _show(run(reviews, runs), as_json)


@app.command("label_quality")
def label_quality(
    reviews: Reviews = None,
    dataset: Dataset = None,
    splits: Annotated[
        int, typer.Option(min=1, help="Divisions of the users; few are at the mercy of single users.")
    ] = 10,
    as_json: Json = False,
) -> None:
    """What 5, 20 and 50 suggestions add to the tutorial's LFs and promise to add, on held-out users."""
    from benchmarks.label_quality import run

    _show(run(reviews, dataset, range(splits)), as_json)


@app.command("honesty")
def honesty(
    dataset: Dataset = None,
    sets: Annotated[int, typer.Option(min=1, help="Label sets of noise.")] = 200,
    users: Annotated[int | None, typer.Option(help="Readers of the demo; default: 4,900.")] = None,
    as_json: Json = False,
) -> None:
    """How often Results claims a gain for label sets of pure noise."""
    from benchmarks.honesty import run

    _show(run(dataset, sets, users=users), as_json)


@app.command("faults")
def faults(
    tries: Annotated[int, typer.Option(min=1, help="Kills; disks and clocks come on top.")] = 200,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    kinds: Annotated[str, typer.Option(help="Of work.")] = "ingest,save,fit,train,export,import",
    as_json: Json = False,
) -> None:
    """Work killed at random moments, on a full disk, on a read-only one, and while the clock jumps."""
    from benchmarks.faults.run import run

    _show(run(tries, seed, kinds.split(",")), as_json)


@app.command("fuzz")
def fuzz(
    cases: Annotated[int, typer.Option(min=1)] = 100_000,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    surfaces: Annotated[
        str, typer.Option(help="Where they come in.")
    ] = "address,ingest,command_line,workspace_files,lf_yaml",
    as_json: Json = False,
) -> None:
    """Right, nearly right and hostile inputs: each comes to a result or to one sentence, within 2 s and 1 GB."""
    from benchmarks.fuzz.run import run

    _show(run(cases, seed, tuple(surfaces.split(","))), as_json)


@app.command("load")
def load(
    sessions: Annotated[int, typer.Option(min=1)] = 20,
    minutes: Annotated[float, typer.Option(min=0.01)] = 5,
    as_json: Json = False,
) -> None:
    """Sessions that edit and fit at once while a run trains: errors, cross-talk, p95 of an edit, memory after many tabs."""
    from benchmarks.load import run

    _show(run(sessions, minutes), as_json)


@app.command("edit_latency")
def edit_latency(edits: Annotated[int, typer.Option(min=1)] = 50, as_json: Json = False) -> None:
    """From an edit to the updated table, in a browser and in the server alone."""
    from benchmarks.edit_latency import run

    _show(run(edits), as_json)


@app.command("app")
def app_(
    rows: Rows = 680_000,
    runs: Runs = 5,
    edits: Annotated[int, typer.Option(min=2)] = 30,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """The app with as many train rows open, in a browser: a cold start, each page's first visit, page switches, edits."""
    from benchmarks.app import run

    _show(run(rows, runs, edits, folder), as_json)


@app.command("newcomer")
def newcomer(
    users: Annotated[int, typer.Option(min=100, help="Readers of the demo that the first start makes.")] = 400,
    pictures: Annotated[Path | None, typer.Option(help="A folder for a picture of every step.")] = None,
    as_json: Json = False,
) -> None:
    """From the first start to a better set, trained and presented: by mouse alone, by keyboard alone."""
    from benchmarks.newcomer import run

    _show(run(users, pictures=pictures), as_json)


@app.command("error_analysis")
def error_analysis(rows: Annotated[int, typer.Option(min=1)] = 800_000, runs: Runs = 3, as_json: Json = False) -> None:
    """The server's work to open a bucket of the Error analysis page."""
    from benchmarks.error_analysis import run

    _show(run(rows, runs), as_json)


@app.command("training")
def training(runs: Runs = 3, as_json: Json = False) -> None:
    """Training throughput beside the tutorial's pipeline."""
    from benchmarks.training import run

    _show(run(runs), as_json)


@app.command("recommend")
def recommend(runs: Runs = 40, as_json: Json = False) -> None:
    """Top-10 for one reader over 30,000 books, through the serving process, beside predict over all books."""
    from benchmarks.recommend import run

    _show(run(runs), as_json)


@app.command("end_model")
def end_model(
    dataset: Dataset = None,
    ratings: Annotated[Path | None, typer.Option(help="A table of ratings instead, see `ingest table`.")] = None,
    user: str = "user",
    item: str = "item",
    rating: str = "rating",
    title: str | None = None,
    creator: str | None = None,
    seeds: Annotated[int, typer.Option(min=1)] = 3,
    as_json: Json = False,
) -> None:
    """The end model beside popularity, item-kNN, EASE, the dev-only network and the ceiling."""
    from benchmarks.end_model import run
    from weakrec_core.data.ingest.table import Columns

    columns = Columns(user=user, item=item, rating=rating, title=title, creator=creator)
    _show(run(dataset, ratings, columns, seeds), as_json)


@app.command("gold_budgets")
def gold_budgets(
    dataset: Dataset = None,
    lfs: Annotated[Path | None, typer.Option(help="An LF set; default: lfs/recommended.yaml.")] = None,
    seeds: Annotated[int, typer.Option(min=1)] = 3,
    as_json: Json = False,
) -> None:
    """Weak labels and ever more gold beside gold alone, averages, popularity and a constant."""
    from benchmarks.gold_budgets import run

    _show(run(dataset, lfs, seeds=seeds), as_json)


@app.command("similar")
def similar(
    dataset: Annotated[str | None, typer.Option(help="A dataset of the workspace; default: the demo.")] = None,
    rows: Annotated[int, typer.Option(min=1, help="Of the measurement of scale.")] = 800_000,
    seed: Annotated[int, typer.Option(min=0, help="Of the rows picked, and of the demo.")] = 0,
    as_json: Json = False,
) -> None:
    """LFs by example from wrong and uncovered rows, on other users; a query over many rows."""
    from benchmarks.similar import run

    _show(run(dataset, rows, seed), as_json)


@app.command("against_text")
def against_text(
    dataset: Annotated[
        str | None, typer.Option(help="A dataset of the workspace with reviews; default: the demo.")
    ] = None,
    divisions: Annotated[int, typer.Option(min=1, help="Of the users into dev, train and those measured.")] = 3,
    as_json: Json = False,
) -> None:
    """LFs, suggestions and similar-LFs chosen on 100, 500 and 2,000 dev rows, beside TF-IDF on these, on held-out users."""
    from benchmarks.against_text import run

    _show(run(dataset, divisions), as_json)


@app.command("wrench")
def wrench(
    data: Annotated[Path, typer.Option(help="A folder in WRENCH's format, of two classes.")], as_json: Json = False
) -> None:
    """Label models on a public set in WRENCH's format, beside a constant."""
    from benchmarks.wrench import run

    _show(run(data), as_json)


def _show(value: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(value, indent=2))
        return
    for key, item in value.items():
        typer.echo(f"{key}: {json.dumps(item, indent=2) if isinstance(item, dict) else item}")


if __name__ == "__main__":
    app()
