"""Training: launch a run in its own process, watch it, cancel it, go on with it."""

import streamlit as st

from pages.shared.bar.set_bar import set_bar
from pages.shared.workbench import opened
from pages.training.launch_form import launch_form
from pages.training.watched_run import panel
from weakrec_core.runs.listing import queue

wb = opened()
set_bar(wb, "Training")
form, live = st.columns([1, 2.4], gap="large")
with form:
    launch_form(wb)
with live:
    st.fragment(panel, run_every=1 if queue(wb.workspace) else None)(wb.workspace)
