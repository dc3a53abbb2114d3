"""Error analysis: which rows go wrong, why, and which edit would help."""

import streamlit as st

from pages.error_analysis.clusters.view import clusters_view
from pages.error_analysis.filters import active_conditions, current_filter, filter_panel
from pages.error_analysis.near_threshold import thresholds_view
from pages.error_analysis.opened_row import opened_row
from pages.error_analysis.pairs import pairs_view
from pages.error_analysis.rows import export_button, notes_of, rows_panel
from pages.error_analysis.slices import slices_view
from pages.error_analysis.suggestions import suggestions_panel
from pages.error_analysis.triage.view import triage_view
from pages.shared.bar.set_bar import set_bar
from pages.shared.workbench import Workbench, opened
from pages.similar.draft import similar_button, similar_draft
from weakrec_core.error_analysis.buckets import Buckets, buckets

_VIEWS = ("Rows", "Triage", "Groups", "Slices", "Pairs", "Thresholds")


def rows_view(wb: Workbench, found: Buckets) -> None:
    """Buckets on the left, rows on the right, suggestions under both."""
    left, right = st.columns([1, 1.9], gap="large")
    now = current_filter()
    notes = notes_of(wb)
    with left:
        filter_panel(wb, found, now)
    with right:
        rows = found.rows(now, notes.keys())
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.header(f"{len(rows):,} dev rows", anchor=False, width="content")
            export_button(wb, notes)
        active_conditions(wb, now)
        opened = rows_panel(wb, found, rows, notes)
        if opened is not None:
            opened_row(wb, found, opened, notes)
            if isinstance(wb.dataset.split("dev")["review_text"].iloc[opened], str):
                similar_button(wb, [opened], "more_like_this")
        similar_draft(wb)
    suggestions_panel(wb, rows, opened)


wb = opened()
set_bar(wb, "Error analysis")
if not wb.applied.active:
    st.stop()
view = st.segmented_control(
    "View",
    _VIEWS,
    default="Rows",
    key="error_view",
    bind="query-params",
    required=True,
    label_visibility="collapsed",
)
found = buckets(wb.applied)
views = {
    "Triage": triage_view,
    "Groups": clusters_view,
    "Slices": slices_view,
    "Pairs": pairs_view,
    "Thresholds": thresholds_view,
}
views.get(view or "Rows", rows_view)(wb, found)
