"""How a run learned, and how far its probabilities can be believed."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.results.result_tables import scores_of
from weakrec_core.charts.results import reliability_bars, valid_curves
from weakrec_core.charts.training import learning_curves
from weakrec_core.data.noun import counted
from weakrec_core.runs.learning import best_epoch, how_it_went, what_the_losses_are
from weakrec_core.runs.scores import calibration_error
from weakrec_core.runs.store import Run


def show_curves(run: Run, result: dict[str, Any]) -> None:
    """Loss and metrics by epoch, and calibration on test."""
    records = run.epochs
    epochs = pd.DataFrame(records)
    labels, training = result["labels"]["train"], result["training"]
    left, middle, last = st.columns(3, gap="medium")
    with left:
        st.markdown("**Loss by epoch**")
        if len(epochs):
            chart = learning_curves(epochs, f"Loss of run {run.id} by epoch", best_epoch(records))
            st.altair_chart(chart, key="loss_chart")
        st.caption(
            f"Labels of {labels['covered']:,} of {labels['rows']:,} train rows; {counted(training['epochs_run'], 'epoch')} in "
            f"{training['seconds']:.0f} s. {how_it_went(run, records)} {what_the_losses_are(run)}"
        )
    with middle:
        st.markdown("**Metrics on valid by epoch**")
        if len(epochs) and (chart := valid_curves(epochs, f"Valid metrics of run {run.id} by epoch")):
            st.altair_chart(chart, key="valid_chart")
    with last:
        st.markdown("**Calibration of P(POSITIVE) on test**")
        _, bins = scores_of(run)
        if bins is None:
            st.caption("The predictions of this run on test were not kept: train it anew.")
        else:
            chart = reliability_bars(bins, "Observed share of POSITIVE by predicted probability on test")
            st.altair_chart(chart, key="reliability_chart")
            st.caption(
                f"On the dashed line, of the rows given 70 %, 70 % are POSITIVE. Mean distance {calibration_error(bins):.3f}."
            )
