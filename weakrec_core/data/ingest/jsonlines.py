"""JSON-lines files, gzipped or not, checked line by line inside DuckDB."""

import json
from pathlib import Path

import duckdb

from weakrec_core import limits
from weakrec_core.connection import escaped, reason, sql_name, sql_text
from weakrec_core.errors import DataError

# DuckDB's buffer has 16 times as much.
LONG_LINES = f"max_line_size = {limits.LINE_BYTES}"
_NOT_UTF8 = "is not UTF-8 text"
CONTENT = 10_000  # characters that are kept of a line that cannot be read


def load_lines(
    con: duckdb.DuckDBPyConnection, table: str, path: Path, fields: dict[str, str], source: Path | None = None
) -> None:
    """Parse a file into `table` (line, problem, content, one column a field), one row a non-blank line.

    ``problem`` says what makes a line unreadable, and ``content`` then is the line; NULL where nothing does.

    Parameters
    ----------
    source : Path, optional
        What the file is called in messages.
    fields : dict
        Field name to DuckDB type. A field that a line lacks, or of another type, is NULL. Scalars are best read
        as VARCHAR, which takes numbers and strings alike.
    """
    structure = "{" + ",".join(f"{json.dumps(name)}:{_structure(kind)}" for name, kind in fields.items()) + "}"
    columns = ", ".join(f"record.{sql_name(name)} AS {sql_name(name)}" for name in fields)
    try:
        # Not strict: lines may end in \n, \r\n or a mixture. json_type fails on what is not JSON.
        con.execute(
            f"""
            CREATE TEMP TABLE {table} AS
            SELECT line, CASE WHEN NOT valid THEN 'is not a JSON object' END AS problem,
                CASE WHEN NOT valid THEN left(text, {CONTENT}) END AS content, {columns} FROM (
                SELECT line, valid, text, CASE WHEN valid THEN json_transform(text, $structure) END AS record FROM (
                    SELECT text, row_number() OVER () AS line,
                        CASE WHEN json_valid(text) THEN json_type(text) = 'OBJECT' ELSE false END AS valid
                    FROM read_csv($path, columns = {{'text': 'VARCHAR'}}, delim = '\x01', quote = '', escape = '',
                        header = false, auto_detect = false, {LONG_LINES}, strict_mode = false,
                        store_rejects = true, rejects_table = '{table}_rejected', rejects_scan = '{table}_scan')
                ) WHERE trim(text, ' \t') <> ''
            )""",
            {"structure": structure, "path": escaped(path)},
        )
    except duckdb.Error as e:
        raise DataError(f"{source or path} cannot be read ({reason(e)}).") from None
    add_rejected(con, table, {})


def add_rejected(con: duckdb.DuckDBPyConnection, table: str, problems: dict[str, str]) -> None:
    """Add the lines that ``read_csv`` has put aside in ``TABLE_rejected``.

    Parameters
    ----------
    problems : dict
        DuckDB's kind of error to what makes the line unreadable.
    """
    problems = {"LINE SIZE OVER MAXIMUM": f"is longer than {limits.LINE_BYTES // 10**6} MB"} | problems
    cases = "".join(f" WHEN bool_or(error_type = '{kind}') THEN {sql_text(what)}" for kind, what in problems.items())
    con.execute(
        f"""INSERT INTO {table} (line, problem, content)
        SELECT line, CASE WHEN bool_or(error_type = 'INVALID ENCODING') THEN '{_NOT_UTF8}'{cases} ELSE 'cannot be read' END,
            left(any_value(csv_line), {CONTENT})
        FROM {table}_rejected GROUP BY line"""
    )


def drop_bad_lines(
    con: duckdb.DuckDBPyConnection, table: str, path: Path, checks: dict[str, str], skip: bool, unit: str = "Line"
) -> dict[str, int]:
    """Find lines that cannot be used, and move them to ``TABLE_bad``.

    Parameters
    ----------
    checks : dict
        What is wrong (``"has no book_id"``) to a SQL condition that is true for such lines; the first that holds counts.
    skip : bool
        Leave such lines out and count them; otherwise the first one is an error.
    unit : str
        What a line of this file is called.

    Returns
    -------
    dict
        Number of lines left out by what was wrong.

    Raises
    ------
    DataError
        Naming file, line and what is wrong; or that no usable line is left.
    """
    cases = " ".join(f"WHEN {condition} THEN {sql_text(what)}" for what, condition in checks.items())
    con.execute(f"UPDATE {table} SET problem = CASE {cases} END WHERE problem IS NULL")
    # Lines that follow a rejected one are numbered as if it were not there, so of equal numbers it comes first.
    first = con.execute(
        f"SELECT line, problem FROM {table} WHERE problem IS NOT NULL ORDER BY line, problem <> '{_NOT_UTF8}' LIMIT 1"
    ).fetchall()
    if first and not skip:
        raise DataError(f"{unit} {first[0][0]:,} of {path} {first[0][1]}; --skip-bad-lines leaves such lines out.")
    counts = con.execute(f"SELECT problem, count(*) FROM {table} WHERE problem IS NOT NULL GROUP BY ALL").fetchall()
    con.execute(f"CREATE TEMP TABLE {table}_bad AS SELECT * FROM {table} WHERE problem IS NOT NULL")
    con.execute(f"DELETE FROM {table} WHERE problem IS NOT NULL")
    if con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] == 0:
        raise DataError(f"{path} has no usable {unit.lower()}.")
    return dict(counts)


def _structure(kind: str) -> str:
    return kind if kind[0] in "[{" else f'"{kind}"'
