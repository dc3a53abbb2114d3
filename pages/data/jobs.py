"""Datasets that are being made in the background."""

import streamlit as st

from pages.people.write_button import write_button
from pages.shared.errors import errors_shown, sentence
from pages.shared.running.job_progress import job_progress
from weakrec_core.data.dataset import list_datasets
from weakrec_core.data.ingest.ingest_jobs import forget_job, ingest_job, unfinished_jobs
from weakrec_core.workspace import Workspace


@st.fragment(run_every=1)
@errors_shown()
def jobs_in_progress(workspace: Workspace) -> None:
    """Datasets being made: progress, or what went wrong."""
    jobs = unfinished_jobs(workspace)
    st.session_state.setdefault("jobs_seen", set())
    finished = st.session_state["jobs_seen"] - set(jobs)
    st.session_state["jobs_seen"] = {name for name, status in jobs.items() if status.active}
    if finished:
        wanted = st.session_state.pop("dataset_to_open", None)
        if wanted in finished and wanted in list_datasets(workspace):
            st.session_state["opened_dataset"] = st.session_state["dataset_made"] = wanted
            st.query_params["dataset"] = wanted
        st.rerun(scope="app")
    for name, status in jobs.items():
        if not status.active:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.error(
                    f"Dataset {name!r} was not made. {sentence(status.error or status.stage + '.')}",
                    icon=":material/error:",
                )
                if write_button("Dismiss", key=f"dismiss_{name}"):
                    forget_job(workspace, name)
                    st.rerun(scope="fragment")
        else:
            job_progress(ingest_job(workspace, name), key=f"cancel_{name}", label="Cancel", name=name)
