"""Suggested edits: keywords and thresholds to add, keywords to drop, added with a click and undone with another."""

import streamlit as st

from pages.labeling_functions.tuning import tuning_offer
from pages.shared.errors import errors_shown, sentence
from pages.shared.suggestions import suggestions_table
from pages.shared.workbench import Workbench
from weakrec_core.errors import WeakrecError
from weakrec_core.suggestions.suggest import suggest, worthwhile

_SHOWN = 50


def suggest_button(wb: Workbench) -> None:
    """Open the suggestions."""
    if st.button("Suggest", icon=":material/lightbulb:", key="suggest", width="content"):
        _suggestions(wb)


@st.dialog("Suggestions", width="large")
@errors_shown()
def _suggestions(wb: Workbench) -> None:
    try:
        with st.spinner("Reading the reviews …"):
            found = worthwhile(suggest(wb.applied))[:_SHOWN]
    except WeakrecError as e:
        st.error(sentence(e), icon=":material/error:")
        return
    if found:
        st.markdown(
            "By the change of log loss that is to be expected of each alone. Each column says in its help what it is measured on."
        )
        suggestions_table(wb, found)
    else:
        st.info(
            "The reviews and signals offer nothing that is expected to help this set on users not seen.",
            icon=":material/info:",
        )
    tuning_offer(wb)
