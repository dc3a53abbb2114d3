"""A column of times, as whatever they are written, in the order of time."""

from pathlib import Path

import duckdb

from weakrec_core.errors import DataError

_SAMPLE = 10_000  # rows that tell how times are written
_DAYS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y")
_FORMATS = (
    *(day + clock for day in _DAYS for clock in ("", " %H:%M", " %H:%M:%S")),
    "%a %b %d %H:%M:%S %z %Y",  # as Goodreads has it
)
_READ = {
    "numbers": "CASE WHEN isfinite(try_cast({0} AS DOUBLE)) THEN try_cast({0} AS DOUBLE) END",
    "as in ISO 8601": "epoch(try_cast({0} AS TIMESTAMPTZ))",
} | {written: f"epoch(try_strptime({{0}}, '{written}'))" for written in _FORMATS}


def time_expression(con: duckdb.DuckDBPyConnection, table: str, column: str, path: Path, name: str) -> str:
    """A SQL expression over the texts of a column, a number that grows with time; NULL where there is no time.

    Numbers (seconds, milliseconds, years) are taken as they are, dates as in ISO 8601 or as most of the column is written.

    Parameters
    ----------
    path, name
        The file and what the column is called there, for messages.

    Raises
    ------
    DataError
        If nothing in the column is a time, or days cannot be told from months.
    """
    most = _readings(
        con, f"(SELECT {column} FROM {table} WHERE {column} IS NOT NULL LIMIT {_SAMPLE})", column, list(_READ)
    )
    if len(most) > 1:  # only days and months may be taken for each other
        most = _readings(con, table, column, most)
    if not most:
        raise DataError(
            f"Column {name!r} of {path} has no time that can be read; write times as 2024-01-31 12:00 or as seconds."
        )
    if len(most) > 1:
        raise DataError(
            f"In column {name!r} of {path} it cannot be told whether the day or the month comes first; write times as 2024-01-31."
        )
    return _READ[most[0]].format(column)


def _readings(con: duckdb.DuckDBPyConnection, source: str, column: str, ways: list[str]) -> list[str]:
    """Those of the ways to read that read most; none if nothing is read."""
    counts = con.execute(
        f"SELECT {', '.join(f'count({_READ[way].format(column)})' for way in ways)} FROM {source}"
    ).fetchall()[0]
    return [way for way, n in zip(ways, counts, strict=True) if n == max(counts) > 0]
