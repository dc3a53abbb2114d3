"""What is packed (gzip, zip) is unpacked within limits, so that a small file cannot fill the machine."""

import gzip
import zipfile
import zlib
from pathlib import Path

from weakrec_core.errors import DataError
from weakrec_core.progress import Progress, no_progress

CHUNK = 1 << 22
MAX_UNPACKED = 32 << 30  # bytes; the largest of the Goodreads files has a third of it
MAX_RATIO, RATIO_FROM = 250, 128 << 20  # text packs to a tenth, repetitive tables to a hundredth
WORKBOOKS = (".xlsx", ".xlsm")  # zips themselves
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd")


def verify(path: Path, progress: Progress = no_progress) -> None:
    """Read the file once to the end; DuckDB itself does not check a gzip's checksum.

    Raises
    ------
    DataError
        If the file is missing, empty, truncated, corrupt, no gzip though named so, or unpacks to more than the limits.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise DataError(f"{path} cannot be read: it is not a file.")
        if size == 0:
            raise DataError(f"{path} is empty.")
        if path.suffix.lower() != ".gz":
            return
        with path.open("rb") as raw, gzip.open(raw) as text:
            unpacked = len(text.read(1))
            if not unpacked:
                raise DataError(f"{path} is empty.")
            while chunk := text.read(CHUNK):
                unpacked += len(chunk)
                check_size(path, unpacked, size)
                progress(min(1.0, raw.tell() / size), f"Checking {path.name}")
    except EOFError:
        raise DataError(f"{path} is truncated: the gzip stream ends too early; download it again.") from None
    except (gzip.BadGzipFile, zlib.error) as e:
        raise DataError(f"{path} is not an intact gzip file ({e}); download it again.") from None
    except OSError as e:
        raise DataError(f"{path} cannot be read: {e.strerror or e}.") from None


def check_size(path: Path, unpacked: int, packed: int) -> None:
    """Raise `DataError` if `packed` bytes hold more than a table would."""
    if unpacked > MAX_UNPACKED:
        raise DataError(f"{path} unpacks to more than {MAX_UNPACKED >> 30} GB, which is the most that is read.")
    if unpacked > RATIO_FROM and unpacked > MAX_RATIO * packed:
        raise DataError(
            f"{path} unpacks to more than {MAX_RATIO} times its size, as no table does; unpack it yourself if it is one."
        )


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
