"""Making a dataset from raw files in the background."""

import streamlit as st

from pages.shared.errors import errors_shown
from weakrec_core.data.ingest.ingest_jobs import forget_job, ingest_job, start_job, unfinished_jobs
from weakrec_core.workspace import Workspace


def new_dataset(workspace: Workspace) -> None:
    """The form that ingests Goodreads files in the background."""
    with st.form("ingest", border=False):
        st.markdown(
            "UCSD Goodreads files (JSON lines, gzip) on the machine that the workbench runs on. Without an interactions file "
            "the reviews are the interactions; without a books file titles and authors are not known."
        )
        reviews = st.text_input("Reviews file", placeholder="/data/goodreads_reviews_young_adult.json.gz")
        books = st.text_input("Books file (optional)")
        interactions = st.text_input("Interactions file (optional)")
        left, mid, right = st.columns(3)
        name = left.text_input("Name of the dataset")
        dev_rows = mid.number_input("Dev rows", min_value=1, value=None, step=100, placeholder="a tenth, at most 8,000")
        seed = right.number_input("Seed", min_value=0, value=0)
        skip = st.checkbox("Leave out and count lines that cannot be used, instead of stopping at the first")
        if st.form_submit_button("Ingest", type="primary", icon=":material/upload:"):
            if not reviews or not name:
                st.error("The reviews file and a name are needed.")
                return
            arguments = ["ingest", "goodreads", "--reviews", reviews, "--name", name, "--seed", str(seed)]
            arguments += ["--books", books] if books else []
            arguments += ["--interactions", interactions] if interactions else []
            arguments += ["--dev-rows", str(dev_rows)] if dev_rows else []
            arguments += ["--skip-bad-lines"] if skip else []
            with errors_shown():
                start_job(workspace, name, arguments)
                st.rerun()


@st.fragment(run_every=1)
@errors_shown()
def jobs_in_progress(workspace: Workspace) -> None:
    """Datasets being made: progress, or what went wrong."""
    jobs = unfinished_jobs(workspace)
    st.session_state.setdefault("jobs_seen", set())
    finished = st.session_state["jobs_seen"] - set(jobs)
    st.session_state["jobs_seen"] = {name for name, status in jobs.items() if status.active}
    if finished:
        st.rerun(scope="app")
    for name, status in jobs.items():
        if not status.active:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.error(
                    f"Dataset {name!r} was not made. {status.error or status.stage + '.'}", icon=":material/error:"
                )
                if st.button("Dismiss", key=f"dismiss_{name}"):
                    forget_job(workspace, name)
                    st.rerun(scope="fragment")
        else:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.progress(status.fraction, text=f"{name}: {status.stage}")
                if st.button("Cancel", icon=":material/stop_circle:", key=f"cancel_{name}"):
                    ingest_job(workspace, name).cancel()
