"""How a text file separates and quotes its columns, and what they are called."""

import csv
import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import duckdb
from pydantic import BaseModel, ConfigDict

from weakrec_core import limits
from weakrec_core.connection import escaped
from weakrec_core.data.ingest.notations import number
from weakrec_core.data.ingest.plain_files import PlainFile
from weakrec_core.errors import DataError
from weakrec_core.packing import check_columns

_HEAD = 1 << 20  # characters in which the first row ends
csv.field_size_limit(_HEAD)  # as much as is given to it here, and nowhere else
_SEPARATORS = ",\t;|"
_NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|", "pipe": "|", "space": " "}


class TableFormat(BaseModel):
    """How to read a file; None = as found in it.

    Attributes
    ----------
    encoding : str or None
    separator : str or None
        Between columns, such as ``;`` or ``tab``.
    quote : str or None
        Around text that holds separators or newlines.
    header : bool or None
        Whether the first row names the columns; if not, they are c1, c2 …
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoding: str | None = None
    separator: str | None = None
    quote: str | None = None
    header: bool | None = None


@dataclass(frozen=True)
class Dialect:
    """How one file is written."""

    separator: str
    quote: str
    header: bool
    names: list[str]


def dialect_of(con: duckdb.DuckDBPyConnection, file: PlainFile, wanted: Sequence[str], given: TableFormat) -> Dialect:
    """Find how a file is written: as DuckDB's sniffer says, unless another separator gives more of the `wanted` columns.

    Raises
    ------
    DataError
        If what is given cannot be, or there are more than `limits.COLUMNS` columns.
    """
    with file.text() as f:
        head = f.read(_HEAD)
    separator = (
        None if given.separator is None else _checked("separator", _NAMED.get(given.separator, given.separator), 4)
    )
    quote = None if given.quote is None else _checked("quote", given.quote, 1)
    if file.kind == "xlsx":
        separator, quote = ",", '"'
    for likely_separator in [separator] if separator else _SEPARATORS:
        check_columns(file.source, len(_first(head, likely_separator, '"')))
    sniffed = _sniffed(con, file, head, separator, quote)
    quote = quote or sniffed.get("Quote") or '"'  # what has none so far may yet have some
    likely = [separator] if separator else [*filter(None, [sniffed.get("Delimiter")]), *_SEPARATORS]
    names = {s: _first(head, s, quote) for s in likely}
    best = max(
        likely, key=lambda s: (len(set(wanted) & set(names[s])), s == likely[0] and len(names[s]) > 1, len(names[s]))
    )
    first = names[best]
    check_columns(file.source, len(first))
    header = given.header
    if header is None:
        named = bool(wanted) and set(wanted) <= set(first)
        header = named or bool(sniffed.get("HasHeader")) or all(number(name) != number(name) for name in first)
    if header:
        check_names(file, first, "; if its first line is a row, say that there is no header")
    return Dialect(best, quote, header, first if header else [f"c{i + 1}" for i in range(len(first))])


def _first(head: str, separator: str, quote: str) -> list[str]:
    """The fields of the first row that is not blank."""
    if len(separator) > 1:
        return [field.strip(quote) for field in head.lstrip("\r\n").partition("\n")[0].rstrip("\r").split(separator)]
    with suppress(csv.Error):  # such as a field that does not end
        return next((row for row in csv.reader(io.StringIO(head), delimiter=separator, quotechar=quote) if row), [])
    return head.partition("\n")[0].rstrip("\r").split(separator)


def _sniffed(
    con: duckdb.DuckDBPyConnection, file: PlainFile, head: str, separator: str | None, quote: str | None
) -> dict[str, str]:
    """What DuckDB makes of the first lines; of lines of many MB it would take minutes."""
    start = file.scratch / "head.csv"
    start.write_text(head[: head.rfind("\n") + 1] or head, encoding="utf-8", newline="")
    given = {"delim": separator, "quote": quote}
    options = "".join(f", {key} = ${key}" for key, value in given.items() if value is not None)
    values = {"path": escaped(start)} | {key: value for key, value in given.items() if value is not None}
    try:
        found = con.execute(f"SELECT Delimiter, Quote, HasHeader FROM sniff_csv($path{options})", values).fetchall()[0]
    except duckdb.Error:
        return {}
    return {
        key: value for key, value in zip(("Delimiter", "Quote", "HasHeader"), found, strict=True) if value != "(empty)"
    }


def _checked(what: str, text: str, longest: int) -> str:
    if not 0 < len(text.encode()) <= longest or set(text) & {"\n", "\r"}:
        at_most = "one character" if longest == 1 else f"one to {longest} characters"
        raise DataError(f"The {what} {text!r} is not {at_most} long; write tab for a tabulator.")
    return text


def check_names(file: PlainFile, names: Sequence[str], hint: str = "") -> None:
    """Raise `DataError` if a name is longer than `limits.COLUMN_NAME_CHARACTERS`."""
    if any(len(name) > limits.COLUMN_NAME_CHARACTERS for name in names):
        longest = f"{limits.COLUMN_NAME_CHARACTERS:,} characters"
        raise DataError(f"{file.source} has a column with a name of more than {longest}{hint}.")
