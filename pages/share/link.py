"""Who follows a link to a run: the router lets them in without a sign-in, to that run alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from weakrec_core.workspace import Workspace

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

    from weakrec_core.runs.store import Run

_SHARED = "shared"


def follows_link() -> bool:
    """Whether the address of this tab is a link to a run."""
    return "share" in st.query_params


def only_page() -> "dict[str, list[StreamlitPage]]":
    """All there is to navigate to."""
    return {"": [st.Page("pages/share/page.py", title="Shared run", default=True)]}


@contextmanager
def as_bearer() -> Iterator[None]:
    """Let the page that is drawn be that of the link's bearer; asked anew each time, as the link may be revoked meanwhile.

    Raises
    ------
    RunError
        If the link opens nothing.
    """
    from weakrec_core.access import acting_as
    from weakrec_core.runs.share import shared_run

    run, bearer, until = shared_run(Workspace.from_environment(), st.query_params["share"])
    st.session_state[_SHARED] = run, until
    with acting_as(bearer):
        yield


def shared() -> "tuple[Run, datetime]":
    """The run that the link shows, and how long it does."""
    found: tuple[Run, datetime] = st.session_state[_SHARED]
    return found
