"""Commands that make datasets."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from weakrec_core.cli import download, ingest
from weakrec_core.cli.common import DatasetName, Json, Seed, print_json, show_progress
from weakrec_core.cli.new_dataset import finish, on_all_cores
from weakrec_core.files import checked_name
from weakrec_core.workspace import Workspace

app = typer.Typer()
app.add_typer(ingest.app, name="ingest")
app.add_typer(download.app, name="download")


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
        dataset = ingest.made_of_files(
            name, files["reviews"], files["books"], files["interactions"], dev_rows, seed, source="demo"
        )
        finish(dataset, on_all_cores)


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


@app.command()
def gold(
    dataset: DatasetName,
    taken_in: Annotated[
        Path | None,
        typer.Option("--import", help="CSV or Parquet with user_id, book_id and gold (POSITIVE, NEGATIVE, 1 or 0)."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--export", help="CSV or Parquet: a line for each label given by hand, oldest first.")
    ] = None,
    author: Annotated[
        str | None, typer.Option(help="Who gives the labels; by default the user of this machine.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Count, import or export the gold labels that were given by hand to dev rows; the ingested ones stay in their files."""
    from weakrec_core.data.dataset import open_dataset
    from weakrec_core.data.gold_by_hand import export_gold, gold_sentence, hand_gold, import_gold
    from weakrec_core.tables import write_table

    opened = open_dataset(Workspace.from_environment(), dataset)
    if taken_in is not None:
        opened = import_gold(opened, taken_in, author or getpass.getuser())
    if out is not None:
        write_table(export_gold(opened), out)
    if as_json:
        counted = hand_gold(opened)
        counts = {"corrected": 0, "added": 0} if counted is None else counted.model_dump()
        print_json({"dataset": dataset, "fingerprint": opened.fingerprint, **counts})
    else:
        typer.echo(gold_sentence(opened) or f"Dataset {dataset} has no gold given by hand.")
