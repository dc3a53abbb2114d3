"""The first start on an empty workspace: the demo data is made, and the page says how far it is."""

import streamlit as st

from pages.shared.errors import errors_shown
from weakrec_core.data.ingest.ingest_jobs import job_status, start_demo_job
from weakrec_core.workspace import Workspace


@st.fragment(run_every=0.5)
@errors_shown()
def first_run(workspace: Workspace) -> None:
    """Draw the progress; the app goes on by itself once the data is there."""
    status = job_status(workspace, "demo")
    if status is None:
        start_demo_job(workspace)
        status = job_status(workspace, "demo")
    assert status is not None
    if status.state == "succeeded":
        st.rerun(scope="app")
    st.title("Weakrec Workbench")
    if status.error:
        st.error(f"The demo data could not be made: {status.error}")
        if st.button("Try again", icon=":material/refresh:"):
            start_demo_job(workspace)
    else:
        st.write(
            "First start: making a synthetic demo dataset of readers, books and reviews. This takes about ten seconds."
        )
        st.progress(status.fraction, text=status.stage)
