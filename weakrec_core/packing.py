"""What is packed (gzip, zip, Parquet) is unpacked within limits, so that a small file cannot fill the machine."""

import gzip
import re
import zipfile
import zlib
from pathlib import Path

import duckdb

from weakrec_core import limits
from weakrec_core.connection import connected, escaped, reason, sql_name
from weakrec_core.errors import DataError
from weakrec_core.limits import Unpacked
from weakrec_core.progress import Progress, no_progress

CHUNK = 1 << 22
_CELL = 8  # bytes that a cell takes at least where it is read
_SHORT = re.compile(r"BOOLEAN|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)|DATE|TIME.*|UUID")
_LENGTH, _OTHER = {"BLOB": "4 * octet_length({})"}, "strlen({}::VARCHAR)"  # as text, a byte is \x00
WORKBOOKS = (".xlsx", ".xlsm")  # zips themselves
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd")


def verify(path: Path, progress: Progress = no_progress, limit: Unpacked | None = None) -> None:
    """Read the file once to the end; DuckDB itself does not check a gzip's checksum.

    Parameters
    ----------
    limit : Unpacked, optional
        By default that of a table.

    Raises
    ------
    DataError
        If the file is missing, empty, truncated, corrupt, no gzip though named so, or holds more than the limit.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise DataError(f"{path} cannot be read: it is not a file.")
        if size == 0:
            raise DataError(f"{path} is empty.")
        if path.suffix.lower() != ".gz":
            check_size(path, size, size, limit)
            return
        with path.open("rb") as raw, gzip.open(raw) as text:
            unpacked = len(text.read(1))
            if not unpacked:
                raise DataError(f"{path} is empty.")
            while chunk := text.read(CHUNK):
                unpacked += len(chunk)
                check_size(path, unpacked, size, limit)
                progress(min(1.0, raw.tell() / size), f"Checking {path.name}")
    except EOFError:
        raise DataError(f"{path} is truncated: the gzip stream ends too early; download it again.") from None
    except (gzip.BadGzipFile, zlib.error) as e:
        raise DataError(f"{path} is not an intact gzip file ({e}); download it again.") from None
    except OSError as e:
        raise DataError(f"{path} cannot be read: {e.strerror or e}.") from None


def check_size(what: Path | str, unpacked: int, packed: int, limit: Unpacked | None = None) -> None:
    """Raise `DataError` if `packed` bytes hold more than the limit, by default that of a table."""
    limit = limit or limits.TABLE
    if unpacked > limit.most:
        raise DataError(f"{what} holds more than {limit.most / 2**30:g} GB, which is the most that is read.")
    if unpacked > limit.freely and unpacked > limits.UNPACKED_RATIO * packed:
        raise DataError(
            f"{what} unpacks to more than {limits.UNPACKED_RATIO} times its size, as no honest file does, and is not read."
        )


def check_parquet(path: Path, source: Path, limit: Unpacked | None = None) -> None:
    """Raise `DataError` if a Parquet file holds more than the limit; one that is damaged is left to who reads it.

    What it says of its size is not enough: a text may stand there once, and in the table a million times.
    """
    file = {"path": escaped(path)}
    try:
        with connected(path) as con:
            said, cells, columns = con.execute(
                "SELECT sum(total_uncompressed_size), sum(num_values), count(DISTINCT column_id) FROM parquet_metadata($path)",
                file,
            ).fetchall()[0]
            if (columns or 0) > limits.COLUMNS:
                raise DataError(
                    f"{source} has more than {limits.COLUMNS:,} columns; leave out those that are not needed."
                )
            check_size(source, max(said or 0, _CELL * (cells or 0)), path.stat().st_size, limit)
            described = con.execute("DESCRIBE SELECT * FROM read_parquet($path)", file).fetchall()
            long = [
                _LENGTH.get(kind, _OTHER).format(sql_name(name))
                for name, kind, *_ in described
                if not _SHORT.fullmatch(kind)
            ]
            if long:
                lengths = " + ".join(f"coalesce(sum({length}), 0)" for length in long)
                (length,) = con.execute(f"SELECT {lengths} FROM read_parquet($path)", file).fetchall()[0]
                check_size(source, int(length), path.stat().st_size, limit)
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
                head, unpacked = packed.read(8), 0
                if head.startswith(_ARCHIVES) and target.suffix.lower() not in WORKBOOKS:
                    raise DataError(f"{path} holds another archive, {member.filename}; unpack the outer one first.")
                chunk = head
                while chunk:
                    unpacked += len(chunk)
                    check_size(path, unpacked, max(member.compress_size, 1))
                    out.write(chunk)
                    chunk = packed.read(CHUNK)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as e:
        raise DataError(f"{path} is not an intact zip file ({e}); download it again.") from None
    if not target.stat().st_size:
        raise DataError(f"{path} holds an empty file.")
    return target


def check_members(path: Path) -> None:
    """Raise `DataError` if a zip that is read in place, such as a workbook, is damaged or unpacks to too much."""
    try:
        with zipfile.ZipFile(path) as archive:  # a member never gives more than it says here
            check_size(path, sum(m.file_size for m in archive.infolist()), path.stat().st_size)
    except zipfile.BadZipFile:
        raise DataError(f"{path} is not an intact Excel workbook; save it anew as .xlsx.") from None


def _hidden(name: str) -> bool:
    """What a file manager adds by itself."""
    return name.startswith("__MACOSX/") or Path(name).name.startswith(".") or Path(name).name == "Thumbs.db"
