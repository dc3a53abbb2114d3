"""The opened row in full: its review with the deciding words marked, the votes, the reader's history, and a note."""

import numpy as np
import pandas as pd
import streamlit as st

from pages.error_analysis.keyword_maker import keyword_maker
from pages.people.write_button import write_button
from pages.shared import fmt
from pages.shared.cards import COLORS, badge, book_of, card, gold_badge, marked
from pages.shared.grid.table import draw_table
from pages.shared.workbench import Workbench
from weakrec_core import ABSTAIN, LABEL_NAMES
from weakrec_core.data.notes import NOTE_LENGTH, remove_note, write_note
from weakrec_core.error_analysis.buckets import Buckets
from weakrec_core.error_analysis.excerpts import marked_text

_SHOWN_BOOKS = 6


def opened_row(wb: Workbench, found: Buckets, row: int, notes: dict[int, str]) -> None:
    """One row, with all that can be done about it."""
    record = wb.dataset.split("dev").iloc[row]
    review_card(wb, found, row)
    if isinstance(record["review_text"], str):
        keyword_maker(wb, row, int(found.gold[row]))
    votes_table(found, row)
    reader_history(wb, record)
    _note(wb, row, record, notes)


def review_card(wb: Workbench, found: Buckets, row: int) -> None:
    """The review with the words that decided a vote marked, under the title, gold and P(POSITIVE)."""
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


def votes_table(found: Buckets, row: int) -> None:
    """The votes on a row, and how far each moved the label model."""
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
    draw_table(
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


def reader_history(wb: Workbench, record: pd.Series) -> None:
    """What else the reader of a row has, the same author's first."""
    books = wb.dataset.histories_of(np.array([record["user_idx"]])).indices
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
        if write_button("Save note" if row in notes else "Star", icon=":material/star:", key="star"):
            write_note(wb.dataset, *ids, text.strip())
            st.rerun()
        if row in notes and write_button("Remove", icon=":material/delete:", key="unstar"):
            remove_note(wb.dataset, *ids)
            st.rerun()
