"""What the server does before it answers anybody."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import streamlit as st

from pages.router.libraries import load_libraries
from pages.shared.errors import LOGGER
from weakrec_core.access import Person, Role, acting_as, may_write
from weakrec_core.data.leftovers import clean_up
from weakrec_core.server_log import log_to
from weakrec_core.workspace import Workspace


@asynccontextmanager
async def started(_: st.App) -> AsyncIterator[None]:
    """Begin to load the library, log into the workspace, remove what killed processes have left in it; one for reading only stays as it is."""
    load_libraries()
    workspace = Workspace.from_environment()
    with acting_as(Person(Role.OPERATOR)):
        if may_write():
            with suppress(OSError):  # a workspace that may only be read: stderr has what is said
                log_to(workspace.logs / f"server-{st.get_option('server.port')}.jsonl")
        for sentence in clean_up(workspace):
            logging.getLogger(LOGGER).warning("%s", sentence)
    yield
