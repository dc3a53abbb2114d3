"""Parts of the page are fragments of their own; what one of them changes in the others is drawn by the whole page's."""

import streamlit as st

PAGE = "labeling_functions"  # the key of the fragment that has all others


def redraw_page() -> None:
    """At the end of a widget's callback: the whole page runs, not the widget's fragment alone."""
    st.rerun(PAGE)
