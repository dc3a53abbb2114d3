"""Data: what is in the dataset, and making a new one."""

import streamlit as st

from pages.data.contents import contents
from pages.data.jobs import jobs_in_progress
from pages.data.new_dataset import new_dataset
from pages.data.storage import storage
from pages.shared import fmt
from pages.shared.address import page_link
from pages.shared.workbench import opened
from weakrec_core.data.ingest.ingest_jobs import unfinished_jobs

wb = opened()
st.title(f"Data :gray[{fmt.literal(wb.dataset.name)}]", anchor=False)
if unfinished_jobs(wb.workspace) or st.session_state.get("jobs_seen"):
    jobs_in_progress(wb.workspace)
if st.session_state.get("dataset_made") == wb.dataset.name:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success(f"Dataset {wb.dataset.name!r} is made and open.", icon=":material/check:")
        page_link("pages/labeling_functions/page.py", "Labeling functions")
with st.expander("New dataset", icon=":material/add:", key="new_dataset"):
    new_dataset(wb.workspace)
contents(wb)
storage(wb.workspace)
