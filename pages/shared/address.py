"""What of a tab's work stands in its address: every link carries it, and a reload or a colleague finds the same."""

import streamlit as st

DATASET, DRAFT = "dataset", "draft"


def current_address() -> dict[str, str]:
    """The parameters that say which dataset and draft are open."""
    return {DATASET: st.session_state["opened_dataset"], DRAFT: st.session_state["draft"].id}


def write_address() -> None:
    """Put them into the address; a change of the page may have taken them away."""
    now = current_address()
    if any(st.query_params.get(key) != value for key, value in now.items()):
        st.query_params.update(now)


def page_link(page: str, label: str, **more: str) -> None:
    """A link to another page that keeps what is open, in a new tab of the browser, too; `more` goes into its address."""
    st.page_link(
        page, label=label, icon=":material/arrow_forward:", width="content", query_params=current_address() | more
    )
