"""How far a background job is, with a way to end it."""

import streamlit as st

from pages.people.write_button import write_button
from pages.shared import fmt
from weakrec_core.jobs.job import Job


def job_progress(job: Job, *, key: str, label: str = "Stop", name: str | None = None, help: str | None = None) -> None:
    """A bar with what is being done, and a button; for an active job.

    Parameters
    ----------
    name : str, optional
        What is worked on, where there may be several.
    help : str, optional
        What becomes of what is done already.
    """
    status = job.status
    if status is None:
        return
    stage = fmt.literal(status.stage if name is None else f"{name}: {status.stage}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(status.fraction, text=stage)
        if write_button(label, icon=":material/stop_circle:", key=key, help=help):
            job.cancel()
