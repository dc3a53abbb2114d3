"""The command that starts the workbench."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

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
