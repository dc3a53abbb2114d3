"""A tour of five steps over the pages, which can be left at any of them."""

from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.shared.address import current_address
from weakrec_core.data.noun import Noun

_STEP = "tour_step"


@dataclass(frozen=True)
class _Step:
    page: str  # folder of pages/
    said: str


def _steps(noun: Noun) -> tuple[_Step, ...]:
    return (
        _Step(
            "overview",
            "**From data to recommendations without rating labels.** The steps of the work are below, each with where it "
            "stands. *Next* names the one thing that is worth most now, and why.",
        ),
        _Step(
            "labeling_functions",
            "**A labeling function votes on a row, or abstains.** Choose one in the table, change a keyword or a threshold: "
            "table and figures follow at once, measured on dev rows whose rating is known. Undo takes it back.",
        ),
        _Step(
            "error_analysis",
            "**Where the labels are wrong.** Each cell counts dev rows by what the label model says and what is true. Open a "
            "cell, read a row, and mend it: by a keyword, by similar rows, or by a suggestion.",
        ),
        _Step(
            "training",
            "**Train on the labels.** The label model weighs the votes; Launch trains in the background and goes on when the "
            "tab is closed.",
        ),
        _Step(
            "results",
            "**What came of it.** Test metrics with their intervals, beside the simplest rivals. Report and presentation are "
            f"for others to see; Recommendations shows the {noun.many} of a reader, and why.",
        ),
    )


def start_tour() -> None:
    """Begin with the first step, which stands on the Overview; for a button's `on_click`."""
    st.session_state[_STEP] = 0


def show_tour(page: StreamlitPage, noun: Noun) -> None:
    """Draw the step that the tour is at, if there is one, above the page."""
    at: int | None = st.session_state.get(_STEP)
    if at is None or page.visibility == "hidden":
        return
    steps = _steps(noun)
    here = (page.url_path or "overview").lower() == steps[at].page
    with st.container(border=True, key="tour"):
        st.caption(f"Tour · {at + 1} of {len(steps)}")
        st.markdown(steps[at].said)
        with st.container(horizontal=True, gap="small"):
            if not here:
                _go_to(steps, at, "Show it", "tour_show", primary=True)
            if at + 1 < len(steps):
                _go_to(steps, at + 1, "Next", "tour_next", primary=here)
            if at:
                _go_to(steps, at - 1, "Back", "tour_back")
            last = at + 1 == len(steps)
            label = "End the tour" if last else "Leave"
            st.button(label, key="tour_leave", type="primary" if last and here else "tertiary", on_click=_leave)


def _go_to(steps: tuple[_Step, ...], step: int, label: str, key: str, primary: bool = False) -> None:
    if st.button(label, key=key, type="primary" if primary else "secondary"):
        st.session_state[_STEP] = step
        st.switch_page(f"pages/{steps[step].page}/page.py", query_params=current_address())


def _leave() -> None:
    st.session_state.pop(_STEP, None)
