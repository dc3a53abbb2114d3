"""The posterior on train, and what a confidence cut-off would keep."""

import numpy as np
import streamlit as st

from pages.shared import fmt
from weakrec_core.charts.label_model import posterior_histogram
from weakrec_core.label_model.comparing import Comparison
from weakrec_core.label_model.label_train import TrainLabels
from weakrec_core.stats.probability_metrics import metrics_against


def confidence(step: TrainLabels, comparison: Comparison) -> None:
    """The posterior on train, and what a confidence cut-off would keep."""
    st.header("P(POSITIVE) on train", anchor=False)
    st.altair_chart(
        posterior_histogram(step.p_positive[step.covered], "Histogram of P(POSITIVE) over the train rows with a vote")
    )
    cut = st.slider(
        "Train only on rows at least this sure",
        0.5,
        0.99,
        0.5,
        step=0.01,
        key="min_confidence",
        persist_state="session",
        help="Of the likelier label; 0.50 keeps every row with a vote. Training uses this cut-off.",
    )
    kept = step.kept(cut)
    sure = np.maximum(step.p_positive[kept], 1 - step.p_positive[kept])
    p = comparison.reports[step.model.kind].p_positive
    on_dev = comparison.covered & (comparison.gold >= 0) & (np.maximum(p, 1 - p) >= cut)
    gold = comparison.gold[on_dev]
    measured = metrics_against(gold, p[on_dev])["accuracy"]
    with st.container(horizontal=True, gap="large"):
        of_all = f"of {len(kept):,} train rows; {int((step.p_positive[step.covered] == 0.5).sum()):,} ties among those with a vote"
        st.metric("Rows kept", f"{int(kept.sum()):,} ({fmt.percent(float(kept.mean()))})", help=of_all, width="content")
        st.metric(
            "Expected accuracy",
            fmt.number(float(sure.mean()) if len(sure) else None, 2),
            width="content",
            help="By the model's own probabilities",
        )
        st.metric(
            "Measured on dev",
            fmt.number(measured, 2),
            width="content",
            help=f"On {int(on_dev.sum()):,} held-out dev rows",
        )
