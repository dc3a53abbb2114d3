"""What a process that was killed, or a disk that was full, has left in a workspace: removed, or named where it may be somebody's data."""

import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path

from weakrec_core import files
from weakrec_core.access import may_write
from weakrec_core.data import storage
from weakrec_core.errors import WeakrecError
from weakrec_core.workspace import Workspace

RENAMED = ".renamed"  # ends the name of the link that a renamed LF set is about to leave under its old name
_UNTOUCHED = 3600  # seconds after which nobody writes a file any more
_TEMPORARY = re.compile(r"\..+\.\d+\.\d+\.tmp(\.keras)?")  # as `files.atomic` calls them


def clean_up(workspace: Workspace) -> list[str]:
    """Remove leftovers, and say in a sentence each what was removed, or what needs a look.

    What a living process uses is not touched: directories are locked by whoever uses them, and files count as left behind an
    hour after they were last written. Called when a server starts; a workspace that may only be read stays as it is.
    """
    if not may_write():
        return []
    said = []
    for home in sorted(workspace.datasets.glob("[!.]*")):
        try:
            said += _of_dataset(home)
        except WeakrecError as e:
            said.append(str(e))
        except OSError:
            continue
    for directory in sorted(workspace.scratch.glob("weakrec-*")):
        with suppress(OSError):
            if files.remove_unused(directory):
                said.append(_removed(directory))
    for directory in sorted(
        [*workspace.runs.glob(".import-*"), *workspace.runs.glob(".gone-*"), *workspace.root.glob(".restore-*")]
    ):
        with suppress(OSError):
            if _untouched(directory):
                shutil.rmtree(directory)
                said.append(_removed(directory))
    for link in sorted(workspace.lf_sets.glob(f".*{RENAMED}")):
        with suppress(OSError):
            said.append(_renamed(link))
    for path in sorted(workspace.root.rglob(".*.tmp*")):
        with suppress(OSError):
            if _TEMPORARY.fullmatch(path.name) and path.is_file() and _untouched(path):
                path.unlink()
                said.append(_removed(path))
    return said


def _of_dataset(home: Path) -> list[str]:
    """Remove the parts that do not count; of a dataset that was never finished, those that were still being written."""
    if not home.is_dir():
        return []
    before = {path for path in home.iterdir() if path.is_dir()}
    whole = sorted(path for path in before if (path / "dataset.json").exists() and not path.name.startswith("."))
    if storage.exists(home):
        storage.sweep(home)
    elif (home / storage.DELETED).exists():
        storage.sweep_deleted(home)
    elif whole:
        return [
            f"{home} lacks current.json, and {whole[0].name} there is a whole dataset; ingest it anew, or remove it."
        ]
    elif not (home / "dataset.json").exists():  # as the layout of before has it
        storage.sweep_unfinished(home)
    return [_removed(path) for path in sorted(before) if not path.exists()]


def _renamed(link: Path) -> str:
    """Let a set that was renamed be found under its old name, too, as it would have been; or not at all, as it kept that."""
    old = link.with_name(link.name[1:].removesuffix(RENAMED))
    if old.exists() or not link.exists():
        link.unlink()
        return _removed(link)
    link.rename(old)
    return f"{old} is called {os.readlink(old)} now, and is found under both names."


def _untouched(path: Path) -> bool:
    return abs(time.time() - path.stat().st_mtime) > _UNTOUCHED  # in the future, where the clock was set back


def _removed(path: Path) -> str:
    return f"{path} was left behind and is removed."
