"""Tables as files for other tools."""

import re
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from weakrec_core import files
from weakrec_core.errors import WeakrecError

CSV_SUFFIXES = (".csv", ".csv.gz")
_FORMULA = re.compile(
    r"'*[=+\-@\t\r]"
)  # what a spreadsheet may take for a formula; quoted ones, so that reading is exact
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?", re.IGNORECASE)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV or Parquet, as the suffix of the file says; `WeakrecError` for any other suffix."""
    write_pieces([table], path)


def write_pieces(pieces: Iterable[pd.DataFrame], path: Path) -> None:
    """`write_table` with a table that comes in pieces, at least one, of the same columns: no more than one is in memory."""
    if not is_csv(path) and path.suffix not in (".parquet", ".pq", ""):
        raise WeakrecError(f"{path} names no format: a table is written to .parquet, .csv or .csv.gz.")
    with files.atomic(path) as tmp:
        if is_csv(path):
            packed: Any = "gzip" if path.suffix == ".gz" else None
            for i, piece in enumerate(pieces):
                cells_as_text(piece).to_csv(tmp, index=False, compression=packed, mode="a" if i else "w", header=not i)
        else:
            write_parquet(pieces, tmp)


def write_parquet(pieces: Iterable[pd.DataFrame], path: Path, compression: str = "snappy") -> None:
    """Write a table that comes in pieces, at least one, of the same columns: each becomes a row group."""
    with ExitStack() as stack:
        writer: pq.ParquetWriter | None = None
        for piece in pieces:
            table = pa.Table.from_pandas(piece, writer and writer.schema, preserve_index=False)
            if writer is None:
                writer = stack.enter_context(pq.ParquetWriter(path, table.schema, compression=compression))
            writer.write_table(table)


def is_csv(path: Path) -> bool:
    """Whether a file's name says that it is CSV."""
    return path.name.endswith(CSV_SUFFIXES)


def csv_text(table: pd.DataFrame) -> str:
    """A table as CSV that a spreadsheet opens without taking a text for a formula."""
    return str(cells_as_text(table).to_csv(index=False))


def cells_as_text(table: pd.DataFrame) -> pd.DataFrame:
    """The table with an apostrophe before texts that begin with = + - @, a tab or a carriage return; numbers stay.

    `cells_as_written` takes it away.
    """
    return _texts_mapped(
        table, lambda text: f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
    )


def cells_as_written(table: pd.DataFrame) -> pd.DataFrame:
    """The table before `cells_as_text`."""
    return _texts_mapped(table, lambda text: text[1:] if text[:1] == "'" and _FORMULA.match(text) else text)


def _texts_mapped(table: pd.DataFrame, change: Any) -> pd.DataFrame:
    def of_cell(value: Any) -> Any:
        return change(value) if isinstance(value, str) else value

    texts = table.select_dtypes(include=["object", "str"]).columns
    changed = table.assign(**{str(name): table[name].map(of_cell) for name in texts})
    return changed.rename(columns=of_cell)
