"""How pairs of LFs vote."""

import streamlit as st

from pages.shared import fmt
from pages.shared.workbench import Workbench, is_dark
from weakrec_core.charts.error_analysis import pair_heat_map
from weakrec_core.error_analysis.buckets import Buckets
from weakrec_core.error_analysis.pairs import pair_table
from weakrec_core.labeling.dependence import dependent_pairs

_PAIR_FIELDS = {
    "Overlap": ("overlap", "Share of dev rows on which both vote"),
    "Conflict": ("conflict", "Share of dev rows on which both vote, and differently"),
    "Beyond chance": (
        "beyond_chance",
        "Cohen's kappa on the rows where both vote: 1 = always alike, 0 = as at random. Empty where both vote one label throughout",
    ),
    "Dependence": (
        "correlation",
        "Correlation of voting on a row at all, within the classes of gold: Snorkel's LabelModel takes it to be 0",
    ),
}


def pairs_view(wb: Workbench, found: Buckets) -> None:
    """How pairs of LFs vote."""
    names = found.applied.names
    if len(names) < 2:
        st.info("Pairs need two LFs that are on.", icon=":material/info:")
        return
    patterns = found.applied.patterns("dev")
    left, right = st.columns([1.7, 1], gap="large")
    with left:
        chosen = st.segmented_control(
            "What", list(_PAIR_FIELDS), default="Overlap", key="pair_field", required=True, label_visibility="collapsed"
        )
        field, meaning = _PAIR_FIELDS[chosen or "Overlap"]
        st.caption(meaning)
        chart = pair_heat_map(
            pair_table(patterns, names), names, field, f"{chosen} of every pair of LFs on dev", is_dark()
        )
        st.altair_chart(chart)
    with right:
        st.markdown("**Not independent given the class**")
        if not patterns.gold_counts.any():
            st.caption("It takes dev rows with gold to tell.")
            return
        pairs = dependent_pairs(patterns, names)
        if not pairs:
            st.success("No pair votes together beyond what gold explains.", icon=":material/check:")
            return
        st.caption(
            "These vote on the same rows beyond what the class explains. Snorkel's LabelModel counts them as separate "
            "evidence; merge them, drop one, or use Dev-calibrated, which shares the credit."
        )
        for a, b, correlation in pairs:
            st.markdown(f"- **{fmt.literal(a)}** and **{fmt.literal(b)}**: {correlation:+.2f}")
