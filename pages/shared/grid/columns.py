"""Columns of figures."""

from typing import Any

import streamlit as st

from weakrec_core.runs.result_tables import meaning


def right(width: int | None = None, help_text: str | None = None) -> Any:
    """Figures as texts, one under the other."""
    return st.column_config.TextColumn(alignment="right", width=width, help=help_text)


def metric(title: str, width: int | None = None) -> Any:
    """A column of a metric's figures, which says what the metric is."""
    return right(width, meaning(title))
