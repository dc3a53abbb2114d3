"""Columns of a CSV, TSV, JSON lines or Parquet file, as text, in a DuckDB table."""

import csv
import glob
import gzip
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import IO

import duckdb

from weakrec_core.data.ingest.jsonlines import add_rejected, load_lines, sql_name
from weakrec_core.errors import DataError

_LOOK = 1000  # lines of JSON whose fields are taken for the columns of the file
_DELIMITERS = ",\t;|"
_KINDS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".jsonl": "json", ".ndjson": "json", ".json": "json", ".parquet": "parquet",
}  # fmt: skip


def load_columns(con: duckdb.DuckDBPyConnection, table: str, path: Path, columns: dict[str, str]) -> None:
    """Read some columns of a file into `table` (line, problem, one VARCHAR column each).

    ``line`` is the line of the file on which a row begins, for Parquet its number; `problem` says what makes a line
    unreadable, NULL where nothing does. CSV needs a header line; its delimiter (comma, tab, semicolon or bar) is the one
    that gives these columns.

    Parameters
    ----------
    columns : dict
        Name in `table` to name in the file.

    Raises
    ------
    DataError
        If the file is of no known kind, cannot be read or has no such column.
    """
    kind = _kind(path)
    try:
        if kind == "csv":
            _load_csv(con, table, path, columns)
        elif kind == "json":
            _load_json(con, table, path, columns)
        else:
            _load_parquet(con, table, path, columns)
    except duckdb.Error as e:
        raise DataError(f"{path} cannot be read ({str(e).splitlines()[0]}).") from None


def is_parquet(path: Path) -> bool:
    """Whether the name says so."""
    return path.suffix == ".parquet"


def _kind(path: Path) -> str:
    suffix = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    if suffix not in _KINDS or path.name.endswith(".parquet.gz"):
        raise DataError(
            f"{path} is of no kind that can be read; the name tells: .csv, .tsv, .txt, .json, .jsonl or .ndjson (JSON lines), "
            "each also .gz, and .parquet."
        )
    return _KINDS[suffix]


def _load_csv(con: duckdb.DuckDBPyConnection, table: str, path: Path, columns: dict[str, str]) -> None:
    delimiter, header = _header(path, list(columns.values()))
    fields = [f"c{i}" for i in range(len(header))]  # any name may be in the header, and one may be there twice
    newlines = " + ".join(f"coalesce(length({f}) - length(replace({f}, chr(10), '')), 0)" for f in fields)
    chosen = ", ".join(f"c{header.index(name)} AS {key}" for key, name in columns.items())
    con.execute(
        f"""CREATE TEMP TABLE {table} AS
        SELECT row + 1 + coalesce(sum(newlines) OVER (ORDER BY row ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
            AS line, NULL::VARCHAR AS problem, {chosen}
        FROM (SELECT *, row_number() OVER () AS row, {newlines} AS newlines
            FROM read_csv($path, columns = {{{", ".join(f"'{f}': 'VARCHAR'" for f in fields)}}}, delim = $delimiter,
                quote = '"', escape = '"', header = true, auto_detect = false, max_line_size = 64000000,
                strict_mode = false, store_rejects = true, rejects_table = '{table}_rejected',
                rejects_scan = '{table}_scan'))""",
        {"path": glob.escape(str(path)), "delimiter": delimiter},
    )
    add_rejected(con, table, f"has not {len(header)} fields as the header has" if len(header) > 1 else "cannot be read")


def _header(path: Path, wanted: list[str]) -> tuple[str, list[str]]:
    """The delimiter, and the names of the columns."""
    with _text(path) as f:
        line = f.readline()
    names = {d: next(csv.reader([line], delimiter=d), []) for d in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda d: (len(set(wanted) & set(names[d])), len(names[d])))
    _check_columns(path, wanted, names[best], "; its first line has to name the columns")
    return best, names[best]


def _load_json(con: duckdb.DuckDBPyConnection, table: str, path: Path, columns: dict[str, str]) -> None:
    with _text(path) as f:
        known: dict[str, None] = {}
        for line in islice(f, _LOOK):
            with suppress(ValueError):  # reported with its line below
                record = json.loads(line)
                known |= dict.fromkeys(record) if isinstance(record, dict) else {}
    if known:
        _check_columns(path, list(columns.values()), list(known))
    load_lines(con, f"{table}_lines", path, dict.fromkeys(columns.values(), "VARCHAR"))
    chosen = ", ".join(f"{sql_name(name)} AS {key}" for key, name in columns.items())
    con.execute(f"CREATE TEMP TABLE {table} AS SELECT line, problem, {chosen} FROM {table}_lines")


def _load_parquet(con: duckdb.DuckDBPyConnection, table: str, path: Path, columns: dict[str, str]) -> None:
    values = {"path": glob.escape(str(path))}
    known = [row[0] for row in con.execute("DESCRIBE SELECT * FROM read_parquet($path)", values).fetchall()]
    _check_columns(path, list(columns.values()), known)
    chosen = ", ".join(f"{sql_name(name)}::VARCHAR AS {key}" for key, name in columns.items())
    con.execute(
        f"""CREATE TEMP TABLE {table} AS
        SELECT row_number() OVER () AS line, NULL::VARCHAR AS problem, {chosen} FROM read_parquet($path)""",
        values,
    )


def _check_columns(path: Path, wanted: list[str], known: list[str], hint: str = "") -> None:
    for name in wanted:
        if known.count(name) != 1:
            problem = "has no column" if name not in known else "has more than one column"
            raise DataError(f"{path} {problem} {name!r}; its columns are {', '.join(known)}{hint}.")


@contextmanager
def _text(path: Path) -> Iterator[IO[str]]:
    """The file as text; a byte order mark is left out, and what is not UTF-8 is reported by the reader of the lines."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as raw:
        yield io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace")
