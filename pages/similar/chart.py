"""Histogram and sweep of the similarity to examples; a click gives a threshold."""

import streamlit as st

from pages.shared.workbench import Workbench, is_dark
from weakrec_core.charts.threshold import threshold_histogram, threshold_sweep
from weakrec_core.labeling.kinds import SimilarLF
from weakrec_core.labeling.sweep import sweep_lf


def similarity_chart(wb: Workbench, lf: SimilarLF, key: str) -> float | None:
    """Draw both over one x axis; returns the threshold that was clicked on."""
    values, gold = lf.measured(wb.applier.columns["dev"]), wb.dataset.gold("dev")
    found = sweep_lf(lf, values, gold)
    if found.shown is None or found.table.empty:
        st.info("No dev row with gold has a review.", icon=":material/info:")
        return None
    st.vega_lite_chart(
        threshold_histogram(
            found.bins,
            found.shown,
            lf.bounds,
            lf.fired,
            "Histogram of the similarity on dev by gold label, the threshold as a line",
            is_dark(),
        )
    )
    event = st.vega_lite_chart(
        threshold_sweep(
            found.table,
            found.shown,
            lf.bounds,
            found.base_rate,
            lf.measure,
            "Precision with its 95 % interval at every threshold on the similarity",
            is_dark(),
        ),
        key=f"{key}_{lf.label}_{lf.vectors}_{lf.threshold}",
        on_select="rerun",
        selection_mode=["pick"],
    )
    picked = event["selection"].get("pick") or []
    return float(picked[0]["threshold"]) if picked else None
