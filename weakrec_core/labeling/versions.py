"""Saved versions of LF sets: immutable files ``lf_sets/NAME/v0001.yaml``, each written once.

A set that was renamed leaves a link under its old name, so that drafts, open tabs and commands that say it go on.
"""

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from weakrec_core import files
from weakrec_core.access import Role, check_sight, may_see, require
from weakrec_core.activity import record
from weakrec_core.data.leftovers import RENAMED
from weakrec_core.errors import SpecError, WeakrecError
from weakrec_core.labeling.base import LF
from weakrec_core.labeling.lf_set import LFSet, lf_set_of, lf_set_text, read_lf_set
from weakrec_core.labeling.safe_yaml import read_yaml
from weakrec_core.workspace import Workspace

SHIPPED = files.PROJECT / "lfs"
_VERSION = re.compile(r"v[0-9]{4,}\.yaml")


class VersionConflict(WeakrecError):
    """Somebody else has saved in the meantime; `latest` is the version that is there now."""

    def __init__(self, name: str, base: int, latest: int):
        super().__init__(f"LF set {name!r} is at v{latest} by now; your edits started from v{base}.")
        self.latest = latest


@dataclass(frozen=True)
class Version:
    """One saved version. Number 0 is the set as shipped with the workbench."""

    name: str
    number: int
    lf_set: LFSet
    at: str = ""
    by: str = ""
    note: str = ""
    base: int = 0


def list_sets(workspace: Workspace) -> list[str]:
    """Names of the saved and shipped LF sets; the shipped ones first. A folder without a version, left by a full disk, is none."""
    shipped = sorted(p.stem for p in SHIPPED.glob("*.yaml"))
    folders = (p for p in workspace.lf_sets.glob("[!.]*") if not p.is_symlink())
    saved = sorted(p.name for p in folders if version_numbers(workspace, p.name))
    names = shipped + [name for name in saved if name not in shipped]
    return [name for name in names if may_see(f"LF set {name}")]


def version_numbers(workspace: Workspace, name: str) -> list[int]:
    """The versions that exist, ascending; 0 is there for shipped sets."""
    saved = sorted(int(p.stem[1:]) for p in (workspace.lf_sets / name).glob("v*.yaml") if _VERSION.fullmatch(p.name))
    return ([0] if (SHIPPED / f"{name}.yaml").exists() else []) + saved


def load_version(workspace: Workspace, name: str, number: int | None = None) -> Version:
    """A version of an LF set, by default the latest; its name is that of its directory now.

    Raises
    ------
    SpecError
        If there is none, or its file is not valid.
    """
    files.checked_name(name, "LF set")
    check_sight(f"LF set {name}")
    numbers = version_numbers(workspace, name)
    if not numbers:
        raise SpecError(f"There is no LF set {name!r}; there are: {', '.join(list_sets(workspace))}.")
    number = numbers[-1] if number is None else number
    if number not in numbers:
        raise SpecError(f"LF set {name!r} has no v{number}; it has {', '.join(f'v{n}' for n in numbers)}.")
    path = version_path(workspace, name, number)
    name = name if number == 0 else path.parent.resolve().name
    lf_set, saved = _parsed(lf_set_text(path), str(path))
    kinds = {"at": str, "by": str, "note": str, "base": int}
    try:
        if any(not isinstance(value, kinds[key]) for key, value in saved.items()):
            raise TypeError
        return Version(name, number, lf_set.model_copy(update={"name": name}), **saved)
    except (TypeError, KeyError, AttributeError):
        raise SpecError(f"{path}, field saved: it takes at, by, note and base, and nothing else.") from None


@lru_cache(maxsize=64)  # pages ask for the same ones whenever they are drawn, and YAML takes tens of milliseconds
def _parsed(text: str, source: str) -> tuple[LFSet, dict[str, Any]]:
    values = read_yaml(text, source)
    return lf_set_of(values, source), values.get("saved") or {}


def find_lf_set(workspace: Workspace, source: str | Path) -> tuple[LFSet, str]:
    """An LF set by the path of its YAML file, or the latest version of a saved or shipped one by its name.

    Returns
    -------
    lf_set : LFSet
    version : str
        The file's name, or the version, such as ``v2``.

    Raises
    ------
    SpecError
        Naming the file, the LF and the field; or if there is no set of that name.
    """
    path = Path(source)
    if path.suffix or len(path.parts) > 1 or path.exists():
        return read_lf_set(path), path.name
    version = load_version(workspace, str(source))
    return version.lf_set, f"v{version.number}"


def save_version(workspace: Workspace, lf_set: LFSet, base: int, note: str = "", by: str = "") -> Version:
    """Write the next version.

    Parameters
    ----------
    base : int
        The version that the edits started from.

    Raises
    ------
    VersionConflict
        If another version was saved since; nothing is written then.
    """
    name = files.checked_name(lf_set.name, "LF set")
    latest = max(version_numbers(workspace, name), default=0)
    if latest != base:
        raise VersionConflict(name, base, latest)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    saved = {"at": at, "by": by, "note": note, "base": base}
    path = workspace.lf_sets / name / f"v{base + 1:04d}.yaml"
    files.make_directory(path.parent)
    try:
        with files.atomic_new(path) as tmp:
            tmp.write_text(lf_set.to_yaml() + yaml.safe_dump({"saved": saved}, sort_keys=False), encoding="utf-8")
    except FileExistsError:
        raise VersionConflict(name, base, max(version_numbers(workspace, name))) from None
    before = version_path(workspace, name, base)
    record(workspace, "saved LF set", f"{name} v{base + 1}", _digest(before), _digest(path))
    return Version(name, base + 1, lf_set, at, by, note, base)


def new_set(workspace: Workspace, name: str, lfs: tuple[LF, ...] = (), note: str = "", by: str = "") -> Version:
    """Save LFs, perhaps none, as v1 of a set that is not there yet.

    Raises
    ------
    SpecError
        If the name is taken, or is none.
    """
    _check_free(workspace, name)
    return save_version(workspace, LFSet(name=name, lfs=lfs), 0, note, by)


def rename_set(workspace: Workspace, old: str, new: str) -> None:
    """Give a saved set another name, with all its versions.

    Raises
    ------
    SpecError
        If the set comes with the workbench, there is none of that name, or the new name is taken.
    """
    if (SHIPPED / f"{old}.yaml").exists():
        raise SpecError(f"LF set {old!r} comes with the workbench and keeps its name; save it as another one.")
    require(Role.EDITOR, "rename a set")
    load_version(workspace, old)  # says so if there is none
    home, place = (workspace.lf_sets / old).resolve(), workspace.lf_sets / files.checked_name(new, "LF set")
    if place.is_symlink() and place.resolve() == home:  # back to a name it had
        place.unlink()
    _check_free(workspace, new)
    link = home.with_name(f".{home.name}{RENAMED}")
    try:
        link.unlink(missing_ok=True)
        link.symlink_to(new)
        home.rename(place)
    except OSError as e:
        with suppress(OSError):
            link.unlink(missing_ok=True)
        raise SpecError(f"LF set {old!r} cannot be renamed to {new!r}: {e.strerror}.") from None
    link.rename(home)
    files.sync(home.parent)
    record(workspace, "renamed LF set", f"{old} to {new}")


def _check_free(workspace: Workspace, name: str) -> None:
    if numbers := version_numbers(workspace, files.checked_name(name, "LF set")):
        now = load_version(workspace, name, numbers[-1]).name
        called = "" if now == name else f", which is called {now!r} now"
        raise SpecError(f"There is an LF set {name!r} already{called}: choose another name.")


def _digest(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None


def version_path(workspace: Workspace, name: str, number: int) -> Path:
    """The file of a version that exists."""
    return SHIPPED / f"{name}.yaml" if number == 0 else workspace.lf_sets / name / f"v{number:04d}.yaml"
