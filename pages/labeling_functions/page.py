"""Labeling functions: the table, the editor of the selected LF, and the rows it decides."""

import pandas as pd
import streamlit as st

from pages.labeling_functions.editors.by_kind import lf_editor
from pages.labeling_functions.history import history_button
from pages.labeling_functions.improve import improve_button
from pages.labeling_functions.lf_actions import add_button, export_button, more_button
from pages.labeling_functions.lf_table import lf_table
from pages.labeling_functions.listing import listing_button
from pages.labeling_functions.notes import notes_button, show_notes
from pages.labeling_functions.redraw import PAGE, redraw_page
from pages.labeling_functions.rows import rows_panel
from pages.labeling_functions.suggestions import suggest_button
from pages.prompt.drafting import draft_box
from pages.shared import fmt
from pages.shared.bar.set_bar import set_bar
from pages.shared.errors import errors_shown, sentence
from pages.shared.grid.table import draw_table
from pages.shared.help import help_link
from pages.shared.workbench import Workbench, opened, why_not_kept
from pages.similar.draft import similar_draft
from weakrec_core.labeling.base import LF
from weakrec_core.labeling.python_votes import StillRunning
from weakrec_core.signals import signals_of


@st.fragment
@errors_shown()
def heading(wb: Workbench) -> None:
    """What the table is about, and its buttons."""
    gold = wb.dataset.gold("dev")
    base = (gold == 1).sum() / max((gold >= 0).sum(), 1)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(
            f"LF analysis on dev :gray[:small[{len(gold):,} rows · base rate POSITIVE {base:.2f}]]",
            anchor=False,
            width="stretch",
        )
        st.segmented_control(
            "Show",
            ["Values", _DIFFERENCES],
            default="Values",
            key="table_view",
            required=True,
            label_visibility="collapsed",
            help=f"Differences to the saved v{wb.draft.base.number}",
            width="content",
            on_change=redraw_page,
        )
        listing_button(wb)
        add_button(wb)
        suggest_button(wb)
        signals_button(wb)
        history_button(wb)
        export_button(wb)


def signals_button(wb: Workbench) -> None:
    """Open the list of what there is to put a threshold on."""
    if st.button("Signals", icon=":material/function:", key="signals", width="content"):
        _signals(wb)


@st.dialog("Signals", width="large")
@errors_shown()
def _signals(wb: Workbench) -> None:
    signals = [signal.told(wb.dataset.noun) for signal in signals_of(wb.dataset).values()]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("What a threshold can be put on:", width="content")
        help_link("lf-reference", "All kinds of labeling functions")
    draw_table(
        pd.DataFrame([(s.name, s.meaning, s.unit, s.nan) for s in signals], columns=list(_SIGNAL_COLUMNS)),
        hide_index=True,
        height="content",
        column_config={c: st.column_config.Column(width=w) for c, w in _SIGNAL_COLUMNS.items()},
        alt="Signals that a threshold can be put on",
    )


_DIFFERENCES = "Differences"
_SIGNAL_COLUMNS = {"Signal": 160, "Meaning": 480, "Unit": 155, "Not known where": 280}  # px


@st.fragment
@errors_shown()
def lf_heading(wb: Workbench, lf: LF) -> None:
    """The name of the selected LF, and what is done to it as a whole."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(f"{fmt.literal(lf.name)} :gray-badge[{lf.kind}]", anchor=False, width="stretch")
        st.toggle(
            "On",
            lf.enabled,
            key=f"enabled_{lf.name}_{wb.revision}",
            help="An LF that is off stays in the set and does not vote",
            on_change=_switch,
            args=(wb, lf),
        )
        improve_button(wb, lf)
        notes_button(wb, lf)
        more_button(wb, lf)


def _switch(wb: Workbench, lf: LF) -> None:
    wb.replace(lf.name, lf.model_copy(update={"enabled": not lf.enabled}))
    redraw_page()


def editor(wb: Workbench, lf: LF) -> None:
    """The editor of one LF."""
    lf_heading(wb, lf)
    show_notes(lf)
    problem = wb.applier.problem(lf)
    if isinstance(problem, StillRunning):
        still_running(str(problem))
    elif problem is not None:
        st.error(f"{sentence(problem)} The other LFs go on without it.", icon=":material/error:")
    lf_editor(wb, lf)


def still_running(message: str) -> None:
    """Say that votes are on their way; a click looks again."""
    st.info(fmt.literal(message), icon=":material/hourglass_top:")
    if st.button("Look again", icon=":material/refresh:"):
        st.rerun()


@st.fragment(key=PAGE)
def working_area(wb: Workbench) -> None:
    """All that an edit changes, so that an edit reruns no more than this."""
    with errors_shown():
        _draw(wb)
    why_not_kept()  # once the run ends, the edit that began it is on the disk


def _draw(wb: Workbench) -> None:
    set_bar(wb, "Labeling functions", editing=True)
    heading(wb)
    draft_box(wb)
    selected = lf_table(wb, differences=st.session_state["table_view"] == _DIFFERENCES)
    lf = next((lf for lf in wb.draft.lf_set.lfs if lf.name == selected), None)
    if lf is None:
        return
    left, right = st.columns([1.45, 1], gap="large")
    with left:
        draft = st.container()
        editor(wb, lf)
    with right:
        if wb.applier.problem(lf) is None:
            rows_panel(wb, lf)
    with draft:  # what a button among the rows has started
        similar_draft(wb)


working_area(opened())
