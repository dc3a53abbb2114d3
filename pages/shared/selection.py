"""Which LF is selected, and that from elsewhere than the table of LFs, too."""

import streamlit as st


def selected_lf(names: list[str]) -> str:
    """The selected LF of those there are; at first the first one."""
    selected = st.session_state.get("selected_lf")
    return selected if selected in names else names[0]


def table_revision() -> int:
    """Part of the table's key: it goes up when the selection changes from elsewhere."""
    return int(st.session_state.get("table_revision", 0))


def select_lf(name: str) -> None:
    """Select an LF from elsewhere than the table."""
    st.session_state["selected_lf"] = name
    st.session_state["table_revision"] = table_revision() + 1
