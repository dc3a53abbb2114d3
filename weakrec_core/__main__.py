"""The command line: stdout carries the result, logs and progress go to stderr; bad input is one line and exit 2."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from weakrec_core.cli import data, export, imports, labeling, prompt, recommend, runs, share, similar, workbench
from weakrec_core.errors import WeakrecError, os_sentence, shortened
from weakrec_core.jobs.reporting import reporting

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Weak supervision for recommenders.",
)
for part in (workbench, data, labeling, similar, prompt, runs, share, recommend, export, imports):
    app.add_typer(part.app)


def main() -> None:
    with _sentences(), reporting():
        _command()


def _command() -> None:
    with _sentences():
        try:
            sys.exit(app(standalone_mode=False))
        except typer.TyperException as e:  # a usage error; empty where a command without arguments has shown its help
            if message := shortened(" ".join(e.format_message().split())):
                typer.echo(f"error: {message}" + "." * (message[-1] not in ".?"), err=True)
            sys.exit(e.exit_code)


@contextmanager
def _sentences() -> Iterator[None]:
    """Bad input, and what the operating system refuses, end the process with one line."""
    try:
        yield
    except WeakrecError as e:
        typer.echo(f"error: {e}", err=True)
        sys.exit(2)
    except OSError as e:  # an --out that cannot be written, or a full disk
        typer.echo(f"error: {os_sentence(e)}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
