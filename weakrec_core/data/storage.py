"""Where a dataset's files lie: a directory a save, never changed afterwards, and a pointer to the one that counts.

::

    datasets/NAME/current.json           the directory that counts; replaced atomically
    datasets/NAME/FINGERPRINT-TOKEN/     the files of one save
    datasets/NAME/columns/               attached votes, by the original ids
    datasets/NAME/deleted.json           in the place of current.json, until nobody reads what was deleted

Whoever reads or makes a directory holds its lock file shared, whoever removes one holds it alone. The locks are the
kernel's: they end with their process, however it ends, so that nobody has to tell the living from the dead.
"""

import fcntl
import json
import os
import secrets
import shutil
import weakref
from contextlib import suppress
from pathlib import Path

from weakrec_core.errors import DataError, WeakrecError
from weakrec_core.files import checked_name, make_directory, read_json, sync_all, write_text

COLUMNS = "columns"
POINTER, DELETED, _LOCK = "current.json", "deleted.json", "in_use.lock"


class Lease:
    """The right to read a directory: while it is held, by this process or another, nobody removes the directory.

    It ends when it is released, or nothing refers to it any more.
    """

    def __init__(self, directory: Path, descriptor: int):
        self.directory = directory
        self.release = weakref.finalize(self, os.close, descriptor)


def exists(home: Path) -> bool:
    """Whether a dataset was saved there."""
    return (home / POINTER).exists()


def lease_current(home: Path) -> Lease:
    """A lease of the directory that counts.

    Raises
    ------
    DataError
        If there is no dataset, or its directory is gone.
    """
    while True:
        directory = home / counting(home)
        lease = _lease(directory)
        if lease is not None:
            return lease
        if counting(home) == directory.name:  # else it was replaced just now
            raise DataError(f"{directory} is missing; ingest the data again.")


def lease_version(home: Path, fingerprint: str) -> Lease | None:
    """A lease of the directory with that content, be it replaced by now, or None if it is gone."""
    leases = (_lease(directory) for directory in sorted(home.glob(f"{fingerprint[:20]}-*")))
    return next((lease for lease in leases if lease is not None), None)


def new_directory(home: Path) -> Lease:
    """A fresh directory to write into; it counts for nothing before it is published."""
    make_directory(home)
    while True:
        directory = home / f".{secrets.token_hex(4)}.tmp"
        directory.mkdir(parents=True)
        lease = _lease(directory)
        if lease is not None:  # else it was swept before it was locked
            return lease


def publish(home: Path, lease: Lease, fingerprint: str) -> None:
    """Let what was written into a new directory count from now on. Readers of the one before keep theirs."""
    sync_all(lease.directory)  # before the one that counted until now is removed
    directory = home / f"{fingerprint[:20]}-{secrets.token_hex(4)}"
    lease.directory.rename(directory)
    lease.directory = directory
    point_to(home, directory)


def point_to(home: Path, directory: Path) -> None:
    """Make a directory the one that counts."""
    write_text(home / POINTER, pointer_text(directory))
    (home / DELETED).unlink(missing_ok=True)


def pointer_text(directory: Path) -> str:
    """What ``current.json`` says where a directory counts."""
    return json.dumps({"directory": directory.name}, indent=2) + "\n"


def discard(home: Path, lease: Lease) -> None:
    """Remove a new directory unless it counts by now, and the dataset's own if there is nothing in it."""
    if not exists(home) or lease.directory.name != counting(home):
        shutil.rmtree(lease.directory, ignore_errors=True)
    lease.release()
    with suppress(OSError):  # which is not empty
        home.rmdir()


def sweep(home: Path) -> None:
    """Remove the directories that do not count and that nobody reads: replaced ones, and what the dead left unfinished."""
    for directory in home.iterdir():
        if directory.is_dir() and directory.name not in (COLUMNS, counting(home)):
            _remove(home, directory)


def delete(home: Path, directory: str) -> None:
    """Let a directory, and so the dataset, count no longer; who reads it goes on, and the last one's files go later.

    Raises
    ------
    DataError
        If another one counts by now: nothing is deleted then.
    """
    with suppress(FileNotFoundError):
        (home / POINTER).rename(home / DELETED)  # of a save and a deletion at once the save wins
        with suppress(OSError, ValueError, KeyError, TypeError, WeakrecError):
            if _named(home / DELETED) == directory:
                sweep_deleted(home)
                return
        with suppress(FileExistsError):  # a still later save
            os.link(home / DELETED, home / POINTER)
        (home / DELETED).unlink(missing_ok=True)
    raise DataError(f"Dataset {home.name!r} was saved anew or deleted meanwhile; look at it again.")


def sweep_deleted(home: Path) -> None:
    """Remove what a deleted dataset has left that nobody reads, at last with its attached votes."""
    directories = [path for path in home.iterdir() if path.is_dir() and path.name != COLUMNS]
    for directory in directories:
        _remove(home, directory)
    if not exists(home) and not any(directory.exists() for directory in directories):
        shutil.rmtree(home / COLUMNS, ignore_errors=True)
        with suppress(OSError):  # a new save has begun
            (home / DELETED).unlink(missing_ok=True)
            home.rmdir()


def sweep_unfinished(home: Path) -> None:
    """Remove what a first save has left that did not come to its end; nothing counts there yet."""
    for directory in home.glob(".*"):
        if directory.is_dir():
            _remove(home, directory)
    with suppress(OSError):  # which is not empty
        home.rmdir()


def _remove(home: Path, directory: Path) -> None:
    try:
        descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:  # swept by somebody else, or in a workspace that may be read only
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _still_there(directory, descriptor) and not (exists(home) and directory.name == counting(home)):
            doomed = directory.rename(home / f".{secrets.token_hex(4)}.gone")  # nobody finds it any more
            shutil.rmtree(doomed, ignore_errors=True)
    except OSError:  # somebody reads it, or it is not ours to change
        pass
    finally:
        os.close(descriptor)


def _lease(directory: Path) -> Lease | None:
    try:
        descriptor = os.open(directory / _LOCK, os.O_RDONLY | os.O_CREAT, 0o666)
    except (FileNotFoundError, NotADirectoryError):
        return None
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    if _still_there(directory, descriptor):
        return Lease(directory, descriptor)
    os.close(descriptor)
    return None


def _still_there(directory: Path, descriptor: int) -> bool:
    """Whether the lock file that was opened is still the directory's: it may have been swept before it was locked."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(directory / _LOCK))
    except (FileNotFoundError, NotADirectoryError):
        return False


def fingerprint_of(home: Path) -> str | None:
    """The first digits of the fingerprint of what counts; None where nothing does."""
    with suppress(DataError):
        return counting(home).partition("-")[0]
    return None


def counting(home: Path) -> str:
    """The name of the directory that counts; `DataError` if there is none."""
    path = home / POINTER
    try:
        return _named(path)
    except FileNotFoundError:
        raise DataError(f"There is no dataset {home.name!r} in {home.parent}.") from None
    except (OSError, ValueError, KeyError, TypeError, WeakrecError):
        raise DataError(f"{path} does not name a directory; ingest the data again.") from None


def _named(pointer: Path) -> str:
    return checked_name(read_json(pointer)["directory"], "Directory")
