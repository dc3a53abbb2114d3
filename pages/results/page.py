"""Results: test metrics of a run beside its baselines, or of several runs beside each other."""

import streamlit as st

from pages.results.run_comparison import compared
from pages.results.run_result import one_run
from pages.results.runs_table import choose_runs
from pages.shared import fmt
from pages.shared.address import page_link
from pages.shared.errors import sentence
from pages.shared.help import help_link
from pages.shared.left_out import say_left_out
from pages.shared.workbench import opened
from weakrec_core.runs import test_looks
from weakrec_core.runs.listing import list_runs

wb = opened()
st.title("Results", anchor=False)
runs = list_runs(wb.workspace)
say_left_out(wb.workspace)
if not runs:
    st.info("No run yet: its test metrics, curves and comparisons appear here.", icon=":material/info:")
    page_link("pages/training/page.py", "Launch one")
    st.stop()
chosen = choose_runs(runs)
finished = [run for run in chosen if run.result]
for run in chosen:
    if run not in finished:
        status = run.status
        st.info(
            f"Run {run.id} has no result: it is {status.state}. {sentence(status.error or '')}",
            icon=":material/info:",
        )
if not chosen:
    st.info("Select a run to read its test metrics, or several to compare them.", icon=":material/info:")
elif len(finished) == 1:
    one_run(finished[0])
elif finished:
    compared(finished)
datasets = {run.config.data: run.config.dataset for run in finished}
for fingerprint, dataset in datasets.items():
    name = f"{fmt.literal(dataset)}: " if len(datasets) > 1 else ""
    st.caption(f":material/visibility: {name}{test_looks.sentence(wb.workspace, fingerprint)}")
help_link("numbers")
