"""At the start: the LF sets that ship, what each is for, and what it reaches here."""

import streamlit as st

from pages.router.draft import open_lf_set
from pages.shared import fmt
from pages.shared.workbench import Workbench
from weakrec_core.data.noun import counted
from weakrec_core.label_model.set_figures import dev_figures
from weakrec_core.labeling.versions import load_version, version_numbers
from weakrec_core.runs.store import Run

_SHIPPED = {
    "tutorial": "The five LFs of Snorkel's recommender tutorial, its mistakes left in: to see what an LF is and what goes wrong.",
    "recommended": "Stated ratings, tone, praise and complaint, and what else is known: to begin work of your own with.",
}


def nothing_done(wb: Workbench, runs: list[Run]) -> bool:
    """Whether a shipped set is open as it ships, and nothing was saved or trained yet."""
    draft = wb.draft
    return (
        draft.base.name in _SHIPPED
        and not draft.dirty
        and not runs
        and all(version_numbers(wb.workspace, name) == [0] for name in _SHIPPED)
    )


def choose_a_start(wb: Workbench) -> None:
    """Draw the sets side by side."""
    for column, (name, purpose) in zip(st.columns(len(_SHIPPED)), _SHIPPED.items(), strict=True):
        is_open = name == wb.draft.base.name
        applied = wb.applied if is_open else wb.applier.of(load_version(wb.workspace, name).lf_set)
        with column.container(border=True, height="stretch"):
            figures = dev_figures(applied)
            st.markdown(f"**{fmt.literal(name)}**{' · open now' if is_open else ''}")
            st.markdown(purpose)
            st.caption(
                f"{counted(len(applied.active), 'LF')} · votes on {fmt.percent(figures.coverage)} of the dev rows · "
                f"label model AUC there {fmt.number(figures.everywhere['auc'])}"
            )
            st.button(
                "Start from this set",
                key=f"start_{name}",
                disabled=is_open,
                on_click=open_lf_set,
                args=(wb.workspace, name),
            )
