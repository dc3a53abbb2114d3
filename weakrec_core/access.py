"""Who is at work, and whether they may write into the workspace: every write asks here, whatever a page has shown or hidden."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import Any

from weakrec_core.errors import WeakrecError
from weakrec_core.workspace import Workspace

PERSON_VARIABLE = "WEAKREC_PERSON"  # who started a process
READONLY_VARIABLE = "WEAKREC_READONLY"


class Role(IntEnum):
    """What somebody may do; each may do what those before may.

    A viewer looks, filters, tries thresholds and gets recommendations; an editor saves, ingests and trains; an operator reads who
    did what.
    """

    VIEWER = 0
    EDITOR = 1
    OPERATOR = 2


@dataclass(frozen=True)
class Person:
    """Somebody at work.

    Attributes
    ----------
    name : str
        Empty where nobody signs in.
    sees : frozenset of str, optional
        Which runs, datasets and LF sets they see, such as "run ID"; None: all.
    """

    role: Role
    name: str = ""
    sees: frozenset[str] | None = None


class AccessError(WeakrecError, PermissionError):
    """Somebody may not do what they tried; to whom may not write, the workspace is one that can only be read."""


_ROLES = {Role.VIEWER: "a viewer", Role.EDITOR: "an editor", Role.OPERATOR: "an operator"}
_identify: list[Callable[[], Person | None]] = []
_acting: ContextVar[Person | None] = ContextVar("acting", default=None)


def identify_by(ask: Callable[[], Person | None]) -> None:
    """Let the user interface say who is at work in the thread that asks; None = nobody in particular."""
    _identify[:] = [ask]


@contextmanager
def acting_as(person: Person) -> Iterator[None]:
    """Let somebody be at work in this thread, such as in one that goes on with what they asked for."""
    before = _acting.set(person)
    try:
        yield
    finally:
        _acting.reset(before)


def role_of(claims: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> Role | None:
    """The highest role that somebody was given; None if none was.

    Parameters
    ----------
    claims : mapping
        What the identity provider says of them: email, email_verified, groups.
    given : mapping
        By role (viewer, editor, operator) e-mail addresses, ``@domain``, ``group:NAME``, or ``*`` for everybody.

    Examples
    --------
    >>> given = {"viewer": ["*"], "editor": ["@example.org"], "operator": ["ada@example.org"]}
    >>> [role_of({"email": email}, given).name for email in ("ada@example.org", "bob@example.org", "eve@example.com")]
    ['OPERATOR', 'EDITOR', 'VIEWER']
    """
    email = str(claims.get("email") or "").lower() if claims.get("email_verified", True) is not False else ""
    groups = claims.get("groups")
    names = {"*", *(f"group:{group}" for group in (groups if isinstance(groups, list | tuple) else ()))}
    if email.count("@") == 1:
        names |= {email, f"@{email.partition('@')[2]}"}
    for role in sorted(Role, reverse=True):
        if any(
            (name if name.startswith("group:") else name.lower()) in names for name in given.get(role.name.lower(), ())
        ):
            return role
    return None


def at_work() -> Person:
    """Who is at work: as the user interface says, else an operator, or a viewer where ``$WEAKREC_READONLY`` is 1."""
    found = _acting.get() or (_identify[0]() if _identify else None)
    if os.environ.get(READONLY_VARIABLE, "") in ("", "0"):
        return found or Person(Role.OPERATOR, os.environ.get(PERSON_VARIABLE, ""))
    return Person(Role.VIEWER) if found is None else replace(found, role=Role.VIEWER)


def may_write() -> bool:
    """Whether who is at work may change the workspace."""
    return at_work().role >= Role.EDITOR


def require(role: Role, what: str) -> None:
    """Refuse `what`, such as "start a job", to who has less than a role.

    Raises
    ------
    AccessError
    """
    person = at_work()
    if person.role < role:
        who = f"{person.name} is {_ROLES[person.role]}" if person.name else "The workspace is open for reading only"
        raise AccessError(f"{who}: you cannot {what} here; nothing was changed.")


def may_see(what: str) -> bool:
    """Whether who is at work sees a run, a dataset or an LF set: who follows a link sees what it shows, and nothing else."""
    sees = at_work().sees
    return sees is None or what in sees


def check_sight(what: str) -> None:
    """Refuse to open it to who does not see it.

    Raises
    ------
    AccessError
    """
    if not may_see(what):
        raise AccessError("This link shows one run and nothing else.")


def check_write(path: Path) -> None:
    """Refuse to change a path of the workspace to who may only look.

    Raises
    ------
    AccessError
    """
    if path.resolve().is_relative_to(Workspace.from_environment().root):
        require(Role.EDITOR, "save anything")
