"""Errors as the pages show them: one sentence."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from weakrec_core.errors import WeakrecError

_log = logging.getLogger("workbench")


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show what the library refuses as an error box, and what nobody expected as a sentence; the log has the rest."""
    try:
        yield
    except WeakrecError as e:
        st.error(str(e), icon=":material/error:")
    except Exception as e:
        unexpected(e)


def unexpected(error: Exception) -> None:
    """Log an error that is a fault of ours, and say that there was one."""
    _log.error("Unexpected error", exc_info=error)
    st.error(
        f"Something went wrong here that should not ({type(error).__name__}); the log of the server has the details.",
        icon=":material/error:",
    )
