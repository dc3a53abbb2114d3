"""The labels as files."""

import streamlit as st

from pages.shared.downloads import download_table
from pages.shared.workbench import Workbench
from weakrec_core.engine.sampled_train import BY_PARTS, sampled
from weakrec_core.label_model.label_train import TrainLabels
from weakrec_core.label_model.training_frame import training_frame


def export_labels(wb: Workbench, step: TrainLabels) -> None:
    """P(POSITIVE) of every train row, and what can be trained on with the cut-off chosen above."""
    if sampled(step.applied) is not None:
        st.caption(f"Labels of so many rows are not made in a page: {BY_PARTS} writes them, a row group at a time.")
        return
    cut = float(st.session_state.get("min_confidence", 0.5))
    named = f"{wb.dataset.name}-{wb.draft.lf_set.name}"
    with st.container(horizontal=True):
        help_text = "One row a train row: user_id, book_id, p_positive, covered"
        download_table(
            "Labels (Parquet)", lambda: step.probabilities, f"{named}-labels.parquet", "labels_parquet", help_text
        )
        download_table("Labels (CSV)", lambda: step.probabilities, f"{named}-labels.csv", "labels_csv", help_text)
        download_table(
            "Training table (Parquet)",
            lambda: training_frame(step, cut),
            f"{named}-training.parquet",
            "labels_training",
            "For scikit-learn or Keras: the rows kept, with review, signals, label and sample_weight, and dev with its gold",
        )
