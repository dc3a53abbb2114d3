"""Suggested edits for the rows at hand, added with one click and undone in the bar on top."""

import numpy as np
import streamlit as st

from pages.shared import fmt
from pages.shared.errors import errors_shown
from pages.shared.selection import select_lf
from pages.shared.suggested import VERBS, condition
from pages.shared.workbench import Workbench
from weakrec_core.suggestions.relevance import Relevant, is_open, relevant
from weakrec_core.suggestions.suggest import Suggestion, apply_suggestions, suggest

_SHOWN = 8
_WIDTHS = [2.7, 1.5, 3.3, 0.8]


def suggestions_panel(wb: Workbench, rows: np.ndarray, opened: int | None) -> None:
    """Draw the panel."""
    st.subheader("Suggested edits for these rows", anchor=False)
    kept: tuple[object, list[Suggestion]] | None = st.session_state.get("error_suggestions")
    if kept is None or kept[0] != wb.dataset.fingerprint:
        st.caption(
            "Keywords, phrases and thresholds found on dev and in the uncovered reviews of train, each checked on users left out. "
            "Reading them takes a few seconds."
        )
        if st.button("Suggest edits", icon=":material/lightbulb:", key="suggest_here", type="primary"):
            _compute(wb)
        return
    offered = [s for s in kept[1] if is_open(wb.draft.lf_set, s)]
    found = [one for one in relevant(wb.applied, offered, rows) if one.helped >= one.harmed]
    if opened is not None:
        found.sort(key=lambda one: opened not in one.rows)
    if not found:
        st.caption("None of the suggestions helps these rows.")
    for i, one in enumerate(found[:_SHOWN]):
        _line(wb, i, one, opened)
    if st.button(
        "Suggest anew", icon=":material/refresh:", key="suggest_anew", type="tertiary", help="For the set as it is now"
    ):
        _compute(wb)


def _compute(wb: Workbench) -> None:
    with errors_shown(), st.spinner("Reading the reviews …"):
        st.session_state["error_suggestions"] = (wb.dataset.fingerprint, suggest(wb.applied))
        st.rerun()


def _line(wb: Workbench, i: int, one: Relevant, opened: int | None) -> None:
    s = one.suggestion
    color = "primary" if s.label == "POSITIVE" else "orange"
    known = s.ci_low is not None and s.ci_high is not None
    columns = st.columns(_WIDTHS, vertical_alignment="center")
    mark = " :gray-badge[in this review]" if opened in one.rows else ""
    columns[0].markdown(f"{VERBS[s.action]} **{fmt.literal(condition(s))}** :{color}-badge[{s.label}]{mark}")
    columns[1].caption(
        f"helps {one.helped:,}, harms {one.harmed:,} here",
        help="Rows in the list with gold on which it speaks for the gold label, or against it",
    )
    right = f"{s.correct:,} of {s.hits:,} right on dev [{s.ci_low:.2f}, {s.ci_high:.2f}]" if known else "not on dev"
    change = f"coverage {100 * s.coverage_change:+.2f} % · log loss {fmt.signed(s.log_loss_change, 4)}"
    columns[2].caption(f"{right} · {change}", help="Expected on users not seen, by cross-validation over users")
    columns[3].button(
        "Add" if s.action != "drop_keyword" else "Drop", key=f"add_suggestion_{i}", on_click=_add, args=(wb, s)
    )


def _add(wb: Workbench, s: Suggestion) -> None:
    before = {lf.name: lf for lf in wb.draft.lf_set.lfs}
    wb.edit(apply_suggestions(wb.draft.lf_set, [s]).lfs)
    wb.refresh_widgets()
    changed = next((lf.name for lf in wb.draft.lf_set.lfs if before.get(lf.name) != lf), s.lf_name)
    select_lf(changed)
    st.toast(f"{changed} changed; Undo is at the top.", icon=":material/check:")
