"""The dev rows that an edit mends and breaks: how many, which, and the LFs whose votes did it."""

import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.cards import COLORS, badge, book_of, card, gold_badge, marked
from pages.shared.grid.table import draw_table
from pages.shared.selection import select_lf
from pages.shared.workbench import Workbench
from weakrec_core import ABSTAIN, LABEL_NAMES
from weakrec_core.charts.colors import ABSTAIN_COLOR
from weakrec_core.data.noun import counted
from weakrec_core.error_analysis.changes import BROKEN, MENDED, RowChanges
from weakrec_core.error_analysis.excerpts import marked_text

_SHOWN = 200
_ALL = "Any LF"
_SAID = {"POSITIVE": "POS", "NEGATIVE": "NEG", "ABSTAIN": "no vote"}
_HELP = (
    "Dev rows with gold whose decision by the label model changes. Mended: from wrong to right, from no vote to right, or from "
    "wrong to no vote. Broken: the other way. A row without a vote is not decided."
)


def counted_changes(changes: RowChanges) -> str:
    """How many rows are mended and broken."""
    return f"{counted(changes.count(MENDED), 'row')} mended, {changes.count(BROKEN):,} broken"


def changed_rows(wb: Workbench, changes: RowChanges, key: str) -> None:
    """Draw the rows as a table, the chosen one in full under it, with a way to each LF whose vote changed there."""
    if not len(changes.rows):
        st.caption("The label model decides no dev row otherwise.")
        return
    chosen = st.segmented_control(
        "Rows",
        [MENDED, BROKEN],
        default=MENDED if changes.count(MENDED) else BROKEN,
        key=f"change_{key}",
        required=True,
        format_func=lambda change: f"{change.capitalize()} {changes.count(change):,}",
        label_visibility="collapsed",
        help=_HELP,
    )
    table = changes.table
    by_lf = changes.by_lf.set_index("name")
    if len(by_lf) > 1:
        lf = st.selectbox(
            "Vote changed",
            [_ALL, *by_lf.index],
            format_func=lambda name: (
                name if name == _ALL else f"{name}: {by_lf.loc[name, MENDED]} mended, {by_lf.loc[name, BROKEN]} broken"
            ),
            key=f"change_lf_{key}",
        )
        if lf != _ALL:
            table = table[[lf in lfs for lfs in table["lfs"]]]
    table = table[table["change"] == chosen].reset_index(drop=True)
    if table.empty:
        st.caption(f"No row is {chosen}.")
        return
    opened = _table(wb, table[:_SHOWN], key)
    if len(table) > _SHOWN:
        st.caption(f"The {_SHOWN} of {len(table):,} whose probability changes most.")
    _opened(wb, changes, opened)


def _table(wb: Workbench, table: pd.DataFrame, key: str) -> int:
    """Returns the position in dev of the chosen row."""
    books = wb.dataset.split("dev")["book_idx"].to_numpy()[table["row"]]
    shown = pd.DataFrame(
        {
            "Title": wb.dataset.books["title"].to_numpy()[books],
            "Gold": table["gold"].map(_SAID),
            "Said": [f"{_SAID[a]} → {_SAID[b]}" for a, b in zip(table["before"], table["after"], strict=True)],
            "LF": [", ".join(lfs) or fmt.NONE for lfs in table["lfs"]],
        }
    )
    event = draw_table(
        shown,
        key=f"changed_rows_{key}_{abs(hash(tuple(table['row'])))}",
        hide_index=True,
        height="content" if len(shown) <= 6 else 250,
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [0], "columns": []}},
        column_config={
            "Title": st.column_config.TextColumn(width=130),
            "Gold": st.column_config.TextColumn(width=46),
            "Said": st.column_config.TextColumn(width=108, help="By the label model, before → after"),
            "LF": st.column_config.TextColumn(
                help="Whose vote changed on the row; – where the same votes weigh otherwise"
            ),
        },
        alt="Dev rows that the label model decides otherwise, before and after",
    )
    rows = event.selection.rows
    return int(table["row"].iloc[rows[0] if rows else 0])


def _opened(wb: Workbench, changes: RowChanges, row: int) -> None:
    record = wb.dataset.split("dev").iloc[row]
    badges = gold_badge(record)
    for when, decided in (("was", changes.was), ("now", changes.now)):
        said = int(decided.said[row])
        text = f"{LABEL_NAMES[said]}, p {decided.p_positive[row]:.2f}" if said != ABSTAIN else "no vote"
        badges += badge(f"{when} {text}", COLORS[said] if said != ABSTAIN else ABSTAIN_COLOR)
    text, body = record["review_text"], "<i>no review</i>"
    if isinstance(text, str):
        votes = [(lf, int(changes.after.applier.votes(lf, "dev")[row])) for lf in changes.after.active]
        body = marked(marked_text([(lf, vote) for lf, vote in votes if vote != ABSTAIN], text))
    st.html(
        card(*book_of(wb, record["book_idx"]), badges, f"<div style='max-height:12rem;overflow-y:auto'>{body}</div>")
    )
    votes_changed = changes.votes(row)
    if not votes_changed:
        st.caption("No vote changed here: the label model weighs the same votes otherwise.")
    for vote in votes_changed:
        there = any(lf.name == vote.lf for lf in wb.draft.lf_set.lfs)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if st.button(
                vote.lf,
                icon=":material/arrow_forward:",
                key=f"to_lf_{vote.lf}",
                type="tertiary",
                disabled=not there,
                help="Select this LF" if there else "This LF is not in the draft",
            ):
                select_lf(vote.lf)
                st.rerun()
            st.caption(f"{vote.before} → {vote.after}", width="content")
