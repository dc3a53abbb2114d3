"""Files that are made when somebody asks for them."""

from collections.abc import Callable
from io import BytesIO

import pandas as pd
import streamlit as st

from weakrec_core.access import acting_as, at_work
from weakrec_core.tables import csv_text

_MIME = {
    "csv": "text/csv",
    "html": "text/html",
    "ipynb": "application/x-ipynb+json",
    "md": "text/markdown",
    "parquet": "application/vnd.apache.parquet",
    "png": "image/png",
    "py": "text/x-python",
    "yaml": "application/yaml",
    "zip": "application/zip",
}


def download(label: str, made: Callable[[], str | bytes], file_name: str, key: str, help: str | None = None) -> None:
    """A button that makes a file and hands it over; the page does not run again."""
    person = at_work()

    def made_for_them() -> str | bytes:
        with acting_as(person):  # Streamlit calls this in a thread of its own
            return made()

    st.download_button(
        label,
        made_for_them,
        file_name,
        _MIME[file_name.rpartition(".")[2]],
        icon=":material/download:",
        key=key,
        help=help,
        on_click="ignore",
    )


def download_table(
    label: str, made: Callable[[], pd.DataFrame], file_name: str, key: str, help: str | None = None
) -> None:
    """`download` for a table, as CSV or Parquet by the file's name."""

    def written() -> bytes:
        if file_name.endswith(".csv"):
            return csv_text(made()).encode()
        buffer = BytesIO()
        made().to_parquet(buffer, index=False)
        return buffer.getvalue()

    download(label, written, file_name, key, help)
