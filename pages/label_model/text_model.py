"""The text model on dev, measured on demand."""

import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.grid.table import draw_table
from pages.shared.workbench import Workbench
from weakrec_core.engine.sampled_train import sampled
from weakrec_core.label_model.fitting import label_model_title
from weakrec_core.label_model.label_train import TrainLabels
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.label_model.text_labels import compare_with_text, label_train_with_text, telling_table


def text_model(wb: Workbench, step: TrainLabels, prior: float | None, config: SnorkelConfig) -> None:
    """The text model on dev, on demand: it takes some seconds."""
    st.header("Text model for reviews without a vote", anchor=False)
    reviewed = wb.applier.dataset.column("train", "review_text").notna().to_numpy()
    of = " in a sample of train" if sampled(step.applied) is not None else ""
    st.markdown(
        f"A logistic regression on the words of the reviews, trained on these labels and dev's gold, would also label the "
        f"**{int((reviewed & ~step.covered).sum()):,}** reviewed train rows{of} that no LF votes on. Training uses it where it helps."
    )
    wanted = (step.applied.key, step.model.kind, prior, config)
    if st.button("Measure it on dev", icon=":material/science:", key="measure_text"):
        st.session_state["text_measured"] = wanted
    if st.session_state.get("text_measured") != wanted:
        return
    with st.spinner("Training the text model …"):
        found = compare_with_text(step.applied, step.model.kind, prior, config)
        text = label_train_with_text(step.applied, step.model.kind, prior, config).text
    name = label_model_title(step.model.kind)
    columns = {"auc": "AUC", "log_loss": "Log loss", "accuracy": "Accuracy", "brier": "Brier"}
    rows = [
        {"Reviewed dev rows, held-out users": label} | {title: fmt.number(metrics[m]) for m, title in columns.items()}
        for label, metrics in ((f"{name} alone", found.alone), (f"{name} and the text model", found.with_text))
    ]
    left, right = st.columns([1.4, 1], gap="large")
    right_aligned = {title: st.column_config.TextColumn(alignment="right") for title in columns.values()}
    with left:
        draw_table(
            pd.DataFrame(rows),
            hide_index=True,
            column_config=right_aligned,
            alt="Text model against the label model on dev",
        )
        st.markdown("It helps: training uses it." if found.helps else "It does not help here: training leaves it out.")
    with right:
        st.markdown("**Its most telling words**")
        if text is not None:
            draw_table(telling_table(text), hide_index=True, height=240, alt="Most telling words of the text model")
