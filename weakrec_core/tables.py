"""Tables as files for other tools."""

import re
from pathlib import Path
from typing import Any

import pandas as pd

from weakrec_core import files
from weakrec_core.errors import WeakrecError

CSV_SUFFIXES = (".csv", ".csv.gz")
_FORMULA = re.compile(
    r"'*[=+\-@\t\r]"
)  # what a spreadsheet may take for a formula; quoted ones, so that reading is exact
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?", re.IGNORECASE)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV or Parquet, as the suffix of the file says; `WeakrecError` for any other suffix."""
    if not is_csv(path) and path.suffix not in (".parquet", ".pq", ""):
        raise WeakrecError(f"{path} names no format: a table is written to .parquet, .csv or .csv.gz.")
    with files.atomic(path) as tmp:
        if is_csv(path):
            cells_as_text(table).to_csv(tmp, index=False, compression="gzip" if path.suffix == ".gz" else None)
        else:
            table.to_parquet(tmp, index=False)


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
