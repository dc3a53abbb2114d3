"""Who is at work, and what they are told about it."""

import streamlit as st

from weakrec_core.access import at_work, may_write


def show_person() -> None:
    """In the sidebar, to who may only look, what that means."""
    if not may_write():
        name = f"{at_work().name}: r" if at_work().name else "R"
        st.caption(
            f":material/lock: {name}eading only",
            help="Look, filter, try LFs and thresholds, get recommendations: what you edit lives in this tab, and nothing is saved",
        )
