"""A run as full-screen slides, by keyboard: arrows turn them, Escape leads back to its results."""

import streamlit as st

from pages.presentation.deck import show_deck
from pages.shared.address import page_link
from pages.shared.errors import sentence
from pages.shared.workbench import opened
from weakrec_core.errors import WeakrecError
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.store import open_run

wb = opened()
asked = st.query_params.get("run")
try:
    newest = next((run.id for run in list_runs(wb.workspace) if run.status.state == "succeeded"), None)
    if asked is None and newest is None:
        raise WeakrecError("There is no finished run to present yet.")
    show_deck(open_run(wb.workspace, asked or str(newest)), st.query_params.get("user"))
except WeakrecError as e:
    st.title("Presentation", anchor=False)
    st.error(sentence(e), icon=":material/error:")
    page_link("pages/results/page.py", "Results")
