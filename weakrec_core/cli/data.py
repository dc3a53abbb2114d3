"""Commands that make datasets."""

from pathlib import Path
from typing import Annotated

import typer

from weakrec_core.cli import download, ingest
from weakrec_core.cli.common import DatasetName, Seed, show_progress
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
        ingest.ingest_files(
            name, files["reviews"], files["books"], files["interactions"], dev_rows, seed, source="demo"
        )


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
