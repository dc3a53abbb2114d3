"""What the server does before it answers anybody."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from pages.shared.errors import LOGGER
from weakrec_core.access import Person, Role, acting_as
from weakrec_core.data.leftovers import clean_up
from weakrec_core.workspace import Workspace


@asynccontextmanager
async def cleaned_up(_: st.App) -> AsyncIterator[None]:
    """Remove what killed processes have left in the workspace; the log says what."""
    with acting_as(Person(Role.OPERATOR)):
        for sentence in clean_up(Workspace.from_environment()):
            logging.getLogger(LOGGER).warning("%s", sentence)
    yield
