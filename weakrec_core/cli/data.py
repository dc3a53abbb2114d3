"""Commands that make datasets."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from weakrec_core.cli.common import DatasetName, Seed, show_progress
from weakrec_core.files import checked_name
from weakrec_core.workspace import Workspace

if TYPE_CHECKING:
    from weakrec_core.data.dataset import Dataset

app = typer.Typer()
ingest = typer.Typer(no_args_is_help=True, help="Make a dataset from raw files.")
app.add_typer(ingest, name="ingest")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Directory for the raw files.")],
    users: Annotated[int | None, typer.Option(min=50, help="Readers to invent.")] = None,
    seed: Seed = 0,
    profile: Annotated[
        str, typer.Option(help="books: tastes differ; films: few titles, that differ in quality, and short texts.")
    ] = "books",
    name: Annotated[str | None, typer.Option(help="Also ingest the files as this dataset.")] = None,
    dev_rows: Annotated[int | None, typer.Option(min=1)] = None,
) -> None:
    """Write synthetic raw files in the Goodreads format."""
    from weakrec_core.data.demo.raw_files import write_demo

    if name is not None:
        checked_name(name, "Dataset")
    size = {} if users is None else {"users": users}
    with show_progress(0.0, 0.25) as progress:
        files = write_demo(out, **size, seed=seed, profile=profile, progress=progress)
    for path in files.values():
        typer.echo(path)
    if name is not None:
        _ingest(name, files["reviews"], files["books"], files["interactions"], dev_rows, seed, source="demo")


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
    _ingest(
        name,
        reviews,
        books,
        interactions,
        dev_rows,
        seed,
        min_book_ratings=min_book_ratings,
        max_book_ratings=max_book_ratings,
        min_user_books=min_user_books,
        max_user_books=max_user_books,
        positive=positive,
        skip_bad_lines=skip_bad_lines,
    )


def _ingest(
    name: str,
    reviews: Path,
    books: Path | None,
    interactions: Path | None,
    dev_rows: int | None,
    seed: int,
    source: str = "goodreads",
    **config: Any,
) -> None:
    from weakrec_core.data import splits
    from weakrec_core.data.ingest import goodreads

    with show_progress(0.25, 0.4) as progress:
        dataset = goodreads.ingest_goodreads(
            Workspace.from_environment(),
            name,
            reviews,
            books,
            interactions,
            goodreads.GoodreadsConfig(**config),
            splits.SplitConfig(dev_rows=dev_rows, seed=seed),
            progress,
            source,
        )
    _finish(dataset)


@ingest.command("table")
def ingest_table(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, JSON lines (each also .gz) or Parquet.")],
    user: Annotated[str, typer.Option(help="Column of the user.")],
    item: Annotated[str, typer.Option(help="Column of the item.")],
    rating: Annotated[str, typer.Option(help="Column of the rating; empty = not rated, but in the user's history.")],
    name: Annotated[str, typer.Option(help="Name of the new dataset.")],
    text: Annotated[
        str | None, typer.Option(help="Column of a review or other text of the user about the item.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Column of the item's title.")] = None,
    creator: Annotated[
        str | None, typer.Option(help="Column of its author; items of one title and creator are one item.")
    ] = None,
    average_rating: Annotated[
        str | None, typer.Option(help="Column of the item's average rating, known apart from these ratings.")
    ] = None,
    noun: Annotated[str, typer.Option(help="What an item is called: film, or mouse/mice.")] = "item",
    positive: Annotated[float, typer.Option(help="Ratings from this on are POSITIVE.")] = 4.0,
    dev_rows: Annotated[int | None, typer.Option(min=1, help="Default: a tenth of the rows, at most 8,000.")] = None,
    seed: Seed = 0,
    min_item_users: Annotated[int, typer.Option(min=1)] = 1,
    max_item_users: Annotated[int | None, typer.Option(min=1, help="Default: no limit.")] = None,
    min_user_items: Annotated[int, typer.Option(min=1)] = 1,
    max_user_items: Annotated[int | None, typer.Option(min=1, help="Default: no limit.")] = None,
    skip_bad_lines: Annotated[bool, typer.Option(help="Leave out and count lines that cannot be used.")] = False,
) -> None:
    """Ingest a table of ratings, one row a user and item."""
    from weakrec_core.data import splits
    from weakrec_core.data.ingest import table
    from weakrec_core.data.noun import Noun

    columns = table.Columns(
        user=user, item=item, rating=rating, text=text, title=title, creator=creator, average_rating=average_rating
    )
    config = table.TableConfig(
        positive=positive,
        min_item_users=min_item_users,
        max_item_users=max_item_users,
        min_user_items=min_user_items,
        max_user_items=max_user_items,
        skip_bad_lines=skip_bad_lines,
    )
    with show_progress(0.25, 0.4) as progress:
        dataset = table.ingest_table(
            Workspace.from_environment(),
            name,
            file,
            columns,
            config,
            splits.SplitConfig(dev_rows=dev_rows, seed=seed),
            progress,
            Noun.parse(noun),
        )
    low, high = dataset.meta["rating_range"]
    typer.echo(f"ratings: from {low:g} to {high:g}, POSITIVE from {positive:g} on", err=True)
    _finish(dataset)


@app.command()
def attach(
    dataset: DatasetName,
    file: Annotated[Path, typer.Option(help="Parquet or CSV: user_id, book_id, one column of votes (1, 0, -1) each.")],
) -> None:
    """Attach votes computed elsewhere to a dataset, for LFs of kind column."""
    from weakrec_core.data.attached import attach_columns
    from weakrec_core.data.dataset import open_dataset

    for name, voted in attach_columns(open_dataset(Workspace.from_environment(), dataset), file).items():
        typer.echo(f"{name}: votes on {voted:,} rows")


def _finish(dataset: "Dataset") -> None:
    """Say what was left out and kept, and compute the signals."""
    from weakrec_core.signals import SignalStore

    for kind, problems in dataset.meta["skipped_lines"].items():
        for problem, count in problems.items():
            typer.echo(f"{kind}: {count:,} lines left out, each {problem}", err=True)
    for what, count in dataset.meta["counts"].items():
        typer.echo(f"{what.replace('_', ' ')}: {count:,}", err=True)
    typer.echo(dataset)
    with show_progress(0.4) as progress, ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        SignalStore(dataset, pool).precompute(progress)


@app.command()
def notes(
    dataset: DatasetName,
    out: Annotated[
        Path, typer.Option(help="CSV or Parquet: one line a starred row, with its note, title, gold and review.")
    ],
) -> None:
    """Export the rows that were starred on the Error analysis page."""
    from weakrec_core.data.dataset import open_dataset
    from weakrec_core.data.notes import export_notes
    from weakrec_core.tables import write_table

    table = export_notes(open_dataset(Workspace.from_environment(), dataset))
    write_table(table, out)
    typer.echo(f"{out}: {len(table):,} rows")
