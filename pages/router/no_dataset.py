"""A workspace without a dataset: the demo is made at the first start, later it is offered, as is data of one's own."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.data.jobs import jobs_in_progress
from pages.shared.address import page_link
from pages.shared.errors import errors_shown, sentence
from weakrec_core.access import may_write
from weakrec_core.data.dataset import list_datasets
from weakrec_core.data.ingest.ingest_jobs import ingest_job, job_status, start_demo_job, unfinished_jobs
from weakrec_core.errors import WeakrecError
from weakrec_core.workspace import Workspace

DEMO = "demo"


def being_made(workspace: Workspace) -> bool:
    """Whether the demo is being made at the moment."""
    status = job_status(workspace, DEMO)
    return status is not None and status.active


def is_data(page: StreamlitPage) -> bool:
    """Whether the page is the one that datasets are made on."""
    return page.url_path == "Data"


def cannot_be_opened(workspace: Workspace, name: str, problem: WeakrecError, page: StreamlitPage) -> None:
    """What stands on every page as long as a dataset is open that cannot be read: the sidebar has the others."""
    st.error(f"Dataset {name!r} cannot be opened: {sentence(problem)}", icon=":material/error:")
    if is_data(page):
        _new_dataset(workspace)
    else:
        page_link("pages/data/page.py", "Make it again, or choose another one in the sidebar")


def data_of_ones_own(workspace: Workspace) -> None:
    """What the Data page shows as long as there is no dataset; the app goes on by itself once there is one."""
    st.title("Data", anchor=False)
    st.info("There is no dataset yet: make one of your own files.", icon=":material/info:")
    demo = "The demo is being made" if being_made(workspace) else "Or make the demo"
    st.page_link("pages/overview/page.py", label=demo, icon=":material/arrow_forward:", width="content")
    if unfinished_jobs(workspace):
        jobs_in_progress(workspace)
    _new_dataset(workspace)


def _new_dataset(workspace: Workspace) -> None:
    from pages.data.new_dataset import new_dataset  # draws charts, whose library the first page need not wait for

    new_dataset(workspace)


@st.fragment(run_every=0.5)
@errors_shown()
def demo_or_own(workspace: Workspace) -> None:
    """Draw the demo's progress, or the choice; the app goes on by itself once the data is there."""
    first_start = ingest_job(workspace, DEMO).status is None and not unfinished_jobs(workspace)
    if not may_write():
        st.title("Weakrec Workbench", anchor=False)
        st.info("There is no dataset here yet.", icon=":material/info:")
        return
    if first_start:
        start_demo_job(workspace)
    status = job_status(workspace, DEMO)
    if list_datasets(workspace) and not being_made(workspace):
        st.rerun(scope="app")
    st.title("Weakrec Workbench", anchor=False)
    if status is not None and status.active:
        st.write(
            "First start: making a synthetic demo dataset of readers, books and reviews. This takes about ten seconds."
        )
        st.progress(status.fraction, text=status.stage)
    else:
        if status is not None and status.error:
            st.error(f"The demo data could not be made: {sentence(status.error)}", icon=":material/error:")
        st.info(
            "There is no dataset: begin with the demo, which is synthetic, or with your own.", icon=":material/info:"
        )
        if st.button("Make the demo", icon=":material/play_arrow:", type="primary", key="make_demo"):
            start_demo_job(workspace)
            st.rerun(scope="fragment")
    st.page_link("pages/data/page.py", label="Use my data", icon=":material/database:", width="content")
