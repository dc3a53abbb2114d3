"""Columns of a table in a file, as text, in a DuckDB table."""

import json
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

import duckdb

from weakrec_core import limits
from weakrec_core.connection import escaped, reason, sql_name
from weakrec_core.data.ingest.dialects import Dialect, TableFormat, check_names, dialect_of
from weakrec_core.data.ingest.jsonlines import CONTENT, LONG_LINES, add_rejected, load_lines
from weakrec_core.data.ingest.plain_files import PlainFile
from weakrec_core.errors import DataError
from weakrec_core.packing import check_columns

_LOOK = 1000  # records of JSON whose fields are taken for the columns of the file
_REASONS = {
    "TOO MANY COLUMNS": "has more than the {} fields of the header",
    "MISSING COLUMNS": "has not {} fields as the header has",
    "UNQUOTED VALUE": "has a quote that does not end its field",
}
_SWALLOWED = "follows a quote that does not end"


def load_columns(
    con: duckdb.DuckDBPyConnection,
    table: str,
    file: PlainFile,
    columns: dict[str, str],
    given: TableFormat | None = None,
) -> Dialect | None:
    """Read some columns of a file into `table` (line, problem, content, one VARCHAR column each).

    ``line`` is the line of the file on which a row begins, for formats without lines the row's number; ``problem`` says what
    makes a line unreadable, and ``content`` then is what stands there; NULL where nothing does.

    Parameters
    ----------
    columns : dict
        Name in `table` to name in the file.

    Returns
    -------
    Dialect
        How the file is written, if it is a text with separators.

    Raises
    ------
    DataError
        If the file cannot be read or has no such column.
    """
    dialect = None
    try:
        if file.kind in ("csv", "xlsx"):
            dialect = dialect_of(con, file, list(columns.values()), given or TableFormat())
            _load_csv(con, table, file, dialect, columns)
        elif file.kind == "parquet":
            _check_columns(file, list(columns.values()), column_names(con, file))
            _load_parquet(con, table, file, columns)
        else:
            if known := column_names(con, file):
                _check_columns(file, list(columns.values()), known)
            _load_json(con, table, file, columns)
    except duckdb.Error as e:
        raise DataError(f"{file.source} cannot be read ({first_line(e, file)}).") from None
    return dialect


def known_columns(
    con: duckdb.DuckDBPyConnection, file: PlainFile, wanted: Sequence[str], given: TableFormat
) -> list[str]:
    """The columns of a file of any kind, read so that it has the `wanted` ones where it can be.

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    try:
        if file.kind in ("csv", "xlsx"):
            return dialect_of(con, file, wanted, given).names
        return column_names(con, file)
    except duckdb.Error as e:
        raise DataError(f"{file.source} cannot be read ({first_line(e, file)}).") from None


def column_names(con: duckdb.DuckDBPyConnection, file: PlainFile) -> list[str]:
    """The columns of a Parquet file, or the fields of the first records of a JSON file.

    Raises
    ------
    DataError
        If there are more than `limits.COLUMNS`.
    """
    if file.kind == "parquet":
        described = con.execute("DESCRIBE SELECT * FROM read_parquet($path)", {"path": escaped(file.path)})
        names = [row[0] for row in described.fetchall()]
    else:
        known: dict[str, None] = {}
        for text in _first_records(con, file):
            with suppress(ValueError, RecursionError):  # reported with its line when it is loaded
                record = json.loads(text)
                known |= dict.fromkeys(record) if isinstance(record, dict) else {}
        names = list(known)
    check_columns(file.source, len(names))
    check_names(file, names)
    return names


def csv_source(file: PlainFile, dialect: Dialect, path: Path | None = None) -> tuple[str, dict[str, str]]:
    """The call of ``read_csv`` without its closing bracket, all columns text and named c0, c1 …, and its parameters."""
    fields = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(dialect.names)))
    call = f"""read_csv($path, columns = {{{fields}}}, delim = $delimiter, quote = $quote, escape = $quote,
        header = {dialect.header}, auto_detect = false, {LONG_LINES}"""
    parameters = {"path": escaped(path or file.path), "delimiter": dialect.separator, "quote": dialect.quote}
    return call, parameters


def _first_records(con: duckdb.DuckDBPyConnection, file: PlainFile) -> list[str]:
    if file.kind == "json lines":
        with file.text() as f:
            return list(islice(f, _LOOK))
    query = f"SELECT json::VARCHAR FROM {ARRAY} LIMIT {_LOOK}"
    return [row[0] for row in con.execute(query, {"path": escaped(file.path)}).fetchall()]


def _load_csv(
    con: duckdb.DuckDBPyConnection, table: str, file: PlainFile, dialect: Dialect, columns: dict[str, str]
) -> None:
    hint = "; its first line has to name the columns" if dialect.header else ""
    _check_columns(file, list(columns.values()), dialect.names, hint)
    chosen = {key: f"c{dialect.names.index(name)}" for key, name in columns.items()}
    path = file.path
    try:
        _read_csv(con, table, file, dialect, chosen, path)
        refused = bool(con.execute(f"SELECT 1 FROM {table}_rejected LIMIT 1").fetchall())
    except duckdb.Error:
        if not _mixes_line_ends(file):
            raise
        refused = True
    if refused and _mixes_line_ends(file):  # of which DuckDB takes one kind only
        path = file.scratch / "even.csv"
        with file.raw() as f, path.open("wb") as out:
            out.writelines(line.removesuffix(b"\n").removesuffix(b"\r") + b"\n" for line in f)
        _read_csv(con, table, file, dialect, chosen, path)
    _add_swallowed(con, table, file, dialect, path)
    n = len(dialect.names)
    add_rejected(con, table, {kind: reason.format(n) for kind, reason in _REASONS.items()})


def _add_swallowed(con: duckdb.DuckDBPyConnection, table: str, file: PlainFile, dialect: Dialect, path: Path) -> None:
    """Add the lines that a quote without an end has taken in, which for DuckDB are a part of the line that it begins on."""
    taken = "error_type = 'UNQUOTED VALUE'"
    first = con.execute(f"SELECT min(line) FROM {table}_rejected WHERE {taken}").fetchall()[0][0]
    if first is None:
        return
    with file.raw() as f:
        lines = sum(1 for line in f if line.strip()) - dialect.header
    newlines = r"coalesce(len(regexp_extract_all({0}, '\n\s*')), 0)"  # several are one: blank lines are not counted
    call, parameters = csv_source(file, dialect, path)
    of_row = " + ".join(newlines.format(f"c{i}") for i in range(len(dialect.names)))
    again = f"store_rejects = true, rejects_table = '{table}_rejected_again', rejects_scan = '{table}_scan_again'"
    read = con.execute(
        f"SELECT count(*) + coalesce(sum({of_row}), 0) FROM {call}, strict_mode = true, {again})", parameters
    ).fetchall()[0][0]
    refused = con.execute(
        f"""SELECT count(*) + coalesce(sum(n), 0) FROM (
            SELECT max(CASE WHEN {taken} THEN 0 ELSE {newlines.format("csv_line")} END) AS n
            FROM {table}_rejected GROUP BY line)"""
    ).fetchall()[0][0]
    con.execute(
        f"INSERT INTO {table} (line, problem) SELECT $first + 1 + range, $problem FROM range(greatest($rest, 0))",
        {"first": first, "problem": _SWALLOWED, "rest": lines - int(read) - int(refused)},
    )


def _mixes_line_ends(file: PlainFile) -> bool:
    """Whether some lines end in \\r\\n and others in \\n."""
    seen = set()
    with file.raw() as f:
        for line in f:
            seen.add(line.endswith(b"\r\n"))
            if len(seen) == 2:
                return True
    return False


def _read_csv(
    con: duckdb.DuckDBPyConnection,
    table: str,
    file: PlainFile,
    dialect: Dialect,
    chosen: dict[str, str],
    path: Path,
) -> None:
    fields = [f"c{i}" for i in range(len(dialect.names))]  # any name may be in the header, and one may be there twice
    newlines = " + ".join(f"coalesce(length({f}) - length(replace({f}, chr(10), '')), 0)" for f in fields)
    before = "coalesce(sum(newlines) OVER (ORDER BY row ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)"
    line = f"row + {int(dialect.header)}" + (f" + {before}" if file.kind == "csv" else "")
    call, parameters = csv_source(file, dialect, path)
    for leftover in ("", "_rejected", "_scan"):
        con.execute(f"DROP TABLE IF EXISTS {table}{leftover}")
    con.execute(
        f"""CREATE TEMP TABLE {table} AS
        SELECT {line} AS line, NULL::VARCHAR AS problem, NULL::VARCHAR AS content,
            {", ".join(f"{field} AS {key}" for key, field in chosen.items())}
        FROM (SELECT *, row_number() OVER () AS row, {newlines if file.kind == "csv" else "0"} AS newlines
            FROM {call}, strict_mode = true, store_rejects = true, rejects_table = '{table}_rejected',
                rejects_scan = '{table}_scan'))""",
        parameters,
    )


ARRAY = f"read_json_objects($path, format = 'array', maximum_object_size = {limits.LINE_BYTES})"


def _load_json(con: duckdb.DuckDBPyConnection, table: str, file: PlainFile, columns: dict[str, str]) -> None:
    fields = dict.fromkeys(columns.values(), "VARCHAR")
    if file.kind == "json lines":
        load_lines(con, f"{table}_lines", file.path, fields, file.source)
        chosen = ", ".join(f"{sql_name(name)} AS {key}" for key, name in columns.items())
        con.execute(f"CREATE TEMP TABLE {table} AS SELECT line, problem, content, {chosen} FROM {table}_lines")
        return
    structure = json.dumps(fields)
    chosen = ", ".join(f"record.{sql_name(name)} AS {key}" for key, name in columns.items())
    con.execute(
        f"""CREATE TEMP TABLE {table} AS
        SELECT line, CASE WHEN record IS NULL THEN 'is not a JSON object' END AS problem, content, {chosen} FROM (
            SELECT line, CASE WHEN object THEN json_transform(json, $structure) END AS record,
                CASE WHEN NOT object THEN left(json::VARCHAR, {CONTENT}) END AS content
            FROM (SELECT json, row_number() OVER () AS line, json_type(json) = 'OBJECT' AS object FROM {ARRAY}))""",
        {"path": escaped(file.path), "structure": structure},
    )


def _load_parquet(con: duckdb.DuckDBPyConnection, table: str, file: PlainFile, columns: dict[str, str]) -> None:
    chosen = ", ".join(f"{sql_name(name)}::VARCHAR AS {key}" for key, name in columns.items())
    con.execute(
        f"""CREATE TEMP TABLE {table} AS
        SELECT row_number() OVER () AS line, NULL::VARCHAR AS problem, NULL::VARCHAR AS content, {chosen}
        FROM read_parquet($path)""",
        {"path": escaped(file.path)},
    )


def _check_columns(file: PlainFile, wanted: Sequence[str], known: list[str], hint: str = "") -> None:
    for name in wanted:
        if known.count(name) != 1:
            problem = "has no column" if name not in known else "has more than one column"
            shown = ", ".join(known[:40]) + (f" and {len(known) - 40:,} more" if len(known) > 40 else "")
            raise DataError(f"{file.source} {problem} {name!r}; its columns are {shown}{hint}.")


def first_line(error: duckdb.Error, file: PlainFile) -> str:
    """DuckDB's own words, with the file that the user knows."""
    if "maximum_object_size" in str(error):
        return f"an object in it is longer than {limits.LINE_BYTES // 10**6} MB"
    return reason(error).replace(str(file.path), str(file.source))
