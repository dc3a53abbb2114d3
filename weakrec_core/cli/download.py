"""Commands that fetch public raw files, once their terms are accepted."""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from weakrec_core.data.download.goodreads_files import (
    GOODREADS_URL,
    TERMS,
    Genre,
    Kind,
    download_goodreads,
    file_name,
    ingest_command,
)
from weakrec_core.errors import WeakrecError

if TYPE_CHECKING:
    from weakrec_core.data.download.fetching import Report

app = typer.Typer(no_args_is_help=True, help="Fetch public raw files.")
_INTERRUPTED = 130  # as a shell says of a command that Ctrl-C ended


@app.command("goodreads")
def goodreads(
    genre: Annotated[Genre, typer.Option(help="Of the books.")],
    out: Annotated[Path, typer.Option(help="Directory for the files.")],
    kind: Annotated[
        list[Kind] | None, typer.Option(help="Only these files; may be repeated. Default: all three.")
    ] = None,
    accept_terms: Annotated[bool, typer.Option("--accept-terms", help="Say that you accept the terms of use.")] = False,
    base_url: Annotated[str, typer.Option(help="Where the files are.")] = GOODREADS_URL,
) -> None:
    """Fetch the UCSD Goodreads files of a genre; a download that was stopped goes on where it was."""
    typer.echo(TERMS, err=True)
    if not (accept_terms or _accepted()):
        raise WeakrecError(
            "Nothing was downloaded, as the terms of use were not accepted; --accept-terms accepts them."
        )
    paths = {one: out / file_name(one, genre) for one in Kind}
    for one in dict.fromkeys(kind or Kind):
        path, how = paths[one], "there already" if paths[one].exists() else "downloaded"
        with _stoppable(), _bar(path.name) as report:
            download_goodreads(genre, one, out, base_url, report)
        typer.echo(f"{path.name}: {how}, {path.stat().st_size / 1e6:,.1f} MB", err=True)
        typer.echo(path)
    ready = {one: path for one, path in paths.items() if path.exists()}
    if Kind.REVIEWS in ready:
        typer.echo(shlex.join(["python", "-m", "weakrec_core", *ingest_command(genre, ready)]))
    else:
        typer.echo("An ingest also needs the reviews.", err=True)


def _accepted() -> bool:
    """Ask whoever sits at the terminal, if somebody does."""
    try:
        return sys.stdin.isatty() and typer.confirm("Do you accept these terms?", err=True)
    except typer.Abort:
        return False


@contextmanager
def _stoppable() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("Stopped. What has come is kept; the same command goes on from there, if the server can.", err=True)
        raise typer.Exit(_INTERRUPTED) from None


@contextmanager
def _bar(name: str) -> Iterator["Report"]:
    """A `Report` that draws bytes, rate and time left on a terminal; elsewhere it says what is being done."""
    from rich import progress
    from rich.console import Console

    console = Console(stderr=True)
    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task, doing = bar.add_task(name, total=None), ""

        def report(done: int, of: int | None, what: str) -> None:
            nonlocal doing
            if what != doing:  # the rate is that of one thing
                bar.reset(task, completed=done, total=of, description=f"{name}: {what}")
                if not console.is_terminal:
                    typer.echo(f"{name}: {what}", err=True)
                doing = what
            bar.update(task, completed=done, total=of)

        yield report
