"""Commands that make datasets from raw files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from weakrec_core.cli.common import (
    EngineName,
    Json,
    PartRows,
    Scheduler,
    Seed,
    chosen_engine,
    print_json,
    show_progress,
)
from weakrec_core.cli.new_dataset import finish, signals_by
from weakrec_core.workspace import Workspace

if TYPE_CHECKING:
    from weakrec_core.data.dataset import Dataset
    from weakrec_core.data.ingest.dialects import TableFormat

app = typer.Typer(no_args_is_help=True, help="Make a dataset from raw files.")

Encoding = Annotated[str | None, typer.Option(help="Of a text file, such as cp1252; default: found.")]
TableFile = Annotated[
    str,
    typer.Argument(
        help="CSV, TSV, JSON, JSON lines (each also .gz), Parquet, xlsx, or one in a .zip; a folder of Parquet files; or the URL of "
        "either, where $WEAKREC_URLS allows it."
    ),
]
Separator = Annotated[str | None, typer.Option(help="Between columns, such as ; or tab; default: found.")]
Quote = Annotated[str | None, typer.Option(help="Around text that holds separators; default: found.")]
Split = Literal["user", "time"]
Header = Annotated[
    bool | None, typer.Option("--header/--no-header", help="Without, columns are called c1, c2 …; default: found.")
]


@app.command("goodreads")
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
    engine: EngineName = "local",
    scheduler: Scheduler = None,
    part_rows: PartRows = None,
    as_json: Json = False,
) -> None:
    """Ingest the UCSD Goodreads files."""
    with chosen_engine(engine, scheduler, part_rows) as working:
        dataset = made_of_files(
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
        finish(dataset, signals_by(working, part_rows), as_json)


def made_of_files(
    name: str,
    reviews: Path,
    books: Path | None,
    interactions: Path | None,
    dev_rows: int | None,
    seed: int,
    source: str = "goodreads",
    **config: Any,
) -> "Dataset":
    """A dataset of files in the Goodreads format."""
    from weakrec_core.data import splits
    from weakrec_core.data.ingest import goodreads

    with show_progress(0.25, 0.4) as progress:
        return goodreads.ingest_goodreads(
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


@app.command("table")
def ingest_table(
    file: TableFile,
    user: Annotated[str, typer.Option(help="Column of the user.")],
    item: Annotated[str, typer.Option(help="Column of the item.")],
    rating: Annotated[
        str,
        typer.Option(
            help="Column of the rating, in any notation (4, 3/5, B+, fresh); empty = not rated, but in the history."
        ),
    ],
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
    time: Annotated[str | None, typer.Option(help="Column of when it was, for a split by time.")] = None,
    items: Annotated[
        Path | None, typer.Option(help="A second file, one row an item, that has title, creator and average rating.")
    ] = None,
    items_id: Annotated[str | None, typer.Option(help="Its column of the item.")] = None,
    signal: Annotated[
        list[str] | None,
        typer.Option(help="Keep a column of numbers for threshold LFs; can be repeated, as the next two."),
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option(help="Keep a column of texts for LFs of kind category, which vote by its values."),
    ] = None,
    votes: Annotated[
        list[str] | None,
        typer.Option(
            help="Keep a column of votes from elsewhere (1, 0, -1 = abstains; or 2, 1, 0; like, dislike …) for LFs of kind column."
        ),
    ] = None,
    noun: Annotated[str, typer.Option(help="What an item is called: film, or mouse/mice.")] = "item",
    positive: Annotated[
        str | None,
        typer.Option(
            help="Ratings from this on are POSITIVE: one as the table has them, or a share of the scale such as 60%. "
            "Default: 4 on scales up to 5, the upper of two, else 60%."
        ),
    ] = None,
    scale: Annotated[
        str | None, typer.Option(help="Of plain numbers, such as 1-10; default: as their distribution says.")
    ] = None,
    not_rated: Annotated[
        list[str] | None,
        typer.Option(
            help="A value of the rating that stands for none, such as 0; can be repeated; none = there is no such value. "
            "Default: 0 beside 1 to 5, or -1, of whole numbers."
        ),
    ] = None,
    encoding: Encoding = None,
    separator: Separator = None,
    quote: Quote = None,
    header: Header = None,
    split: Annotated[
        Split,
        typer.Option(help="Users are in one split each, or the last quarter of each user's rated rows is held out."),
    ] = "user",
    dev_rows: Annotated[
        int | None,
        typer.Option(min=1, help="Default: a tenth of the rows, by time two fifths of those held out, at most 8,000."),
    ] = None,
    seed: Seed = 0,
    min_item_users: Annotated[int, typer.Option(min=1)] = 1,
    max_item_users: Annotated[int | None, typer.Option(min=1, help="Default: no limit.")] = None,
    min_user_items: Annotated[int, typer.Option(min=1)] = 1,
    max_user_items: Annotated[int | None, typer.Option(min=1, help="Default: no limit.")] = None,
    skip_bad_lines: Annotated[bool, typer.Option(help="Leave out and count lines that cannot be used.")] = False,
    engine: EngineName = "local",
    scheduler: Scheduler = None,
    part_rows: PartRows = None,
    as_json: Json = False,
) -> None:
    """Ingest a table of ratings, one row a user and item."""
    from weakrec_core.data import splits
    from weakrec_core.data.ingest import table
    from weakrec_core.data.ingest.scales import Scale
    from weakrec_core.data.ingest.table_config import NO_VALUE
    from weakrec_core.data.ingest.table_parts import table_file
    from weakrec_core.data.noun import Noun

    if (items is None) != (items_id is None):
        raise typer.BadParameter("--items and --items-id belong together")
    columns = table.Columns(
        user=user,
        item=item,
        rating=rating,
        text=text,
        title=title,
        creator=creator,
        average_rating=average_rating,
        time=time,
        signals=tuple(signal or ()),
        categories=tuple(category or ()),
        votes=tuple(votes or ()),
    )
    config = table.TableConfig(
        positive=positive,
        scale=None if scale is None else Scale.parse(scale),
        not_rated=None if not not_rated else tuple(value for value in not_rated if value != NO_VALUE),
        min_item_users=min_item_users,
        max_item_users=max_item_users,
        min_user_items=min_user_items,
        max_user_items=max_user_items,
        skip_bad_lines=skip_bad_lines,
        format=_format(encoding, separator, quote, header),
    )
    scratch = Workspace.from_environment().scratch
    with chosen_engine(engine, scheduler, part_rows) as working:
        with (
            show_progress(0.25, 0.4) as progress,
            table_file(file, scratch, map if working is None else working.map, progress) as path,
        ):
            dataset = table.ingest_table(
                Workspace.from_environment(),
                name,
                path,
                columns,
                config,
                splits.SplitConfig(by=split, dev_rows=dev_rows, seed=seed),
                progress,
                Noun.parse(noun),
                table.ItemFacts(file=items, id=items_id) if items and items_id else None,
            )
        _tell_ratings(dataset)
        finish(dataset, signals_by(working, part_rows), as_json)


@app.command("look")
def look(
    file: TableFile,
    encoding: Encoding = None,
    separator: Separator = None,
    quote: Quote = None,
    header: Header = None,
    as_json: Json = False,
) -> None:
    """Show how a file is written, its first rows, and what its columns may be."""
    from weakrec_core.data.ingest import look as looking
    from weakrec_core.data.ingest.table_parts import table_file

    scratch = Workspace.from_environment().scratch
    with show_progress() as progress, table_file(file, scratch, progress=progress) as path:
        found = looking.look(path, _format(encoding, separator, quote, header), progress)
    if as_json:
        print_json(found.to_json())
        return
    written = {key: value for key, value in found.format.model_dump().items() if value is not None}
    typer.echo(f"{file}: {found.kind}, {found.rows:,} rows, {len(found.columns)} columns")
    typer.echo("; ".join(f"{key} {value!r}" for key, value in written.items()))
    role_of = {column: role for role, column in found.roles.items()}
    for i, column in enumerate(found.columns):
        cells = found.preview.iloc[:, i].dropna().head(3).str.slice(0, 40)
        kept = " or ".join(kind for kind, names in found.could_be.items() if column in names)
        guess = f"  ({role_of[column]}?)" if column in role_of else f"  (keep as {kept}?)" if kept else ""
        typer.echo(f"{column}: {', '.join(map(repr, cells))}{guess}")


def _format(encoding: str | None, separator: str | None, quote: str | None, header: bool | None) -> "TableFormat":
    from weakrec_core.data.ingest.dialects import TableFormat

    return TableFormat(encoding=encoding, separator=separator, quote=quote, header=header)


def _tell_ratings(dataset: "Dataset") -> None:
    """Say how the ratings and kept columns of a table were read."""
    read = dataset.meta["ratings"]
    notations = ", ".join(f"{what} {n:,}" for what, n in read["by_notation"].items())
    typer.echo(f"ratings by notation: {notations}", err=True)
    for reason, n in read["not_rated_by"].items():
        typer.echo(f"not rated: {n:,}, as each {reason}", err=True)
    low, high = dataset.meta["rating_range"]
    shown = "{:.0%}" if read["stored"] == "share" else "{:g}"
    typer.echo(
        f"ratings: from {shown.format(low)} to {shown.format(high)}, POSITIVE from {read['positive']} on", err=True
    )
    for column, kept in dataset.kept_columns.items():
        typer.echo(f"kept {kept.told(column)}", err=True)
        if kept.gives_gold_away:
            typer.echo(f"warning: {kept.warning(column)}", err=True)
