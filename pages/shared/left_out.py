"""Runs that cannot be shown, said beside those that can."""

import streamlit as st

from pages.shared.errors import sentence
from weakrec_core.runs.listing import damaged_runs
from weakrec_core.workspace import Workspace


def say_left_out(workspace: Workspace) -> None:
    """Name the runs whose files cannot be read, each with why."""
    damaged = [sentence(why) for why in damaged_runs(workspace).values()]
    if not damaged:
        return
    those = "A run is left out" if len(damaged) == 1 else f"{len(damaged):,} runs are left out"
    with st.expander(f"{those}: the files cannot be read", icon=":material/warning:"):
        st.markdown("\n".join(f"- {why}" for why in damaged))
