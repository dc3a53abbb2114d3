"""What a tab works on is opened here, before any page runs."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.people.person import show_person
from pages.router.dataset import applier_of, choose_dataset, dataset_name, opened_dataset
from pages.router.draft import choose_lf_set, current_draft
from pages.router.no_dataset import being_made, cannot_be_opened, data_of_ones_own, demo_or_own, is_data
from pages.router.sections import Sections, show_sections
from pages.router.tour import show_tour
from pages.shared.address import write_address
from pages.shared.workbench import Workbench
from weakrec_core.data.dataset import list_datasets
from weakrec_core.errors import WeakrecError
from weakrec_core.workspace import Workspace


def open_workbench(sections: Sections, page: StreamlitPage) -> None:
    """Open the dataset and the draft for the page, with the sidebar; without a dataset show the ways to one."""
    workspace = Workspace.from_environment()
    names = list_datasets(workspace)
    if not names or (names == ["demo"] and being_made(workspace)):
        (data_of_ones_own if is_data(page) else demo_or_own)(workspace)
        st.stop()
    name = dataset_name(names)
    draft = current_draft(workspace)
    write_address()
    with st.sidebar:
        show_person()
        show_sections(sections)
        choose_dataset(names)
    try:
        dataset = opened_dataset(workspace, name)
    except WeakrecError as e:
        cannot_be_opened(workspace, name, e, page)
        st.stop()
    with st.sidebar:
        sizes = " · ".join(f"{dataset.n_rows(split):,} {split}" for split in ("dev", "train", "valid", "test"))
        st.caption(f"{sizes} rows")
        choose_lf_set(workspace, draft)
    st.session_state["workbench"] = Workbench(workspace, dataset, applier_of(dataset))
    show_tour(page, dataset.noun)
