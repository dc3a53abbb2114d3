"""Tables that can be taken away from their place on the page."""

import re
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared.downloads import download_table


def draw_table(frame: pd.DataFrame, *, alt: str, **options: Any) -> Any:
    """`st.dataframe` with a button to download the table, seen with the pointer or the focus on the table (`look.py`).

    Streamlit's own is switched off (`client.disableDataExport`): it writes texts that a spreadsheet runs as formulas.

    Parameters
    ----------
    alt : str
        What the table shows; its words up to the first sign name the file, and with it the button: one of a name a page.
    """
    name = re.sub(r"\W+", "-", re.split(r"[,:;]", alt)[0].strip().lower())
    with st.container(key=f"table_{name}", width=options.get("width", "stretch")):
        drawn = st.dataframe(frame, alt=alt, **options)
        download_table("Download as CSV", lambda: frame, f"{name}.csv", f"icon_csv_{name}")
    return drawn
