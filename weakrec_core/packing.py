"""What is packed (gzip, zip, Parquet, NumPy's .npz) is unpacked within limits, so that a small file cannot fill the machine."""

import gzip
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import numpy as np
from isal import igzip, isal_zlib

from weakrec_core import limits
from weakrec_core.connection import connected, escaped, reason, sql_name
from weakrec_core.errors import DataError
from weakrec_core.limits import Unpacked
from weakrec_core.progress import Progress, no_progress

R = TypeVar("R")
CHUNK = 1 << 22
DAMAGED_ZIP: tuple[type[Exception], ...] = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
# What reading a file that is damaged, of another shape or made to do harm may raise.
DAMAGED: tuple[type[Exception], ...] = (
    *DAMAGED_ZIP,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    MemoryError,
    RecursionError,
)
_NEWLINE = ord("\n")
_BYTES = {
    "BOOLEAN": 1,
    "TINYINT": 1,
    "UTINYINT": 1,
    "SMALLINT": 2,
    "USMALLINT": 2,
    "INTEGER": 4,
    "UINTEGER": 4,
    "FLOAT": 4,
}
_CELL = 8  # bytes of other cells, beside what is in texts
_SHORT = re.compile(r"(U?BIG|U?HUGE)INT|DOUBLE|DECIMAL\(\d+,\d+\)|DATE|TIME.*|UUID")
_LENGTH, _OTHER = {"BLOB": "4 * octet_length({})"}, "strlen({}::VARCHAR)"  # as text, a byte is \x00
WORKBOOKS = (".xlsx", ".xlsm")  # zips themselves
_BEFORE_TEXT = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
_WITHOUT_LINES = (b"[", b"PAR1", b"PK\x03\x04")  # arrays of JSON, Parquet, workbooks
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd")


def verify(path: Path, progress: Progress = no_progress, limit: Unpacked | None = None) -> None:
    """Read the file once to the end; DuckDB itself checks no gzip's checksum, and loses lines that are longer than its buffer.

    See `checked_chunks`.
    """
    for _ in checked_chunks(path, progress, limit):
        pass


def checked_chunks(path: Path, progress: Progress = no_progress, limit: Unpacked | None = None) -> Iterator[bytes]:
    """What is in a file, unpacked if it is a gzip, piece by piece.

    Parameters
    ----------
    limit : Unpacked, optional
        By default that of a table.

    Raises
    ------
    DataError
        If the file is missing, empty, truncated, corrupt, no gzip though named so, holds more than the limit, or a line of
        more than `limits.LINE_BYTES`.
    """
    packed = path.suffix.lower() == ".gz"
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise DataError(f"{path} cannot be read: it is not a file.")
        if size == 0:
            raise DataError(f"{path} is empty.")
        with path.open("rb") as raw, igzip.open(raw) if packed else nullcontext(raw) as content:
            unpacked, lines = 0, _Lines(path)
            while chunk := content.read(CHUNK):
                unpacked += len(chunk)
                check_size(path, unpacked, size, limit)
                lines.check(chunk)
                progress(min(1.0, raw.tell() / size), f"Checking {path.name}")
                yield chunk
        if not unpacked:
            raise DataError(f"{path} is empty.")
    except EOFError:
        raise DataError(f"{path} is truncated: the gzip stream ends too early; download it again.") from None
    except (gzip.BadGzipFile, zlib.error, isal_zlib.error) as e:  # type: ignore[misc]  # its stubs take the class for an instance
        raise DataError(f"{path} is not an intact gzip file ({e}); download it again.") from None
    except OSError as e:
        raise DataError(f"{path} cannot be read: {e.strerror or e}.") from None


class _Lines:
    """The lines of a text that comes in chunks, none of them longer than `limits.LINE_BYTES`."""

    def __init__(self, path: Path) -> None:
        self._path, self._line, self._length, self._counts = path, 1, -1, True

    def check(self, chunk: bytes) -> None:
        """Raise `DataError` if a line is too long, unless the first chunk began as what has no lines."""
        if self._length < 0:
            self._length = 0
            self._counts = not chunk[:100].lstrip(_BEFORE_TEXT).startswith(_WITHOUT_LINES)
        if not self._counts:
            return
        end = chunk.find(b"\n")
        self._length += len(chunk) if end < 0 else end
        if self._length > limits.LINE_BYTES:
            raise DataError(
                f"Line {self._line:,} of {self._path} is longer than {limits.LINE_BYTES // 10**6} MB, which is the most that "
                "is read."
            )
        if end >= 0:  # a line within a chunk is shorter than one
            self._line += int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == _NEWLINE))
            self._length = len(chunk) - chunk.rfind(b"\n") - 1


def check_size(what: Path | str, unpacked: int, packed: int, limit: Unpacked | None = None) -> None:
    """Raise `DataError` if `packed` bytes hold more than the limit, by default that of a table."""
    limit = limit or limits.TABLE
    if unpacked > limit.most:
        raise DataError(f"{what} holds more than {limit.most / 2**30:g} GB, which is the most that is read.")
    if unpacked > limit.freely and unpacked > limit.ratio * packed:
        raise DataError(
            f"{what} unpacks to more than {limit.ratio} times its size, as no honest file does, and is not read."
        )


def check_columns(source: Path, n: int) -> None:
    """Raise `DataError` if there are more than `limits.COLUMNS`."""
    if n > limits.COLUMNS:
        raise DataError(f"{source} has more than {limits.COLUMNS:,} columns; leave out those that are not needed.")


def check_parquet(path: Path, source: Path, limit: Unpacked | None = None) -> None:
    """Raise `DataError` if a Parquet file holds more than the limit, or cannot be read.

    What it says of its size is not enough: a text may stand there once, and in the table a million times.
    """
    file = {"path": escaped(path)}
    packed = path.stat().st_size
    try:
        with connected(path) as con:
            stored = con.execute("SELECT sum(total_uncompressed_size) FROM parquet_metadata($path)", file).fetchall()[
                0
            ][0]
            rows = con.execute("SELECT count(*) FROM read_parquet($path)", file).fetchall()[0][0]
            columns = con.execute("DESCRIBE SELECT * FROM read_parquet($path)", file).fetchall()
            check_columns(source, len(columns))
            cells = rows * sum(_BYTES.get(kind, _CELL) for _, kind, *_ in columns)
            check_size(source, max(cells, stored or 0), packed, limit)
            texts = [
                _LENGTH.get(kind, _OTHER).format(sql_name(name))
                for name, kind, *_ in columns
                if kind not in _BYTES and not _SHORT.fullmatch(kind)
            ]
            if texts:
                lengths = " + ".join(f"coalesce(sum({length}), 0)" for length in texts)
                (length,) = con.execute(f"SELECT {lengths} FROM read_parquet($path)", file).fetchall()[0]
                check_size(source, cells + int(length), packed, limit)
    except duckdb.Error as e:
        raise DataError(f"{source} cannot be read ({reason(e).replace(str(path), str(source))}).") from None


def unzip(path: Path, directory: Path) -> Path:
    """Unpack the one file in a zip into `directory`.

    Raises
    ------
    DataError
        If there is not exactly one, if it is an archive itself, locked, damaged or too large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and not _hidden(m.filename)]
            if len(members) != 1:
                raise DataError(f"{path} holds {len(members):,} files; a zip has to hold one table and nothing else.")
            member = members[0]
            if member.flag_bits & 1:
                raise DataError(f"{path} is locked with a password; unpack it yourself.")
            target = directory / Path(member.filename.replace("\\", "/")).name
            with archive.open(member) as packed, target.open("wb") as out:
                head, unpacked, lines = packed.read(8), 0, _Lines(path)
                if head.startswith(_ARCHIVES) and target.suffix.lower() not in WORKBOOKS:
                    raise DataError(f"{path} holds another archive, {member.filename}; unpack the outer one first.")
                chunk = head
                while chunk:
                    unpacked += len(chunk)
                    check_size(path, unpacked, max(member.compress_size, 1))
                    lines.check(chunk)
                    out.write(chunk)
                    chunk = packed.read(CHUNK)
    except DAMAGED_ZIP as e:
        raise DataError(f"{path} is not an intact zip file ({e}); download it again.") from None
    if not target.stat().st_size:
        raise DataError(f"{path} holds an empty file.")
    return target


def check_archive(archive: zipfile.ZipFile, what: Path | str, limit: Unpacked) -> None:
    """Raise `DataError` if a file in a zip, or all together, unpack to more than the limit; none gives more than it says."""
    unpacked = 0
    for member in archive.infolist():
        check_size(f"{member.filename!r} in {what}", member.file_size, member.compress_size, limit)
        unpacked += member.file_size
    check_size(what, unpacked, unpacked, limit)


def check_members(path: Path) -> None:
    """Raise `DataError` if a zip that is read in place, such as a workbook, is damaged or unpacks to too much."""
    try:
        with zipfile.ZipFile(path) as archive:  # a member never gives more than it says here
            check_size(path, sum(m.file_size for m in archive.infolist()), path.stat().st_size)
    except zipfile.BadZipFile:
        raise DataError(f"{path} is not an intact Excel workbook; save it anew as .xlsx.") from None


def read_arrays(path: Path, make: Callable[[Any], R]) -> R:
    """What is made of the arrays of an ``.npz`` file, by their names; objects, which would run code, are none.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    DataError
        If it cannot be read, holds objects or other arrays than `make` takes, or more than `limits.RUN`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            check_archive(archive, path, limits.RUN)
        with np.load(path, allow_pickle=False) as arrays:
            return make(arrays)
    except FileNotFoundError:
        raise
    except DAMAGED as e:
        raise DataError(f"{path} cannot be read ({type(e).__name__}).") from None


def _hidden(name: str) -> bool:
    """What a file manager adds by itself."""
    return name.startswith("__MACOSX/") or Path(name).name.startswith(".") or Path(name).name == "Thumbs.db"
