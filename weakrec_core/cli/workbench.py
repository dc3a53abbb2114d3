"""The commands that start the workbench and look after it."""

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from weakrec_core.cli.common import Json, print_json
from weakrec_core.files import PROJECT
from weakrec_core.workspace import Workspace

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
    command = [sys.executable, "-m", "streamlit", "run", str(PROJECT / "workbench.py"), *flags]
    os.execve(sys.executable, command, os.environ | home.environment)


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
