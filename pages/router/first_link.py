"""A remedy for what Streamlit does to the first link that a fresh server is asked for."""

from collections.abc import Iterator
from itertools import chain, repeat
from urllib.parse import urlsplit

import streamlit as st


def load_again_if_first() -> None:
    """Load the page again if the server's first address is that of a page.

    A folder called ``pages`` makes Streamlit look for pages of its own there until `st.navigation` has run once: it finds
    none, and covers the page by a box that says so.
    """
    if next(_is_first()) and urlsplit(st.context.url or "").path.strip("/"):
        st.html("<script>location.reload()</script>", unsafe_allow_javascript=True)
        st.stop()


@st.cache_resource(show_spinner=False)
def _is_first() -> Iterator[bool]:
    return chain([True], repeat(False))
