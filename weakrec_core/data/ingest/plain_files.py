"""Whatever holds a table (packed or not, in any encoding, a workbook) as a file that DuckDB reads."""

import csv
import gzip
import io
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal

from weakrec_core.connection import scratch_directory
from weakrec_core.data.ingest.encodings import UTF8, checked_encoding, encoding_of, to_utf8
from weakrec_core.errors import DataError
from weakrec_core.packing import check_members, check_parquet, check_size, unzip, verify
from weakrec_core.progress import Progress, no_progress

Kind = Literal["csv", "json lines", "json array", "parquet", "xlsx"]
_SUFFIXES: dict[str, Kind] = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".jsonl": "json lines", ".ndjson": "json lines", ".json": "json lines",
    ".parquet": "parquet", ".xlsx": "xlsx", ".xlsm": "xlsx",
}  # fmt: skip
_HEAD = 1 << 16
KINDS = (
    ".csv, .tsv, .txt, .json, .jsonl or .ndjson, each also .gz, .parquet and .xlsx, each also alone in a .zip; other names "
    "if they hold text"
)


@dataclass(frozen=True)
class PlainFile:
    """A file that DuckDB reads as it is; texts are in UTF-8.

    Attributes
    ----------
    path : Path
        Where it is, perhaps for a while only.
    source : Path
        What the user named.
    kind : str
    scratch : Path
        A directory for what is needed for the while.
    encoding : str
        That of the source; empty where there is none.
    """

    path: Path
    source: Path
    kind: Kind
    scratch: Path
    encoding: str = ""

    @property
    def unit(self) -> str:
        """What a row of the source is called in messages."""
        return "Line" if self.kind in ("csv", "json lines") else "Row"

    def text(self) -> IO[str]:
        """The text; a byte order mark is left out, and what is not UTF-8 is replaced."""
        return _as_text(self.path)

    def raw(self) -> IO[bytes]:
        """The bytes of the text; what is packed, unpacked."""
        return _unpacked(self.path)


@contextmanager
def plain_file(
    path: Path, encoding: str | None = None, progress: Progress = no_progress, scratch: Path | None = None
) -> Iterator[PlainFile]:
    """Open what holds a table.

    Parameters
    ----------
    encoding : str, optional
        That of a text; by default found.
    scratch : Path, optional
        Where what is packed is unpacked for the while; by default the system's directory for temporary files.

    Raises
    ------
    DataError
        If it is missing, empty, damaged, of no kind that can be read, or unpacks to more than the limits of a table.
    """
    encoding = None if encoding is None else checked_encoding(encoding)
    verify(path, progress)
    with scratch_directory(scratch) as directory:
        inner = unzip(path, directory) if path.suffix.lower() == ".zip" else path
        kind = _kind(inner, path)
        if kind == "parquet":
            check_parquet(inner, path)
            yield PlainFile(inner, path, kind, directory)
        elif kind == "xlsx":
            table = directory / "sheet.csv"
            _write_sheet(inner, table, path)
            yield PlainFile(table, path, kind, directory)
        else:
            found = encoding or encoding_of(lambda: _unpacked(inner), only_unicode=kind != "csv")
            with _unpacked(inner) as f:
                start = f.read(_HEAD)
            if b"\0" in start and not found.startswith(("utf-16", "utf-32")):
                raise DataError(f"{path} holds no text and is of no kind that can be read; these are {KINDS}.")
            plain = inner
            if found != UTF8 or start.startswith(BOM_UTF8):
                plain = directory / "utf8.txt"
                to_utf8(lambda: _unpacked(inner), found, plain, path)
            yield PlainFile(plain, path, _kind_of_text(plain, inner, kind, path), directory, found)


def _kind(path: Path, source: Path) -> Kind:
    """The kind that the name says; of other names, text."""
    lower = path.name.lower()
    suffix = Path(lower.removesuffix(".gz")).suffix
    kind = _SUFFIXES.get(suffix, "csv")
    with path.open("rb") as f:
        start = f.read(8)
    packed = lower.endswith(".gz")
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise DataError(f"{source} is a workbook of an old Excel; save it as .xlsx.")
    if (
        (kind in ("parquet", "xlsx") and packed)
        or suffix == ".zip"
        or (start.startswith(b"PK\x03\x04") and kind != "xlsx")
    ):
        raise DataError(f"{source} is of no kind that can be read; these are {KINDS}.")
    return kind


def _kind_of_text(plain: Path, named: Path, kind: Kind, source: Path) -> Kind:
    """What a text is by its first character, where the name leaves it open."""
    suffix = Path(named.name.lower().removesuffix(".gz")).suffix
    with _as_text(plain) as f:
        start = f.read(_HEAD).lstrip()
    if not start:
        raise DataError(f"{source} is empty.")
    if suffix == ".json" or (suffix not in _SUFFIXES and start.startswith(("{", "[{"))):
        return "json array" if start.startswith("[") else "json lines"
    return kind


def _unpacked(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")  # type: ignore[return-value]


def _as_text(path: Path) -> IO[str]:
    return io.TextIOWrapper(_unpacked(path), "utf-8-sig", errors="replace", newline="")


def _write_sheet(path: Path, target: Path, source: Path) -> None:
    """Write the first sheet of a workbook as CSV; what is no text is written as text."""
    from openpyxl import load_workbook

    check_members(path)
    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()  # what it says of its size may be wrong
        with target.open("w", encoding=UTF8, newline="") as f:
            writer = csv.writer(f)
            width = written = 0
            size = path.stat().st_size
            for row in sheet.iter_rows(values_only=True):
                cells = [_cell(value) for value in row]
                width = width or len(cells)
                if any(cells):
                    written += writer.writerow(cells if any(cells[width:]) else (cells + [""] * width)[:width])
                    check_size(source, written, size)  # a text that stands there once may be in every cell
        workbook.close()
    except DataError:
        raise
    except Exception as e:  # openpyxl raises whatever the damage leads to
        raise DataError(
            f"{source} is not an intact Excel workbook ({type(e).__name__}); save it anew as .xlsx."
        ) from None
    if not target.stat().st_size:
        raise DataError(f"{source} has nothing in its first sheet.")


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
