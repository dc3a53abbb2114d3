"""The ways to a new dataset."""

import streamlit as st

from pages.data.goodreads_files import goodreads_files
from pages.data.wizard.wizard import wizard
from pages.shared import fmt
from pages.shared.errors import sentence
from weakrec_core.access import may_write
from weakrec_core.engine.runs_on import named_scheduler, runs_on
from weakrec_core.errors import WeakrecError
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
    told, answers = _runs_on(named_scheduler())
    if answers:
        st.caption(f"Signals are computed on {fmt.literal(told)}.")
    else:
        st.warning(f"{told} Until it does, no dataset can be made here.", icon=":material/lan:")


@st.cache_data(ttl=30, max_entries=4, show_spinner="Asking the scheduler …")
def _runs_on(scheduler: str | None) -> tuple[str, bool]:
    try:
        return str(runs_on(scheduler)), True
    except WeakrecError as e:
        return sentence(e), False
