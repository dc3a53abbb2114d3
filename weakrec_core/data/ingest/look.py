"""A first look at a file: how it is written, its columns, its first rows, what the columns may be."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from weakrec_core.connection import connected, escaped, sql_name
from weakrec_core.data.ingest.dialects import Dialect, TableFormat, dialect_of
from weakrec_core.data.ingest.jsonlines import LONG_LINES
from weakrec_core.data.ingest.plain_files import PlainFile, plain_file
from weakrec_core.data.ingest.roles import guess_kept, guess_roles
from weakrec_core.data.ingest.tabular import ARRAY, column_names, csv_source, first_line
from weakrec_core.data.kept_columns import Kind
from weakrec_core.errors import DataError
from weakrec_core.progress import Progress, no_progress

PREVIEW_ROWS, _ROLE_ROWS = 50, 2000


@dataclass(frozen=True)
class TableLook:
    """What a file looks like.

    Attributes
    ----------
    kind : str
        csv, json lines, json array, parquet or xlsx.
    format : TableFormat
        How it was read; what does not apply to its kind is None. Give it to `ingest_table` with what was changed.
    columns : list of str
    preview : DataFrame of str
        The first rows; what is not there is missing.
    rows : int
        Rows, without the header and lines that cannot be read.
    roles : dict
        Which column is probably what: user, item, rating, text, title, creator, time or average_rating to its name.
    could_be : dict
        What the columns may be kept as beside these: signal, category or votes to their names.
    """

    kind: str
    format: TableFormat
    columns: list[str]
    preview: pd.DataFrame
    rows: int
    roles: dict[str, str]
    could_be: dict[Kind, list[str]]

    def to_json(self, preview: int = 5) -> dict[str, Any]:
        """For the command line; `preview` = number of rows."""
        rows = json.loads(self.preview.head(preview).to_json(orient="values"))
        return asdict(self) | {"format": self.format.model_dump(), "preview": rows}


def look(
    path: Path, given: TableFormat | None = None, progress: Progress = no_progress, scratch: Path | None = None
) -> TableLook:
    """Look at a file.

    Parameters
    ----------
    given : TableFormat, optional
        What is known of the way it is written.
    scratch : Path, optional
        Where what is packed is unpacked for the while; by default the system's directory for temporary files.

    Raises
    ------
    DataError
        With one sentence, if there is no table in it.
    """
    given = given or TableFormat()
    with plain_file(path, given.encoding, progress, scratch) as file, connected(path, scratch=scratch) as con:
        dialect = dialect_of(con, file, (), given) if file.kind in ("csv", "xlsx") else None
        try:
            columns, source, parameters = _source(con, file, dialect)
            sample = con.execute(f"SELECT * FROM ({source}) LIMIT {_ROLE_ROWS}", parameters).df()
            rows = int(con.execute(f"SELECT count(*) FROM ({source})", parameters).fetchall()[0][0])
        except duckdb.Error as e:
            raise DataError(f"{path} cannot be read ({first_line(e, file)}).") from None
    if sample.empty or not columns:
        raise DataError(f"{path} has no row.")
    sample.columns = pd.Index(columns)
    sample = sample.astype("str")
    as_read = TableFormat(encoding=file.encoding or None)
    if dialect and file.kind == "csv":
        as_read = TableFormat(
            encoding=file.encoding, separator=dialect.separator, quote=dialect.quote, header=dialect.header
        )
    elif dialect:
        as_read = TableFormat(header=dialect.header)
    return TableLook(
        file.kind, as_read, columns, sample.head(PREVIEW_ROWS), rows, guess_roles(sample), guess_kept(sample)
    )


def _source(
    con: duckdb.DuckDBPyConnection, file: PlainFile, dialect: Dialect | None
) -> tuple[list[str], str, dict[str, str]]:
    """The names of the columns, a query for all rows as text, and its parameters."""
    if dialect is not None:
        call, parameters = csv_source(file, dialect)
        return dialect.names, f"SELECT * FROM {call}, strict_mode = false, ignore_errors = true)", parameters
    columns = column_names(con, file)
    parameters = {"path": escaped(file.path)}
    if file.kind == "parquet":
        chosen = ", ".join(f"{sql_name(name)}::VARCHAR" for name in columns)
        return columns, f"SELECT {chosen} FROM read_parquet($path)", parameters
    if not columns:
        raise DataError(f"{file.source} holds no JSON objects, which a row has to be.")
    chosen = ", ".join(f"record.{sql_name(name)} AS c{i}" for i, name in enumerate(columns))
    parameters["structure"] = json.dumps(dict.fromkeys(columns, "VARCHAR"))
    if file.kind == "json array":
        objects = f"SELECT json FROM {ARRAY}"
    else:
        objects = f"""SELECT text::JSON AS json FROM read_csv($path, columns = {{'text': 'VARCHAR'}}, delim = '\x01', quote = '',
            escape = '', header = false, auto_detect = false, {LONG_LINES}, strict_mode = false,
            ignore_errors = true) WHERE json_valid(text)"""
    valid = f"SELECT json_transform(json, $structure) AS record FROM ({objects}) WHERE json_type(json) = 'OBJECT'"
    return columns, f"SELECT {chosen} FROM ({valid})", parameters
