"""What keeps a set from being measured, said with a way on."""

import streamlit as st

from pages.shared import fmt
from pages.shared.address import page_link
from pages.shared.workbench import Workbench


def comparable(wb: Workbench) -> bool:
    """Whether there is a vote on a dev row with gold: what label models are compared on."""
    dev = wb.applied.patterns("dev")
    return bool(dev.gold_counts[dev.covered].any())


def say_state(wb: Workbench, editing: bool = False) -> None:
    """Say that dev has no gold, that no LF is on, or that none votes; nothing where all is well.

    `editing` leaves out the link to the page that LFs are edited on.
    """
    if not wb.dataset.has_gold("dev"):
        st.warning(
            f"No dev row of {fmt.literal(wb.dataset.name)} has a gold label: LFs can be written, but neither be measured nor "
            "trained on. Make a dataset of rows that are rated.",
            icon=":material/info:",
        )
        page_link("pages/data/page.py", "Data")
    elif not comparable(wb):
        if wb.applied.active:
            why = "No LF votes on a dev row with gold, so there is nothing to measure: widen one or add one."
        else:
            why = f"No LF of {fmt.literal(wb.draft.lf_set.name)} is on, so nothing votes: switch one on or add one."
        st.info(why, icon=":material/info:")
        if not editing:
            page_link("pages/labeling_functions/page.py", "Labeling functions")
