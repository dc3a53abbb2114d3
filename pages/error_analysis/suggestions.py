"""Suggested edits for the rows at hand, added with one click and undone in the bar on top."""

import numpy as np
import streamlit as st

from pages.prompt.drafting import draft_box, draft_button
from pages.shared.errors import errors_shown
from pages.shared.suggestions import suggestions_table
from pages.shared.workbench import Workbench
from weakrec_core.suggestions.relevance import is_open, relevant
from weakrec_core.suggestions.suggest import Suggestion, suggest

_SHOWN = 50


def suggestions_panel(wb: Workbench, rows: np.ndarray, opened: int | None) -> None:
    """Draw the panel."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("Suggested edits for these rows", anchor=False, width="stretch")
        draft_button(wb, rows, "draft_from_rows")
    draft_box(wb)
    kept: tuple[object, list[Suggestion]] | None = st.session_state.get("error_suggestions")
    if kept is None or kept[0] != wb.dataset.fingerprint:
        st.caption(
            "Keywords, phrases and thresholds found on dev and in the uncovered reviews of train, each checked on users left out. "
            "Reading them takes a few seconds."
        )
        if st.button("Suggest", icon=":material/lightbulb:", key="suggest_here", type="primary"):
            _compute(wb)
        return
    offered = [s for s in kept[1] if is_open(wb.draft.lf_set, s)]
    found = relevant(wb.applied, offered, rows, opened)[:_SHOWN]
    if found:
        first = (
            "" if opened is None else "those for the open review first, what speaks against its gold left out; then "
        )
        st.caption(f"What helps these rows: {first}by the gain here.")
        suggestions_table(wb, [one.suggestion for one in found], found, opened)
    else:
        st.info("None of the suggestions helps these rows.", icon=":material/info:")
    if st.button(
        "Suggest anew", icon=":material/refresh:", key="suggest_anew", type="tertiary", help="For the set as it is now"
    ):
        _compute(wb)


def _compute(wb: Workbench) -> None:
    with errors_shown(), st.spinner("Reading the reviews …"):
        st.session_state["error_suggestions"] = (wb.dataset.fingerprint, suggest(wb.applied))
        st.rerun()
