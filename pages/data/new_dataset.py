"""The ways to a new dataset."""

import streamlit as st

from pages.data.goodreads_files import goodreads_files
from pages.data.wizard.wizard import wizard
from weakrec_core.access import may_write
from weakrec_core.workspace import Workspace


def new_dataset(workspace: Workspace) -> None:
    """The wizard for a table of ratings, or the form for the Goodreads files."""
    if not may_write():
        st.info("The workspace is open to you for reading only: no dataset can be made.", icon=":material/lock:")
        return
    source = st.segmented_control(
        "From",
        ["A table of ratings", "Goodreads files"],
        default="A table of ratings",
        required=True,
        key="new_dataset_from",
        label_visibility="collapsed",
    )
    {"Goodreads files": goodreads_files}.get(source, wizard)(workspace)
