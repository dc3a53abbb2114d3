"""How files are named, and written so that a reader never sees half of one."""

import errno
import fcntl
import io
import json
import os
import re
import shutil
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weakrec_core.access import check_write
from weakrec_core.errors import WeakrecError, quoted

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PACKAGE = Path(__file__).resolve().parent
INSTALLED = (_PACKAGE / "app").is_dir()  # from the wheel, which has there what stands beside the library in a checkout
PROJECT = _PACKAGE / "app" if INSTALLED else _PACKAGE.parent  # workbench.py, pages/, lfs/, docs/
# Where a process of the library starts: in a checkout, where it finds the library; installed, where this one did.
PROCESS_DIRECTORY = None if INSTALLED else PROJECT
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def checked_name(name: str, what: str) -> str:
    """Return `name` if it is safe as a file name, else raise `WeakrecError`."""
    if not _NAME.fullmatch(name):
        raise WeakrecError(
            f"{what} name {quoted(name)} is not usable: start with a letter or digit, then letters, "
            "digits, '.', '_' or '-', at most 64 characters."
        )
    return name


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it replaces `path`, on failure it is removed.

    A link stays, and what it leads to is replaced.

    Raises
    ------
    WeakrecError
        If there is something else than a regular file, such as a device or a pipe.
    AccessError
        If who is at work may not write there; so do the others here.
    """
    check_write(path)
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(path.stat().st_mode):
            raise WeakrecError(f"{path} is not a regular file and is not written to; name another one.")
    if path.is_symlink():
        path = path.resolve()
    make_directory(path.parent)
    tmp = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        yield tmp
        sync(tmp)
        os.replace(tmp, path)
        sync(path.parent)
    finally:
        tmp.unlink(missing_ok=True)


@contextmanager
def atomic_new(path: Path) -> Iterator[Path]:
    """Like `atomic`, but `FileExistsError` if `path` exists by then: of two writers at once one wins."""
    check_write(path)
    tmp = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        yield tmp
        sync(tmp)
        os.link(tmp, path)
        sync(path.parent)
    finally:
        tmp.unlink(missing_ok=True)


def make_directory(path: Path) -> None:
    """Make a directory, and those above it, unless they are there; their names are kept by the disk."""
    if not path.is_dir():
        check_write(path)
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for directory in reversed(missing):
        directory.mkdir(exist_ok=True)
        sync(directory.parent)


def sync_all(directory: Path) -> None:
    """`sync` a directory with all that is in it."""
    for path in (*directory.rglob("*"), directory):
        sync(path)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a directory, would outlive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as e:
        if e.errno not in (errno.EINVAL, errno.EBADF, errno.ENOTSUP):  # a file system that cannot
            raise
    finally:
        os.close(descriptor)


@contextmanager
def in_use(directory: Path) -> Iterator[None]:
    """Keep `remove_unused` from a directory. The lock is the kernel's: it ends with the process, however that ends."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def remove_unused(directory: Path) -> bool:
    """Remove a directory that no process has `in_use`; whether it was removed. One made this minute may not be locked yet."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        if abs(time.time() - os.fstat(descriptor).st_mtime) < 60:
            return False
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(directory)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def append_lines(path: Path, lines: Iterable[str]) -> None:
    """Add lines to the end of a file, in one write and kept by the disk: those of two writers at once do not mix.

    A newline stands before them, too: what an interrupted writer has left of a line ends there. Who reads skips empty lines.
    """
    check_write(path)
    make_directory(path.parent)
    new = not path.exists()
    with path.open("ab", buffering=0) as f:
        write_all(f.fileno(), "\n".join(["", *lines, ""]).encode())
    if new:
        sync(path.parent)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of it, kept by the disk, or raise: a disk that is getting full takes a part and says nothing."""
    while data:
        data = data[os.write(descriptor, data) :]
    os.fsync(descriptor)


def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8, atomically."""
    with atomic(path) as tmp:
        tmp.write_text(text, encoding="utf-8")


def read_json(path: Path) -> Any:
    """What a JSON file holds.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is not JSON in UTF-8, or nested deeper than a reader goes.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise ValueError("nested too deep") from None


def write_json(path: Path, value: Any) -> None:
    """Write `value` as JSON, atomically."""
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def write_array(path: Path, array: "NDArray[Any]") -> None:
    """Write an array as ``.npy``, atomically. NumPy's own way into a file says nothing where a full disk takes only a part."""
    import numpy as np

    content = io.BytesIO()
    np.save(content, array, allow_pickle=False)
    with atomic(path) as tmp:
        tmp.write_bytes(content.getbuffer())


@contextmanager
def array_in_pieces(path: Path, dtype: str, n: int) -> "Iterator[Callable[[NDArray[Any]], None]]":
    """Write an array of `n` values as ``.npy``, atomically: yields what takes the next of them."""
    import numpy as np

    kind = np.dtype(dtype)
    header = {"descr": kind.str, "fortran_order": False, "shape": (n,)}
    with atomic(path) as tmp, tmp.open("wb") as f:
        np.lib.format.write_array_header_1_0(f, header)

        def take(piece: "NDArray[Any]") -> None:
            f.write(np.ascontiguousarray(piece, kind).tobytes())

        yield take
