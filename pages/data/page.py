"""Data: what is in the dataset, and making a new one from raw files."""

import streamlit as st

from pages.data.contents import contents
from pages.data.new_dataset import jobs_in_progress, new_dataset
from pages.shared import fmt
from pages.shared.workbench import opened
from weakrec_core.data.ingest.ingest_jobs import unfinished_jobs

wb = opened()
st.title(f"Data :gray[{fmt.literal(wb.dataset.name)}]", anchor=False)
if unfinished_jobs(wb.workspace) or st.session_state.get("jobs_seen"):
    jobs_in_progress(wb.workspace)
with st.expander("New dataset from Goodreads files", icon=":material/add:"):
    new_dataset(wb.workspace)
contents(wb)
