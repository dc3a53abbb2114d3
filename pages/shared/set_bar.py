"""The bar on top of every working page: what is open, what it amounts to, and save, undo, redo."""

from typing import Literal

import streamlit as st

from pages.shared import fmt
from pages.shared.saving import conflict_dialog, save_button
from pages.shared.workbench import Workbench
from weakrec_core.label_model.set_figures import set_figures


def set_bar(wb: Workbench) -> None:
    """Draw the bar."""
    draft = wb.draft
    now, saved = set_figures(wb.applied), set_figures(wb.saved)
    with st.container(horizontal=True, vertical_alignment="top", horizontal_alignment="distribute", key="set_bar"):
        with st.container(width=250, gap="xxsmall"):
            mark = " :orange-badge[unsaved edits]" if draft.dirty else ""
            st.subheader(f"{fmt.literal(draft.base.name)} :gray[v{draft.base.number}]{mark}", anchor=False)
            st.caption(f"{wb.dataset.name} · {len(draft.lf_set.active)} LFs on")
        _figure(
            "Train coverage",
            now.train_coverage,
            saved.train_coverage,
            "train rows with at least one vote",
            as_percent=True,
        )
        _figure(
            "Conflicts",
            now.conflicts,
            saved.conflicts,
            "train rows on which LFs disagree",
            as_percent=True,
            better="inverse",
        )
        _figure("Label model AUC", now.auc, saved.auc, _HOW)
        _figure("Log loss", now.log_loss, saved.log_loss, _HOW, better="inverse")
        with st.container(horizontal=True, width="content", gap="small"):
            _buttons(wb)


_HOW = (
    "Of the dev-calibrated label model on the dev rows with a vote, cross-validated over users: each user is predicted "
    "from the others' gold labels."
)


def _figure(
    label: str,
    now: float | None,
    saved: float | None,
    how: str,
    as_percent: bool = False,
    better: Literal["normal", "inverse"] = "normal",
) -> None:
    show = fmt.percent if as_percent else fmt.number
    delta = None
    if now is not None and saved is not None and show(now) != show(saved):
        delta = f"{100 * (now - saved):+.1f} %" if as_percent else f"{now - saved:+.3f}"
    st.metric(label, show(now), delta, delta_color=better, help=how, width="content")


def _buttons(wb: Workbench) -> None:
    draft = wb.draft
    if st.button("", icon=":material/undo:", help="Undo", key="undo", disabled=not draft.past):
        _go(wb, undo=True)
    if st.button("", icon=":material/redo:", help="Redo", key="redo", disabled=not draft.future):
        _go(wb, undo=False)
    save_button(wb)
    conflict_dialog(wb)


def _go(wb: Workbench, undo: bool) -> None:
    wb.draft = wb.draft.undo() if undo else wb.draft.redo()
    wb.refresh_widgets()
    st.rerun()
