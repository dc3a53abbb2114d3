"""The one thing to do next, with its reason."""

import streamlit as st

from pages.router.draft import open_lf_set
from pages.shared import fmt
from pages.shared.address import page_link
from pages.shared.workbench import Workbench
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.versions import load_version, version_numbers
from weakrec_core.runs.next_step import Kind, NextStep, next_step
from weakrec_core.runs.store import Run

_SHIPPED = "recommended"
_PAGES: dict[Kind, tuple[str, str]] = {
    "gold": ("pages/data/page.py", "Bring a table with gold"),
    "lfs": ("pages/labeling_functions/page.py", "Switch LFs on"),
    "coverage": ("pages/labeling_functions/page.py", "See suggestions"),
    "train": ("pages/training/page.py", "Train"),
    "slice": ("pages/error_analysis/page.py", "Look at these rows"),
    "results": ("pages/results/page.py", "Read what they are worth"),
}


def show_next_step(wb: Workbench, runs: list[Run]) -> None:
    """Draw it."""
    step = next_step(wb.applied, runs, _others(wb))
    with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(width=760, gap="xxsmall"):
            st.markdown(":primary[**Next**]")
            st.markdown(fmt.literal(step.reason))
        _way_on(wb, step)


def _way_on(wb: Workbench, step: NextStep) -> None:
    if step.kind == "other_set":
        name = step.details["name"]
        st.button(
            f"Go on with {name}",
            type="primary",
            icon=":material/arrow_forward:",
            key="next_set",
            on_click=open_lf_set,
            args=(wb.workspace, name),
        )
    else:
        page_link(*_PAGES[step.kind], **step.details)


def _others(wb: Workbench) -> list[AppliedSet]:
    """The shipped set for real reviews, while the one at hand is shipped, too, and not edited yet."""
    draft = wb.draft
    if (
        draft.base.name == _SHIPPED
        or draft.dirty
        or draft.base.number
        or version_numbers(wb.workspace, _SHIPPED) != [0]
    ):
        return []
    return [wb.applier.of(load_version(wb.workspace, _SHIPPED).lf_set)]
