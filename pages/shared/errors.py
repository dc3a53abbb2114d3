"""Errors as the pages show them: one sentence."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from pages.shared import fmt
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
    except WeakrecError as e:
        st.error(sentence(e), icon=":material/error:")
    except OSError as e:  # such as a full disk, or a workspace that may only be read
        logging.getLogger(LOGGER).warning("%s", os_sentence(e), exc_info=True)
        st.error(sentence(os_sentence(e)), icon=":material/error:")
    except Exception as e:
        logging.getLogger(LOGGER).exception("Unexpected error")
        st.error(
            f"Something went wrong here that should not ({type(e).__name__}); the log of the server has the details.",
            icon=":material/error:",
        )
