"""The rows of a filter as a table with pages."""

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.grid.row_box import row_box
from pages.shared.grid.table import draw_table
from pages.shared.workbench import Workbench
from weakrec_core import LABEL_NAMES
from weakrec_core.data.notes import export_notes, starred_rows
from weakrec_core.error_analysis.buckets import Buckets
from weakrec_core.tables import csv_text

_PAGE = 10
_START = 160  # characters of a review in the table


def rows_panel(wb: Workbench, found: Buckets, rows: np.ndarray, notes: dict[int, str]) -> int | None:
    """Draw the table of the page at hand; returns the opened row."""
    if not len(rows):
        st.info("No dev row meets these conditions: take one away.", icon=":material/filter_alt_off:")
        return None
    pages = -(-len(rows) // _PAGE)
    asked = st.query_params.get("row")
    at = np.flatnonzero(rows == int(asked)) if asked is not None and asked.isdecimal() else np.zeros(0, int)
    page = min(max(_number("rows_page", int(at[0]) // _PAGE + 1 if len(at) else 1), 1), pages)
    shown = rows[(page - 1) * _PAGE : page * _PAGE]
    opened = int(rows[at[0]]) if len(at) and rows[at[0]] in shown else int(shown[0])
    if asked is not None and asked != str(opened):
        st.info(
            f"Row {fmt.literal(asked)} is not among these rows (any more): the first one is open.",
            icon=":material/info:",
        )
    table = _table(wb, found, shown, notes)

    def open_row(chosen: list[int]) -> None:
        if chosen:
            st.query_params["row"] = str(shown[chosen[0]])

    chosen = row_box(
        f"rows_{page}_{st.session_state.get('filter_revision', 0)}",
        "Dev row",
        [f"{place}: {title}" for place, title in enumerate(table["Title"], 1)],
        [int(np.flatnonzero(shown == opened)[0])],
        choose=open_row,
    )
    draw_table(
        table,
        key=chosen.key,
        hide_index=True,
        height="content",
        on_select=lambda: open_row(st.session_state[chosen.key].selection.rows),
        selection_mode="single-row-required",
        selection_default=chosen.default,
        column_config={
            "★": st.column_config.TextColumn(width=30),
            "Title": st.column_config.TextColumn(width=170),
            "Gold": st.column_config.TextColumn(width=76),
            "p": st.column_config.TextColumn(width=46, alignment="right", help="P(POSITIVE) by the label model"),
            "Votes": st.column_config.TextColumn(width=64, help="LFs that vote POSITIVE (+) and NEGATIVE (−)"),
            "Review": st.column_config.TextColumn(width=220),
        },
        alt="Dev rows of the chosen bucket",
    )
    _pager(len(rows), page, pages)
    return opened


def _number(key: str, default: int) -> int:
    value = st.query_params.get(key, "")
    return int(value) if value.isdecimal() else default


def _pager(n: int, page: int, pages: int) -> None:
    def go(to: int) -> None:
        st.query_params["rows_page"] = str(to)
        st.query_params.pop("row", None)

    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(
            f"{(page - 1) * _PAGE + 1:,}–{min(page * _PAGE, n):,} of {n:,}, largest errors first", width="content"
        )
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
            for label, to in (("First", 1), ("Previous", page - 1), ("Next", page + 1), ("Last", pages)):
                st.button(
                    label,
                    key=f"{label.lower()}_page",
                    type="tertiary",
                    on_click=go,
                    args=(to,),
                    disabled=to == page or not 1 <= to <= pages,
                )


def _table(wb: Workbench, found: Buckets, shown: np.ndarray, notes: dict[int, str]) -> pd.DataFrame:
    records = wb.dataset.split("dev").iloc[shown]
    titles = wb.dataset.books["title"].iloc[records["book_idx"].to_numpy()]
    votes = [(found.n_positive[row], found.n_negative[row]) for row in shown]
    return pd.DataFrame(
        {
            "★": ["★" if row in notes else "" for row in shown],
            "Title": titles.to_numpy(),
            "Gold": [LABEL_NAMES[g] if g >= 0 else fmt.NONE for g in found.gold[shown]],
            "p": [fmt.number(p, 2) for p in found.p_positive[shown]],
            "Votes": [" ".join(f"{sign}{n}" for sign, n in zip("+−", v, strict=True) if n) or fmt.NONE for v in votes],
            "Review": [text[:_START] if isinstance(text, str) else fmt.NONE for text in records["review_text"]],
        }
    )


def notes_of(wb: Workbench) -> dict[int, str]:
    """Notes on dev rows by position."""
    return starred_rows(wb.dataset, "dev")


def export_button(wb: Workbench, notes: dict[int, str]) -> None:
    """Download all notes of the dataset."""
    if notes:
        st.download_button(
            f"Export {len(notes):,} starred",
            lambda: csv_text(export_notes(wb.dataset)).encode(),
            f"{wb.dataset.name}-notes.csv",
            "text/csv",
            icon=":material/download:",
            key="export_notes",
            type="tertiary",
            on_click="ignore",
        )
