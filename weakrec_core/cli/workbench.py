"""The commands that start the workbench and look after it."""

import os
import sys
from dataclasses import asdict
from pathlib import Path
from runpy import run_module
from typing import TYPE_CHECKING, Annotated

import typer

from weakrec_core.cli.common import Json, print_json, show_progress
from weakrec_core.files import PROJECT
from weakrec_core.workspace import Workspace

if TYPE_CHECKING:
    from weakrec_core.backup import Backup

app = typer.Typer()


@app.command("open")
def open_workbench(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8501,
    address: Annotated[
        str, typer.Option(help="127.0.0.1: nobody but this machine; 0.0.0.0: the network.")
    ] = "127.0.0.1",
    workspace: Annotated[
        Path | None, typer.Option(metavar="DIR", help="By default $WEAKREC_HOME, or ./workspace.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
) -> None:
    """Start the workbench, on this machine alone unless told otherwise."""
    home = Workspace.from_environment() if workspace is None else Workspace(workspace)
    # Streamlit finds the settings that are the same for all in .streamlit/config.toml beside the script.
    options = {
        "server.port": str(port),
        "server.address": address,
        "server.headless": str(no_browser).lower(),
        "server.showEmailPrompt": "false",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    # As `python -m streamlit` does it, which finds modules of Python LFs in the directory at hand; a process of its own would
    # load anew what is here already.
    os.environ.update(home.environment)
    sys.path.insert(0, str(Path.cwd()))
    sys.argv = ["streamlit", "run", str(PROJECT / "workbench.py"), *flags]
    run_module("streamlit", run_name="__main__", alter_sys=True)


@app.command()
def activity(as_json: Json = False) -> None:
    """Who saved, queued, labeled or renamed what, newest first."""
    from weakrec_core.access import Role, require
    from weakrec_core.activity import entries

    require(Role.OPERATOR, "read who did what")
    found = entries(Workspace.from_environment()).to_dict("records")
    if as_json:
        print_json(found)
        return
    for one in found:
        change = f"  {one['before']} -> {one['after']}" if one["after"] else ""
        typer.echo(f"{one['at']}  {one['who']}  {one['what']}  {one['subject']}{change}")


@app.command()
def doctor(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the workbench is expected to answer.")] = 8501,
    as_json: Json = False,
) -> None:
    """Look at libraries, workspace, disk, locks and server: a line each, and what to do; exit status 1 if something is bad."""
    from weakrec_core.doctor import examine

    found = examine(Workspace.from_environment(), port)
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        width = max(len(one.subject) for one in found)
        for one in found:
            typer.echo(f"{one.state:4}  {one.subject:{width}}  {one.said}{f' {one.todo}' if one.todo else ''}")
    raise typer.Exit(int(any(one.state == "bad" for one in found)))


@app.command()
def storage(
    clear: Annotated[
        bool, typer.Option("--clear-caches", help="Remove what can be computed again: signals, vectors, baselines.")
    ] = False,
    delete_dataset: Annotated[
        str | None, typer.Option(help="A dataset to delete; without --yes it is only said who uses it.")
    ] = None,
    delete_run: Annotated[
        str | None, typer.Option(help="A run to delete; without --yes it is only said who uses it.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Delete it.")] = False,
    as_json: Json = False,
) -> None:
    """What takes how much of the disk: each dataset, run and cache, and the other stores, largest first; making room."""
    from weakrec_core.runs.removal import dataset_removal, run_removal
    from weakrec_core.usage import bytes_by_store, clear_caches

    workspace = Workspace.from_environment()
    wanted = [dataset_removal(workspace, delete_dataset)] if delete_dataset is not None else []
    wanted += [run_removal(workspace, delete_run)] if delete_run is not None else []
    for removal in wanted:
        if yes:
            removal.execute()
        for said in removal.sentences(done=yes):
            typer.echo(said, err=True)
    if clear:
        typer.echo(f"{clear_caches(workspace) / 1e6:,.1f} MB are free again.", err=True)
    sizes = bytes_by_store(workspace)
    if as_json:
        print_json(sizes)
        return
    for name, size in sizes.items():
        typer.echo(f"{size / 1e6:12,.2f} MB  {name}")


@app.command()
def metrics(
    out: Annotated[
        Path | None,
        typer.Option(help="A file to replace, such as weakrec.prom for node-exporter's textfile collector."),
    ] = None,
) -> None:
    """Runs by state, the queue, and what takes how much of the disk, in Prometheus' text format."""
    from weakrec_core import files
    from weakrec_core.metrics import metrics as read

    text = read(Workspace.from_environment())
    if out is None:
        typer.echo(text, nl=False)
    else:
        files.write_text(out, text)


@app.command()
def backup(
    out: Annotated[Path, typer.Option(help="The zip file to write.")],
    as_json: Json = False,
) -> None:
    """Write the workspace as one zip file, but for what can be computed again; others may work on meanwhile."""
    from weakrec_core.backup import back_up

    with show_progress() as progress:
        made = back_up(Workspace.from_environment(), out, progress)
    _tell_backup(made, out, as_json)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A zip file that backup wrote.")],
    into: Annotated[Path, typer.Option(metavar="DIR", help="The workspace to make; empty, or not there yet.")],
    as_json: Json = False,
) -> None:
    """Make a workspace of a backup, once all of it is checked."""
    from weakrec_core.backup import restore as restore_into

    with show_progress() as progress:
        made = restore_into(file, into, progress)
    _tell_backup(made, into, as_json)


def _tell_backup(made: "Backup", where: Path, as_json: bool) -> None:
    from weakrec_core.data.noun import counted

    if as_json:
        print_json({"path": str(where), "files": len(made.files), "bytes": made.size, "made": made.made})
    else:
        typer.echo(f"{where}: {counted(len(made.files), 'file')}, {made.size / 1e6:,.1f} MB, backed up at {made.made}")
