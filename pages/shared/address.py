"""What of a tab's work stands in its address: every link carries it, and a reload or a colleague finds the same."""

from collections.abc import Iterable, Sequence

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


def write_query(values: dict[str, str | Sequence[str] | None]) -> None:
    """Change parameters of the address at once, None and no values taking one away.

    Each change of the address is a page of the browser's history: there is none where nothing changes.
    """
    query = st.query_params
    before = {key: query.get_all(key) for key in query}
    wanted = {key: [value] if isinstance(value, str) else list(value or ()) for key, value in values.items()}
    now = {key: value for key, value in (before | wanted).items() if value}
    if now != before:
        query.from_dict(now)


def keep_view(page: str, keys: Iterable[str]) -> None:
    """Remember what the address says of a page's own view, for the tab's way back to it."""
    view = {key: value for key in keys if (value := st.query_params.get_all(key))}
    st.session_state.setdefault("kept_views", {})[page] = view


def kept_view(page: str) -> dict[str, list[str]]:
    """What a link to a page carries, so that it opens as this tab has left it."""
    view: dict[str, list[str]] = st.session_state.get("kept_views", {}).get(page, {})
    return view


def page_link(page: str, label: str, **more: str) -> None:
    """A link to another page that keeps what is open, in a new tab of the browser, too; `more` goes into its address."""
    st.page_link(
        page, label=label, icon=":material/arrow_forward:", width="content", query_params=current_address() | more
    )
