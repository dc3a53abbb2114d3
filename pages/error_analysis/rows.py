"""The rows of a filter as a table with pages, and the opened row in full."""

import numpy as np
import pandas as pd
import streamlit as st

from pages.error_analysis.keyword_maker import keyword_maker
from pages.shared import fmt
from pages.shared.cards import COLORS, badge, book_of, card, gold_badge, marked
from pages.shared.workbench import Workbench
from weakrec_core import ABSTAIN, LABEL_NAMES
from weakrec_core.data.notes import NOTE_LENGTH, export_notes, remove_note, starred_rows, write_note
from weakrec_core.error_analysis.buckets import Buckets
from weakrec_core.error_analysis.excerpts import marked_text
from weakrec_core.tables import csv_text

_PAGE = 10
_SHOWN_BOOKS = 6
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
    key = f"rows_{page}_{st.session_state.get('filter_revision', 0)}"

    def open_row() -> None:
        chosen = st.session_state[key].selection.rows
        if chosen:
            st.query_params["row"] = str(shown[chosen[0]])

    st.dataframe(
        _table(wb, found, shown, notes),
        key=key,
        hide_index=True,
        height="content",
        on_select=open_row,
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [int(np.flatnonzero(shown == opened)[0])], "columns": []}},
        column_config={
            "★": st.column_config.TextColumn(width=30),
            "Title": st.column_config.TextColumn(width=170),
            "Gold": st.column_config.TextColumn(width=76),
            "p": st.column_config.TextColumn(width=46, alignment="right", help="P(POSITIVE) by the label model"),
            "Votes": st.column_config.TextColumn(width=64, help="LFs that vote POSITIVE (+) and NEGATIVE (−)"),
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


def opened_row(wb: Workbench, found: Buckets, row: int, notes: dict[int, str]) -> None:
    """One row in full: the review with the deciding words marked, the reader's history, votes, and a note."""
    record = wb.dataset.split("dev").iloc[row]
    votes = [(lf, int(v)) for lf, v in zip(found.applied.active, found.L[row], strict=True) if v != ABSTAIN]
    title, author = book_of(wb, record["book_idx"])
    badges = gold_badge(record)
    p_positive = found.p_positive[row]
    if not np.isnan(p_positive):
        says = f", says {LABEL_NAMES[found.said[row]]}" if found.said[row] >= 0 else ", no vote: the prior"
        badges += badge(f"p {p_positive:.2f}{says}", COLORS[int(found.said[row])])
    text = record["review_text"]
    body = marked(marked_text(votes, text)) if isinstance(text, str) else "<i>no review</i>"
    st.html(card(title, author, badges, f"<div style='max-height:22rem;overflow-y:auto'>{body}</div>"))
    if isinstance(text, str):
        keyword_maker(wb, row, int(found.gold[row]))
    _votes(found, row)
    _history(wb, record)
    _note(wb, row, record, notes)


def _votes(found: Buckets, row: int) -> None:
    moves = found.fitted.moves(row) if found.fitted is not None else np.full(found.L.shape[1], np.nan)
    voted = np.flatnonzero(found.L[row] != ABSTAIN)
    if not len(voted):
        st.caption("No LF votes on this row.")
        return
    order = voted[np.argsort(-np.abs(moves[voted]), kind="stable")]
    table = pd.DataFrame(
        {
            "LF": [found.applied.names[j] for j in order],
            "Vote": [LABEL_NAMES[found.L[row, j]] for j in order],
            "Moved log-odds": [fmt.signed(float(moves[j]), 2) for j in order],
        }
    )
    silent = found.L.shape[1] - len(voted)
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        column_config={
            "Vote": st.column_config.TextColumn(width=90),
            "Moved log-odds": st.column_config.TextColumn(
                width=120,
                alignment="right",
                help="Log-odds of POSITIVE by the label model, less those without this vote: above 0 it pulled to POSITIVE",
            ),
        },
        alt="Votes on this row",
    )
    if silent:
        st.caption(f"{silent} other LF{'s abstain' if silent > 1 else ' abstains'}.")


def _history(wb: Workbench, record: pd.Series) -> None:
    books = wb.dataset.histories.of(int(record["user_idx"]))
    others = books[books != record["book_idx"]]
    table = wb.dataset.books
    by_author = np.zeros(len(others), bool)
    author = table["first_author"].iloc[record["book_idx"]]
    if isinstance(author, str):
        by_author = (table["first_author"].iloc[others] == author).to_numpy(bool)
    first = np.concatenate([others[by_author], others[~by_author]])[:_SHOWN_BOOKS]
    titles = ", ".join(f"*{fmt.literal(t)}*" for t in table["title"].iloc[first])
    more = f" and {len(others) - len(first):,} more" if len(others) > len(first) else ""
    same = f", {by_author.sum()} by this author" if by_author.any() else ""
    st.caption(
        f"Reader {fmt.literal(record['user_id'])}: {wb.dataset.noun.counted(len(others)).replace(' ', ' other ', 1)}{same}. {titles}{more}"
    )


def _note(wb: Workbench, row: int, record: pd.Series, notes: dict[int, str]) -> None:
    ids = record["user_id"], record["book_id"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Note",
            notes.get(row, ""),
            key=f"note_{row}_{row in notes}",
            max_chars=NOTE_LENGTH,
            placeholder="What is wrong here?",
        )
        if st.button("Save note" if row in notes else "Star", icon=":material/star:", key="star"):
            write_note(wb.dataset, *ids, text.strip())
            st.rerun()
        if row in notes and st.button("Remove", icon=":material/delete:", key="unstar"):
            remove_note(wb.dataset, *ids)
            st.rerun()


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
