"""Edits of the LF at hand that are expected to help the set, each made with a click."""

import streamlit as st

from pages.shared import fmt
from pages.shared.errors import errors_shown, sentence
from pages.shared.workbench import Workbench
from weakrec_core.errors import WeakrecError
from weakrec_core.labeling.base import LF
from weakrec_core.suggestions.improve import NOTHING, Improvement, apply_improvement, improve

_ACTIONS = {
    "add_keyword": "Keywords to add",
    "drop_keyword": "Keywords to drop",
    "threshold": "Another threshold",
    "unless": "Exceptions",
}
_HELP = (
    "Change of the label model's log loss on all dev rows with gold, below 0 = better, and its 95 % interval over users: expected on "
    "users not seen, the choice repeated without each fold's gold."
)


def improve_button(wb: Workbench, lf: LF) -> None:
    """Open the edits of an LF that votes."""
    if st.button(
        "Improve",
        icon=":material/auto_fix_high:",
        key="improve",
        help="Edits of this LF that are expected to help the set",
        disabled=lf.name not in wb.applied.names,
        width="content",
    ):
        _improve(wb, lf.name)


@st.dialog("Improve this LF", width="large")
@errors_shown()
def _improve(wb: Workbench, name: str) -> None:
    try:
        with st.spinner("Trying edits with each fold of the users left out in turn …"):
            found = improve(wb.applied, name)
    except WeakrecError as e:
        st.error(sentence(e), icon=":material/error:")
        return
    st.markdown(f"**{fmt.literal(name)}**")
    if not found:
        st.info(NOTHING, icon=":material/info:")
        return
    for action, title in _ACTIONS.items():
        of_action = [(i, one) for i, one in enumerate(found) if one.action == action]
        if of_action:
            st.caption(f"{title}: log loss expected, and the LF's right votes on dev", help=_HELP)
        for i, one in of_action:
            _offer(wb, i, one)


def _offer(wb: Workbench, i: int, one: Improvement) -> None:
    low, high = one.log_loss_interval
    right = " → ".join(f"{c:,} of {v:,}" for c, v in zip(one.correct, one.votes, strict=True))
    with st.container(horizontal=True, vertical_alignment="center"):
        kind = " It becomes an LF of several conditions." if one.action == "unless" and _turns(wb, one) else ""
        st.markdown(
            f"{fmt.literal(one.text)} :gray[· {fmt.signed(one.log_loss_change, 4)} \\[{fmt.signed(low, 4)}, {fmt.signed(high, 4)}\\] · "
            f"{right}]",
            width="stretch",
        )
        help_text = f"Undo takes it back.{kind}"
        if st.button("Apply", key=f"improve_{i}", help=help_text, on_click=_apply, args=(wb, one)):
            st.rerun()


def _apply(wb: Workbench, one: Improvement) -> None:
    wb.edit(apply_improvement(wb.draft.lf_set, one).lfs)
    wb.refresh_widgets()
    st.toast(f"{fmt.literal(one.lf.name)} changed; Undo is at the top.", icon=":material/check:")


def _turns(wb: Workbench, one: Improvement) -> bool:
    return any(lf.name == one.lf.name and lf.kind != one.lf.kind for lf in wb.draft.lf_set.lfs)
