"""Commands that show a run to who has no sign-in."""

from typing import Annotated

import typer

from weakrec_core.cli.common import Json, print_json
from weakrec_core.limits import SHARE_DAYS
from weakrec_core.workspace import Workspace

app = typer.Typer()
share = typer.Typer(
    no_args_is_help=True, help="Links that show one run, its report and its recommendations, and nothing else."
)
app.add_typer(share, name="share")


@share.command("make")
def make_link(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A finished run.")],
    days: Annotated[int, typer.Option(min=1, max=SHARE_DAYS, help="How long it lasts.")] = 7,
    server: Annotated[
        str, typer.Option(metavar="URL", help="Where people reach the workbench.")
    ] = "http://127.0.0.1:8501",
    as_json: Json = False,
) -> None:
    """Make a link, which is shown this once; the workspace keeps its hash only."""
    from weakrec_core.runs import share as sharing
    from weakrec_core.runs.store import open_run

    secret, link = sharing.share(open_run(Workspace.from_environment(), run), days)
    url = sharing.address(server, secret)
    if as_json:
        print_json({"url": url, **link.model_dump(mode="json", exclude={"digest"})})
    else:
        typer.echo(url)
        typer.echo(f"Link {link.id} is good until {link.until:%Y-%m-%d %H:%M} UTC.", err=True)


@share.command("list")
def list_links(
    run: Annotated[str | None, typer.Option(metavar="RUN", help="Of this run only.")] = None,
    as_json: Json = False,
) -> None:
    """The links that were not revoked, newest first."""
    from weakrec_core.runs.share import links

    found = links(Workspace.from_environment(), run)
    if as_json:
        print_json([link.model_dump(mode="json", exclude={"digest"}) | {"expired": link.expired} for link in found])
        return
    for link in found:
        state = "expired" if link.expired else "good"
        typer.echo(f"{link.id}  {link.run}  {state} until {link.until:%Y-%m-%d %H:%M} UTC  {link.by}".rstrip())


@share.command("revoke")
def revoke_link(link: Annotated[str, typer.Argument(metavar="LINK", help="The id that list shows.")]) -> None:
    """Let a link open nothing from now on."""
    from weakrec_core.runs.share import revoke

    revoke(Workspace.from_environment(), link)
    typer.echo(f"Link {link} opens nothing any more.", err=True)
