"""Links that show one run to who has no sign-in: for a while, and until they are revoked.

A link is a secret that is shown once. The workspace keeps its hash, in ``$WEAKREC_HOME/shares/ID.json``.
"""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from weakrec_core import files
from weakrec_core.access import Person, Role, at_work, require
from weakrec_core.activity import record
from weakrec_core.errors import RunError, quoted
from weakrec_core.limits import SHARE_DAYS
from weakrec_core.runs.result_tables import finished
from weakrec_core.runs.store import Run, open_run
from weakrec_core.workspace import Workspace

PARAMETER = "share"  # of the address
_REFUSED = (
    "This link does not open anything (any more): it has expired, was revoked, or is not whole. Ask for a new one."
)


class ShareLink(BaseModel):
    """What is kept of a link.

    Attributes
    ----------
    id : str
        The first digits of the hash: how people name the link.
    digest : str
        SHA-256 of the secret, which has 256 random bits itself.
    by : str
        Who made it; empty where nobody signs in.
    made, until : datetime
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    digest: str
    run: str
    by: str
    made: AwareDatetime
    until: AwareDatetime

    @property
    def expired(self) -> bool:
        return datetime.now(UTC) >= self.until


def share(run: Run, days: int) -> tuple[str, ShareLink]:
    """A new link to a finished run: its secret, which is kept nowhere, and what is kept.

    Raises
    ------
    RunError
        If the run has no result, or that is not a number of days from 1 to `SHARE_DAYS`.
    AccessError
        If who is at work may only look.
    """
    require(Role.EDITOR, "share a run")
    finished(run)
    if not 1 <= days <= SHARE_DAYS:
        raise RunError(f"A link lasts 1 to {SHARE_DAYS} days, not {days}.")
    secret, now = secrets.token_urlsafe(32), datetime.now(UTC).replace(microsecond=0)
    digest = _digest(secret)
    until = now + timedelta(days=days)
    link = ShareLink(id=digest[:12], digest=digest, run=run.id, by=at_work().name, made=now, until=until)
    files.write_text(_path(run.workspace, link), link.model_dump_json(indent=2))
    record(run.workspace, "shared run", f"{run.id} by link {link.id} until {until:%Y-%m-%d}")
    return secret, link


def address(server: str, secret: str) -> str:
    """The link for people, where they reach the workbench at `server`."""
    return f"{server.rstrip('/')}/?{urlencode({PARAMETER: secret})}"


def links(workspace: Workspace, run_id: str | None = None) -> list[ShareLink]:
    """The links that are not revoked, of one run or of all, newest first; files that cannot be read open nothing and are left out."""
    found = [link for path in workspace.shares.glob("[!.]*.json") if (link := _read(path)) is not None]
    return sorted((link for link in found if run_id in (None, link.run)), key=lambda link: link.made, reverse=True)


def revoke(workspace: Workspace, link_id: str) -> None:
    """Let a link open nothing from now on.

    Raises
    ------
    RunError
        If there is none with that id.
    """
    require(Role.EDITOR, "revoke a link")
    link = next((link for link in links(workspace) if link.id == link_id), None)
    if link is None:
        raise RunError(f"There is no link {quoted(link_id)} (any more).")
    _path(workspace, link).unlink(missing_ok=True)
    record(workspace, "revoked link", f"{link.id} of run {link.run}")


def shared_run(workspace: Workspace, secret: str) -> tuple[Run, Person, datetime]:
    """The run that a link shows, who it makes of its bearer, somebody who sees that and nothing else, and until when.

    Raises
    ------
    RunError
        If it has expired, was revoked or altered, or the run is gone: one sentence for all.
    """
    digest = _digest(secret)
    found = [link for link in links(workspace) if hmac.compare_digest(link.digest, digest)]
    if not found or found[0].expired:
        raise RunError(_REFUSED)
    try:
        run = open_run(workspace, found[0].run)
    except RunError:
        raise RunError(_REFUSED) from None
    seen = frozenset({f"run {run.id}", f"dataset {run.config.dataset}"})
    return run, Person(Role.VIEWER, f"link {found[0].id}", seen), found[0].until


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _path(workspace: Workspace, link: ShareLink) -> Path:
    return workspace.shares / f"{link.id}.json"


def _read(path: Path) -> ShareLink | None:
    try:
        return ShareLink.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
