"""Errors as the pages show them: one sentence."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from pages.shared import fmt
from weakrec_core.access import at_work
from weakrec_core.data.ingest.sources import by_name
from weakrec_core.errors import WeakrecError, os_sentence
from weakrec_core.files import PROJECT
from weakrec_core.workspace import Workspace

LOGGER = "workbench"


def sentence(problem: object) -> str:
    """`plain_sentence` for Markdown: an LF's name or a text of the data that it quotes is shown as it is."""
    return fmt.literal(plain_sentence(problem))


def plain_sentence(problem: object) -> str:
    """What is wrong, without the server's directories.

    Of a file only its path within the workspace, the data folder or the project is said; of an uploaded one its name.
    """
    workspace = Workspace.from_environment()
    said = by_name(workspace, str(problem))
    for directory in (workspace.root, PROJECT):
        said = said.replace(f"{directory}/", "")
    return said


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show what the library refuses as an error box, and what nobody expected as a sentence; the log has the rest."""
    try:
        yield
    except Exception as e:
        show_error(e)


def show_error(error: Exception) -> bool:
    """The box of `errors_shown`. True: Streamlit, which hands errors of callbacks over, need not show them itself."""
    if isinstance(error, WeakrecError):
        said = sentence(error)
    elif isinstance(error, OSError):  # such as a full disk, or a workspace that may only be read
        logging.getLogger(LOGGER).warning("%s", os_sentence(error), exc_info=error, extra=_about())
        said = sentence(os_sentence(error))
    else:
        about = _about()
        logging.getLogger(LOGGER).error("Unexpected error %s", about["about"]["error"], exc_info=error, extra=about)
        said = (
            f"Something went wrong here that should not ({type(error).__name__}); the log of the server has the details "
            f"under {about['about']['error']}."
        )
    st.error(said, icon=":material/error:")
    return True


def _about() -> dict[str, dict[str, str]]:
    """What the log says of an error beside the error: an id of its own, where, and who met it."""
    return {
        "about": {
            "error": secrets.token_hex(4),
            "address": (st.context.url or "").partition("?")[0],
            "who": at_work().name,
        }
    }
