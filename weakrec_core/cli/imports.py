"""The command that takes in what was made elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from weakrec_core.cli.common import DatasetName, Json, lf_set_of, print_json
from weakrec_core.errors import WeakrecError
from weakrec_core.workspace import Workspace

app = typer.Typer()


@app.command("import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            help="An exported run (.zip); an LF set (.yaml); keywords (.csv with keyword and label, or .txt, one a line); "
            "Snorkel functions (.py); votes (.csv or .parquet with user_id, book_id and a column an LF)."
        ),
    ],
    name: Annotated[str | None, typer.Option(help="What it is called here; by default as in the file.")] = None,
    label: Annotated[
        str | None, typer.Option(help="What keywords in a text file vote for: POSITIVE or NEGATIVE.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="The dataset that votes are attached to.")] = None,
    lfs: Annotated[Path | None, typer.Option(help="An LF set (YAML) that keywords or functions are added to.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the LF set to this file, and not to the workspace's saved versions.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Take in a run, an LF set, keywords, Snorkel functions or votes; nothing that is there is overwritten."""
    from weakrec_core.labeling.exchange import importing

    workspace = Workspace.from_environment()
    what = importing.kind_of(file)
    if what == importing.RUN:
        from weakrec_core.runs.archive import import_run

        run = import_run(workspace, file, name)
        print_json({"run": run.id}) if as_json else typer.echo(run.id)
        return
    if what == importing.VOTES:
        if dataset is None:
            raise WeakrecError(f"{file} holds votes: name the dataset that they are attached to with --dataset.")
        _attach(workspace, file, dataset, as_json)
        return
    base = None if lfs is None else lf_set_of(lfs)
    lf_set = importing.read_lfs(file, what, name, label, base)
    if out is not None:
        from weakrec_core import files

        files.write_text(out, lf_set.to_yaml())
        saved = out
    else:
        saved = importing.save(workspace, lf_set, f"imported from {file.name}")
    if as_json:
        print_json({"lf_set": lf_set.name, "lfs": lf_set.names, "file": str(saved)})
    else:
        typer.echo(saved)


@app.command()
def attach(
    dataset: DatasetName,
    file: Annotated[Path, typer.Option(help="Parquet or CSV: user_id, book_id, one column of votes (1, 0, -1) each.")],
) -> None:
    """Attach votes computed elsewhere to a dataset, for LFs of kind column."""
    _attach(Workspace.from_environment(), file, dataset, as_json=False)


def _attach(workspace: Workspace, file: Path, dataset: str, as_json: bool) -> None:
    from weakrec_core.data.attached import attach_columns
    from weakrec_core.data.dataset import open_dataset

    voted = attach_columns(open_dataset(workspace, dataset), file)
    if as_json:
        print_json({"dataset": dataset, "votes": voted})
    else:
        for column, rows in voted.items():
            typer.echo(f"{column}: votes on {rows:,} rows")
