"""A workspace as one zip file, and back: all but what can be computed again.

A backup is whole though others work on meanwhile: files are replaced at once, those of a dataset are held while they are copied, and
a status is read before what it speaks of. ``backup.json`` in the zip lists the files with their sizes and digests.
"""

import hashlib
import io
import os
import secrets
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError

from weakrec_core import __version__, files, limits
from weakrec_core.data import storage
from weakrec_core.errors import WeakrecError, quoted
from weakrec_core.packing import CHUNK, DAMAGED_ZIP, check_size
from weakrec_core.progress import Progress, no_progress
from weakrec_core.workspace import Workspace

_CONTENTS = "backup.json"
_PACKED = (".parquet", ".npz", ".keras", ".gz", ".zip")  # are not packed again
_STATUS = "status.json"  # says nothing that is not there by the time that the others are read
_UNREADABLE: tuple[type[Exception], ...] = (*DAMAGED_ZIP, KeyError, RuntimeError)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Entry(_Strict):
    """A file: its size in bytes and its digest in hexadecimal."""

    size: NonNegativeInt
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Backup(_Strict):
    """What a backup holds.

    Attributes
    ----------
    made : str
        When, in UTC.
    version : str
        Of the workbench that made it.
    files : dict
        By path.
    links : dict
        What LF sets that were renamed are called now, by their old names.
    """

    format: Literal[1] = 1
    made: str
    version: str
    files: dict[str, Entry]
    links: dict[str, str]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.files.values())


def back_up(workspace: Workspace, out: Path, progress: Progress = no_progress) -> Backup:
    """Write a workspace as a zip, without locks, temporary files and what can be computed again.

    Raises
    ------
    WeakrecError
        If there is no workspace, or `out` lies in it.
    """
    if not workspace.root.is_dir():
        raise WeakrecError(f"There is no workspace at {workspace.root}.")
    if out.resolve().is_relative_to(workspace.root):
        raise WeakrecError(f"{out} lies in the workspace itself; name a file elsewhere.")
    links = {path.name: os.readlink(path) for path in workspace.lf_sets.glob("[!.]*") if path.is_symlink()}
    found: dict[str, Entry] = {}
    with files.atomic(out) as tmp, zipfile.ZipFile(tmp, "w") as archive, ExitStack() as held:
        contents = list(_contents(workspace, held))
        for i, (path, text) in enumerate(contents):
            name = path.relative_to(workspace.root).as_posix()
            progress(i / len(contents), f"Packing {name}")
            with suppress(FileNotFoundError):  # removed meanwhile
                source = path.open("rb") if text is None else io.BytesIO(text.encode())
                member = zipfile.ZipInfo(name, date_time=datetime.now(UTC).timetuple()[:6])
                member.compress_type = zipfile.ZIP_STORED if path.suffix in _PACKED else zipfile.ZIP_DEFLATED
                with source, archive.open(member, "w", force_zip64=True) as target:
                    found[name] = _copied(source, target)
        made = datetime.now(UTC).isoformat(timespec="seconds")
        backup = Backup(made=made, version=__version__, files=found, links=links)
        archive.writestr(_CONTENTS, backup.model_dump_json(indent=1), zipfile.ZIP_DEFLATED)
    progress(1.0, "Packed")
    return backup


def restore(path: Path, into: Path, progress: Progress = no_progress) -> Backup:
    """Unpack a backup into a workspace that is empty or not there; nothing is to be seen of it before all is checked.

    Raises
    ------
    WeakrecError
        If there is something already, or `path` is no backup, is damaged, or too large.
    """
    there = into.exists()
    if there and (not into.is_dir() or any(_counts(entry) for entry in into.iterdir())):
        raise WeakrecError(f"{into} is not empty; restore into a new directory.")
    hidden = (into if there else into.absolute().parent) / f".restore-{secrets.token_hex(4)}"
    try:
        with zipfile.ZipFile(path) as archive:
            backup = _checked(archive, path)
            files.make_directory(hidden)
            for i, (name, entry) in enumerate(backup.files.items()):
                progress(i / len(backup.files), f"Unpacking {name}")
                target = hidden / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as source, target.open("wb") as out:
                    if _copied(source, out, entry.size) != entry:
                        raise WeakrecError(f"{path} is damaged: {name} is not what was backed up.")
        for old, new in backup.links.items():
            (hidden / "lf_sets" / old).symlink_to(new)
        progress(1.0, "Checked")
        files.sync_all(hidden)
        if there:  # perhaps a volume, which has no place beside it
            for store in sorted(hidden.iterdir()):
                store.rename(into / store.name)
            files.sync(into)
        else:
            hidden.rename(into)
            files.sync(into.absolute().parent)
    except _UNREADABLE as e:
        raise WeakrecError(f"{path} is not a backup that can be read ({type(e).__name__}).") from None
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
    return backup


def _contents(workspace: Workspace, held: ExitStack) -> Iterator[tuple[Path, str | None]]:
    """The files of a backup, some with what is to stand in them; what they speak of is held until `held` is left."""
    for folder, folders, names in os.walk(workspace.root):
        at = Path(folder)
        folders[:] = sorted(name for name in folders if name[0] != "." and not (at / name).is_symlink())
        if at == workspace.root:
            folders[:] = [name for name in folders if at / name not in (workspace.signals.parent, workspace.scratch)]
        if at.parent == workspace.datasets:
            with suppress(WeakrecError):  # a damaged one is copied as it is
                lease = storage.lease_current(at)
                held.callback(lambda held: held.release(), lease)  # which ends with the last reference to it, too
                folders[:] = [name for name in folders if name in (storage.COLUMNS, lease.directory.name)]
                names.remove(storage.POINTER)
                yield at / storage.POINTER, storage.pointer_text(lease.directory)
        for name in sorted(names, key=lambda name: (name != _STATUS, name)):
            if name[0] != "." and not name.endswith(".lock") and (at / name).is_file():
                yield at / name, None


def _copied(source: IO[bytes], target: IO[bytes], most: int | None = None) -> Entry:
    """Copy a file, of a longer one than it should be no more than to tell."""
    digest, size = hashlib.sha256(), 0
    while (most is None or size <= most) and (chunk := source.read(CHUNK)):
        digest.update(chunk)
        size += len(chunk)
        target.write(chunk)
    return Entry(size=size, sha256=digest.hexdigest())


def _checked(archive: zipfile.ZipFile, path: Path) -> Backup:
    """What a backup says that it holds, if it holds that and nothing else."""
    members = {info.filename: info for info in archive.infolist()}
    if _CONTENTS not in members:
        raise WeakrecError(f"{path} is not a backup: it has no {_CONTENTS}.")
    for name, info in members.items():
        check_size(f"{quoted(name)} in {path}", info.file_size, info.compress_size, limits.BACKUP_FILE)
    try:
        backup = Backup.model_validate_json(archive.read(_CONTENTS))
    except (ValidationError, RecursionError):
        raise WeakrecError(f"{path} is not a backup that this version can read: its {_CONTENTS} is another.") from None
    if len(members) != len(archive.infolist()) or set(members) != {_CONTENTS, *backup.files}:
        raise WeakrecError(f"{path} is damaged: it does not hold the files that it lists.")
    for name in backup.files:
        if PurePosixPath(name).as_posix() != name or "\\" in name or any(map(_unsafe, name.split("/"))):
            raise WeakrecError(f"{path} has a file {quoted(name)}, which no workspace has.")
    for name in (name for link in backup.links.items() for name in link):
        files.checked_name(name, "LF set")
    return backup


def _unsafe(part: str) -> bool:
    return part[:1] in ("", ".") or "\0" in part


def _counts(path: Path) -> bool:
    """Whether it makes a directory one that is not empty; a new disk has a place for what is lost."""
    return not path.name.startswith(".") and path.name != "lost+found"
