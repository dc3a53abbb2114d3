"""All thresholds of the set searched together: what would move, what is expected of it, and one edit that does it."""

import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.grid.columns import right
from pages.shared.grid.table import draw_table
from pages.shared.workbench import Workbench
from weakrec_core.data.noun import counted
from weakrec_core.suggestions.tune_thresholds import Tuning, apply_tuning, tune_thresholds

_SEARCHED = "thresholds_searched"


def tuning_offer(wb: Workbench) -> None:
    """Draw the button, and what the search has found of the set as it is."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Search all thresholds together",
            icon=":material/tune:",
            key="search_thresholds",
            on_click=_search,
            args=(wb,),
        )
        st.caption("One after the other takes what lowers the cross-validated log loss, until none does.")
    if st.session_state.get(_SEARCHED) != wb.applied.key:
        return
    with st.spinner("Searching, with each fold of the users left out in turn …"):
        found = tune_thresholds(wb.applied)
    low, high = found.log_loss_interval
    expected = f"{fmt.signed(found.log_loss_change, 4)} [{fmt.signed(low, 4)}, {fmt.signed(high, 4)}]"
    if not found.helps:
        why = (
            f"the search is expected to change the log loss by {expected}"
            if found.moves
            else "they are where it puts them"
        )
        st.info(f"Nothing to gain from other thresholds: {why} on users not seen.", icon=":material/info:")
        return
    st.markdown(f"Expected on users not seen: log loss **{expected}**, the search repeated without each fold's gold.")
    _moves(found)
    label = f"Move {counted(len(found.moves), 'threshold')}"
    if st.button(label, type="primary", key="move_thresholds", on_click=_move, args=(wb, found)):
        st.rerun()


def _search(wb: Workbench) -> None:
    st.session_state[_SEARCHED] = wb.applied.key


def _move(wb: Workbench, found: Tuning) -> None:
    wb.edit(apply_tuning(wb.draft.lf_set, found).lfs)
    wb.refresh_widgets()
    st.toast(f"{counted(len(found.moves), 'threshold')} moved; Undo is at the top.", icon=":material/check:")


def _moves(found: Tuning) -> None:
    table = pd.DataFrame(
        {
            "LF": [m.lf_name for m in found.moves],
            "Threshold": [f"{m.op} {m.before:g}" for m in found.moves],
            "Then": [f"{m.op} {m.after:g}" for m in found.moves],
        }
    )
    draw_table(
        table,
        hide_index=True,
        height="content",
        column_config={"Threshold": right(110), "Then": right(110)},
        alt="Thresholds that would move",
    )
