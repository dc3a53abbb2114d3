"""The posterior on train, and what a confidence cut-off would keep."""

import numpy as np
import streamlit as st

from pages.shared import fmt
from weakrec_core.charts.label_model import posterior_histogram
from weakrec_core.engine.sampled_train import is_estimated
from weakrec_core.label_model.comparing import Comparison
from weakrec_core.label_model.label_train import TrainLabels
from weakrec_core.stats.probability_metrics import metrics_against


def confidence(step: TrainLabels, comparison: Comparison) -> None:
    """The posterior on train, and what a confidence cut-off would keep."""
    st.header("P(POSITIVE) on train", anchor=False)
    said = step.train.covered
    p, rows = step.model.predict_proba(step.train.votes[said]), step.train.counts[said]
    st.altair_chart(posterior_histogram(p, rows, "Histogram of P(POSITIVE) over the train rows with a vote"))
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
    sure = np.maximum(p, 1 - p)
    kept = np.where(sure >= cut, rows, 0)
    n_kept, n = int(kept.sum()), step.train.n
    on_dev, measured = _measured(step, comparison, cut)
    with st.container(horizontal=True, gap="large"):
        of = "rows in a sample of train" if is_estimated(step.applied) else "train rows"
        of_all = f"of {n:,} {of}; {int(rows[p == 0.5].sum()):,} ties among those with a vote"
        st.metric("Rows kept", f"{n_kept:,} ({fmt.percent(n_kept / max(n, 1))})", help=of_all, width="content")
        st.metric(
            "Expected accuracy",
            fmt.number(float(sure @ kept) / n_kept if n_kept else None, 2),
            width="content",
            help="By the model's own probabilities",
        )
        st.metric(
            "Measured on dev",
            fmt.number(measured, 2),
            width="content",
            help=f"On {on_dev:,} held-out dev rows",
        )


def _measured(step: TrainLabels, comparison: Comparison, cut: float) -> tuple[int, float | None]:
    """How many dev rows with a vote are sure enough, and the accuracy there."""
    p = comparison.reports[step.model.kind].p_positive
    sure = comparison.covered & (comparison.gold >= 0) & (np.maximum(p, 1 - p) >= cut)
    return int(sure.sum()), metrics_against(comparison.gold[sure], p[sure])["accuracy"]
