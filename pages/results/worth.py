"""What a run's LFs are worth in gold labels: measured in the background, shown as a curve and a sentence."""

import pandas as pd
import streamlit as st

from pages.people.write_button import write_button
from pages.shared import fmt
from pages.shared.errors import errors_shown, sentence
from pages.shared.grid.table import draw_table
from pages.shared.running.job_progress import job_progress
from weakrec_core.charts.worth import gold_learning_curve
from weakrec_core.runs.store import Run
from weakrec_core.runs.worth import read_worth, start_worth, worth_job


def show_worth(run: Run) -> None:
    """The measurement, or how far it is, or a way to start it."""
    status = worth_job(run).status
    active = status is not None and status.active
    st.fragment(_panel, run_every="1s" if active else None)(run)


@errors_shown()
def _panel(run: Run) -> None:
    status, found = worth_job(run).status, read_worth(run)
    if status is not None and status.active:
        job_progress(worth_job(run), key="stop_worth", help="What is measured is kept")
        st.session_state["measuring_worth"] = run.id
        return
    if st.session_state.pop("measuring_worth", None) == run.id:
        st.rerun(scope="app")  # which stops the timer
    if status is not None and status.error:
        st.error(sentence(status.error), icon=":material/error:")
    if found is None:
        st.markdown(
            "How many gold labels would do what these LFs do? The label model and the rating model are fitted anew to 50, 100, "
            "200, … of dev's gold labels, without weak labels and with them, and measured on test."
        )
        label = "Go on measuring" if status is not None and status.state == "cancelled" else "Measure"
        if write_button(label, icon=":material/speed:", type="primary", key="measure_worth"):
            start_worth(run)
            st.rerun(scope="app")
        return
    st.markdown(f":material/vital_signs: **{fmt.literal(found['worth']['sentence'])}**")
    chart, table = st.columns([5, 4], gap="medium")
    chart.altair_chart(gold_learning_curve(found["curve"], f"Test AUC by gold labels, run {run.id}"), key="worth_chart")
    rows = [
        {
            "gold labels": point["dev_rows"],
            "AUC, gold alone": point["dev_only"]["auc"],
            "with weak": point["with_labels"]["auc"],
            "log loss, gold alone": point["dev_only"]["log_loss"],
            "with weak ": point["with_labels"]["log_loss"],
        }
        for point in found["curve"]
    ]
    number = st.column_config.NumberColumn(format="%.3f")
    config = {name: number for name in rows[0] if name != "gold labels"}
    with table:
        draw_table(
            pd.DataFrame(rows),
            hide_index=True,
            column_config=config | {"gold labels": st.column_config.NumberColumn(format="localized")},
            key="worth_table",
            placeholder=fmt.NONE,
            alt="Test metrics by gold labels, without and with weak labels",
        )
    st.caption(
        "Means over seeded samples of dev's gold; bands are 95 % intervals over test users and samples. The network's towers, which "
        "learn from no label, are the same throughout."
    )
