"""Suggested edits: keywords and thresholds to add, keywords to drop, added with a click and undone with another."""

import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.errors import errors_shown
from pages.shared.selection import select_lf
from pages.shared.suggested import VERBS, condition
from pages.shared.workbench import Workbench
from weakrec_core.errors import WeakrecError
from weakrec_core.suggestions.suggest import Suggestion, apply_suggestions, suggest

_SHOWN = 50


def suggest_button(wb: Workbench) -> None:
    """Open the suggestions."""
    if st.button("Suggest", icon=":material/lightbulb:", key="suggest", width="content"):
        _suggestions(wb)


@st.dialog("Suggestions", width="large")
@errors_shown()
def _suggestions(wb: Workbench) -> None:
    try:
        with st.spinner("Reading the reviews …"):
            found = suggest(wb.applied)[:_SHOWN]
    except WeakrecError as e:
        st.error(str(e), icon=":material/error:")
        return
    if not found:
        st.info("The reviews and signals offer nothing that would help this set.", icon=":material/info:")
        return
    st.markdown(
        "Best first, each net of what the set and the suggestions before it cover. The changes are those expected on users not "
        "seen: log loss of the label model, cross-validated with the choice of the suggestions inside; below 0 is better."
    )
    event = st.dataframe(
        pd.DataFrame([_row(s) for s in found]),
        key="suggestions",
        hide_index=True,
        height=380,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "Edit": st.column_config.TextColumn(width=330),
            "Votes": st.column_config.TextColumn(width=76),
            "Right on dev": st.column_config.TextColumn(width=150, alignment="right"),
            "Lift": st.column_config.TextColumn(width=60, alignment="right"),
            "Coverage": st.column_config.TextColumn(width=84, alignment="right"),
            "Log loss": st.column_config.TextColumn(width=84, alignment="right"),
        },
    )
    chosen = [found[i] for i in sorted(event.selection.rows)]
    label = f"Add {len(chosen)} selected" if chosen else "Select rows to add"
    if st.button(label, type="primary", key="add_suggestions", disabled=not chosen):
        before = {lf.name for lf in wb.draft.lf_set.lfs}
        wb.edit(apply_suggestions(wb.draft.lf_set, chosen).lfs)
        wb.refresh_widgets()
        select_lf(next((lf.name for lf in wb.draft.lf_set.lfs if lf.name not in before), chosen[0].lf_name))
        st.rerun()


def _row(s: Suggestion) -> dict[str, str]:
    known = s.ci_low is not None and s.ci_high is not None and s.hits
    return {
        "Edit": f"{VERBS[s.action]} {condition(s)}",
        "Votes": s.label,
        "Right on dev": f"{s.correct:,} of {s.hits:,} [{s.ci_low:.2f}, {s.ci_high:.2f}]" if known else fmt.NONE,
        "Lift": fmt.signed(s.lift, 2),
        "Coverage": f"{100 * s.coverage_change:+.2f} %",
        "Log loss": fmt.signed(s.log_loss_change, 4),
    }
