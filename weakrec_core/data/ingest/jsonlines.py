"""JSON-lines files, gzipped or not, checked line by line."""

import json
from codecs import BOM_UTF8
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from weakrec_core import limits
from weakrec_core.connection import reason, sql_name, sql_text
from weakrec_core.errors import DataError
from weakrec_core.packing import checked_chunks
from weakrec_core.progress import Progress, no_progress

# DuckDB's buffer has 16 times as much.
LONG_LINES = f"max_line_size = {limits.LINE_BYTES}"
_NOT_UTF8, _NO_OBJECT = "is not UTF-8 text", "is not a JSON object"
_PROBLEMS = pa.array(["", _NO_OBJECT, _NOT_UTF8, "is blank"])
_OTHER, _ENCODING, _BLANK = 1, 2, 3
_LINES = pa.schema({"line": pa.int64(), "text": pa.string(), "problem": pa.string()})
_NEWLINE, _BRACE = ord("\n"), ord("{")
CONTENT = 10_000  # characters that are kept of a line that cannot be read


def load_lines(
    con: duckdb.DuckDBPyConnection,
    table: str,
    path: Path,
    fields: dict[str, str],
    source: Path | None = None,
    progress: Progress = no_progress,
) -> None:
    """Parse a file into `table` (line, problem, content, one column a field), one row a non-blank line.

    ``problem`` says what makes a line unreadable, and ``content`` then is the line; NULL where nothing does. The file is read
    once: unpacked and cut into lines here, while DuckDB's threads parse the lines before.

    Parameters
    ----------
    fields : dict
        Field name to DuckDB type. A field that a line lacks, or of another type, is NULL. Scalars are best read
        as VARCHAR, which takes numbers and strings alike.
    source : Path, optional
        What the file is called in messages.

    Raises
    ------
    DataError
        If the file is not intact: see `checked_chunks`.
    """
    structure = "{" + ",".join(f"{json.dumps(name)}:{_structure(kind)}" for name, kind in fields.items()) + "}"
    columns = ", ".join(f"record.{sql_name(name)} AS {sql_name(name)}" for name in fields)
    broken: list[DataError] = []
    lines = pa.RecordBatchReader.from_batches(_LINES, _reporting(broken, _batches(path, progress)))
    con.register(f"{table}_text", lines)
    try:
        con.execute(
            f"""
            CREATE TEMP TABLE {table} AS
            SELECT line, CASE WHEN record IS NULL THEN coalesce(problem, '{_NO_OBJECT}') END AS problem,
                CASE WHEN record IS NULL THEN left(text, {CONTENT}) END AS content, {columns}
            FROM (SELECT *, CASE WHEN problem IS NULL THEN TRY(json_transform(text, $structure)) END AS record
                FROM {table}_text)""",
            {"structure": structure},
        )
    except duckdb.Error as e:
        if broken:
            raise DataError(str(broken[0]).replace(str(path), str(source or path))) from None
        raise DataError(f"{source or path} cannot be read ({reason(e)}).") from None
    finally:
        con.unregister(f"{table}_text")


def _batches(path: Path, progress: Progress) -> Iterator[pa.RecordBatch]:
    """The lines of a file that are not blank, with their number and what makes them unreadable, as far as it shows."""
    rest, n = b"", 0
    for chunk in checked_chunks(path, progress):
        text = rest + chunk if n or rest else chunk.removeprefix(BOM_UTF8)
        bounds = np.flatnonzero(np.frombuffer(text, np.uint8) == _NEWLINE) + 1
        rest = text[bounds[-1] :] if len(bounds) else text
        if len(bounds):
            yield _batch(text, bounds, n)
            n += len(bounds)
    if rest:
        yield _batch(rest, np.array([len(rest)]), n)


def _batch(text: bytes, ends: NDArray[np.int64], n_before: int) -> pa.RecordBatch:
    """Lines that end at `ends`."""
    bounds = np.concatenate([[0], ends]).astype(np.int32)
    first = np.frombuffer(text, np.uint8)[bounds[:-1]]
    n = len(bounds) - 1
    problem = np.zeros(n, np.int8)
    for i in np.flatnonzero(first != _BRACE):
        line = text[bounds[i] : bounds[i + 1]].strip(b" \t\r\n")
        problem[i] = _BLANK if not line else 0 if line.startswith(b"{") else _OTHER
    lines = pa.StringArray.from_buffers(n, pa.py_buffer(bounds), pa.py_buffer(text))
    try:
        lines.validate(full=True)
    except pa.ArrowInvalid:  # not UTF-8 somewhere
        cut = [text[start:end] for start, end in pairwise(bounds)]
        problem[[not _is_utf8(line) for line in cut]] = _ENCODING
        lines = pa.array([line.decode(errors="replace") for line in cut], pa.string())
    said = pa.DictionaryArray.from_arrays(pa.array(problem, mask=problem == 0), _PROBLEMS).cast(pa.string())
    batch = pa.record_batch([pa.array(np.arange(n_before + 1, n_before + n + 1)), lines, said], schema=_LINES)
    return batch.filter(pa.array(problem != _BLANK)) if (problem == _BLANK).any() else batch


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _reporting(broken: list[DataError], batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches; an error goes into `broken`, too, since DuckDB passes on its text only."""
    try:
        yield from batches
    except DataError as e:
        broken.append(e)
        raise


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
    con.execute(
        f"""CREATE TEMP TABLE {table}_bad AS
        SELECT * REPLACE (coalesce(problem, CASE {cases} END) AS problem) FROM {table}
        WHERE problem IS NOT NULL OR CASE {cases} END IS NOT NULL"""
    )
    # Lines that follow a rejected one are numbered as if it were not there, so of equal numbers it comes first.
    first = con.execute(
        f"SELECT line, problem FROM {table}_bad ORDER BY line, problem <> '{_NOT_UTF8}' LIMIT 1"
    ).fetchall()
    if first and not skip:
        raise DataError(f"{unit} {first[0][0]:,} of {path} {first[0][1]}; --skip-bad-lines leaves such lines out.")
    counts = con.execute(f"SELECT problem, count(*) FROM {table}_bad GROUP BY ALL").fetchall()
    if first:
        con.execute(f"DELETE FROM {table} WHERE problem IS NOT NULL OR CASE {cases} END IS NOT NULL")
    if con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] == 0:
        raise DataError(f"{path} has no usable {unit.lower()}.")
    return dict(counts)


def _structure(kind: str) -> str:
    return kind if kind[0] in "[{" else f'"{kind}"'
