"""Links to a run for stakeholders: made, listed and revoked on Results."""

from urllib.parse import urlsplit

import streamlit as st

from pages.people.write_button import write_button
from pages.shared import fmt
from pages.shared.errors import errors_shown
from weakrec_core.access import may_write
from weakrec_core.runs.share import ShareLink, address, links, revoke, share
from weakrec_core.runs.store import Run

_DAYS = {1: "A day", 7: "A week", 30: "30 days", 90: "90 days"}


def share_button(run: Run) -> None:
    """The popover, for who may write."""
    if not may_write():
        return
    with st.popover("Share", icon=":material/share:", width="content", key=f"share_{run.id}"), errors_shown():
        st.caption("A link shows this run, its report and its recommendations without a sign-in, and nothing else.")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            days = st.selectbox("Good for", list(_DAYS), 1, format_func=_DAYS.__getitem__, key="share_days", width=140)
            made = write_button("Make a link", icon=":material/add_link:", type="primary", key="share_make")
        if made:
            secret, _ = share(run, days)
            st.code(address(_server(), secret), language=None, wrap_lines=True)
            st.caption("Copy it now: it is not shown again.")
        for link in links(run.workspace, run.id):
            if not link.expired:
                _listed(run, link)


def _listed(run: Run, link: ShareLink) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        by = f", made by {fmt.literal(link.by)}" if link.by else ""
        st.markdown(f"`{link.id}` until {link.until:%-d %b %Y}{by}", width="content")
        write_button("Revoke", key=f"revoke_{link.id}", type="tertiary", on_click=_revoke, args=(run, link))


def _revoke(run: Run, link: ShareLink) -> None:
    with errors_shown():
        revoke(run.workspace, link.id)


def _server() -> str:
    """Where the browser reaches the workbench."""
    url = urlsplit(st.context.url or "")
    return f"{url.scheme}://{url.netloc}" if url.netloc else ""
