"""What a tab works on is opened here, before any page runs."""

import streamlit as st

from pages.router.dataset import applier_of, choose_dataset, dataset_name, opened_dataset
from pages.router.draft import choose_lf_set, current_draft
from pages.router.first_run import first_run
from pages.router.sections import Sections, show_sections
from pages.shared.address import write_address
from pages.shared.workbench import Workbench
from weakrec_core.data.dataset import list_datasets
from weakrec_core.data.ingest.ingest_jobs import job_status
from weakrec_core.workspace import Workspace


def open_workbench(sections: Sections) -> None:
    """Open the dataset and the draft for the page, with the sidebar; shows the first run's progress until there is data."""
    workspace = Workspace.from_environment()
    names = list_datasets(workspace)
    demo = job_status(workspace, "demo")
    if not names or (names == ["demo"] and demo is not None and demo.state != "succeeded"):
        first_run(workspace)
        st.stop()
    name = dataset_name(names)
    draft = current_draft(workspace)
    write_address()
    with st.sidebar:
        show_sections(sections)
        choose_dataset(names)
        dataset = opened_dataset(workspace, name)
        sizes = " · ".join(f"{dataset.n_rows(split):,} {split}" for split in ("dev", "train", "valid", "test"))
        st.caption(f"{sizes} rows")
        choose_lf_set(workspace, draft)
    st.session_state["workbench"] = Workbench(workspace, dataset, applier_of(dataset))
