"""Saving the draft as a version, and what happens when two people save at once."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.people.write_button import write_button
from pages.shared import fmt
from pages.shared.errors import errors_shown, sentence
from pages.shared.workbench import Workbench
from weakrec_core.access import at_work, may_write
from weakrec_core.errors import WeakrecError
from weakrec_core.labeling.diff import diff_sets
from weakrec_core.labeling.drafts import Draft
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.versions import Version, VersionConflict, load_version, save_version


def save_button(wb: Workbench) -> None:
    """The popover that saves the draft as the next version."""
    draft = wb.draft
    label = f"Save v{draft.base.number + 1}"
    version = f"{draft.base.name}_{draft.base.number}"  # with the next one the popover is closed, and its note empty
    popover = st.popover(
        label,
        icon=":material/save:",
        type="primary",
        disabled=not (draft.dirty and may_write()),
        width="content",
        key=f"save_{version}",
        on_change="rerun",
    )
    if not popover.open:
        return
    with popover:
        for line in diff_sets(draft.base.lf_set, draft.lf_set):
            st.markdown(f"- {fmt.literal(line)}")
        note = st.text_input("Note (optional)", key=f"save_note_{version}", persist_state="page")
        by = at_work().name or st.text_input("Your name (optional)", key="save_by", persist_state="session")
        if write_button(label, type="primary", key="save_now", width="stretch"):
            try:
                _saved(wb, save_version(wb.workspace, draft.lf_set, draft.base.number, note, by))
            except VersionConflict as e:
                st.session_state["conflict"] = (e.latest, note, by)
            except WeakrecError as e:
                st.error(sentence(e))
                return
            st.rerun()


def conflict_dialog(wb: Workbench) -> None:
    """Shown when somebody has saved in the meantime: what they changed, what you changed, and the choice."""
    if "conflict" in st.session_state:
        _conflict(wb, *st.session_state.pop("conflict"))


@st.dialog("Somebody has saved in the meantime", width="medium")
@errors_shown()
def _conflict(wb: Workbench, latest: int, note: str, by: str) -> None:
    draft = wb.draft
    try:
        theirs = load_version(wb.workspace, draft.base.name, latest)
    except WeakrecError as e:
        st.error(f"{sentence(e)} v{latest} cannot be read; nothing of yours is lost.", icon=":material/error:")
        _save_mine(wb, latest, note, by)
        return
    who = f" by {fmt.literal(theirs.by)}" if theirs.by else ""
    st.markdown(
        f"**v{latest}**{who} was saved at {theirs.at} while you edited v{draft.base.number}. Nothing of yours is lost."
    )
    left, right = st.columns(2)
    left.markdown(f"**Theirs since v{draft.base.number}**")
    show_changes(left, draft.base.lf_set, theirs.lf_set)
    right.markdown(f"**Yours since v{draft.base.number}**")
    show_changes(right, draft.base.lf_set, draft.lf_set)
    _save_mine(wb, latest, note, by)
    st.caption(f"v{latest} stays in the history.")
    if st.button(f"Go on editing on top of v{latest}", key="conflict_on_top", width="stretch"):
        wb.draft = Draft(theirs, draft.lf_set, draft.past, draft.future, draft.id)
        st.rerun()
    if st.button(
        f"Take v{latest} and drop my edits", key="conflict_theirs", width="stretch", help="Undo brings them back"
    ):
        wb.draft = Draft(theirs, theirs.lf_set, (*draft.past, draft.lf_set), (), draft.id)
        wb.refresh_widgets()
        st.rerun()


def _save_mine(wb: Workbench, latest: int, note: str, by: str) -> None:
    if st.button(f"Save mine as v{latest + 1}", type="primary", key="conflict_mine", width="stretch"):
        try:
            _saved(wb, save_version(wb.workspace, wb.draft.lf_set, latest, note, by))
        except VersionConflict as e:
            st.session_state["conflict"] = (e.latest, note, by)
        st.rerun()


def show_changes(place: DeltaGenerator, old: LFSet, new: LFSet) -> None:
    """What differs between two LF sets, one line each."""
    lines = diff_sets(old, new)
    place.markdown("\n".join(f"- {fmt.literal(line)}" for line in lines) or "No difference.")


def _saved(wb: Workbench, version: Version) -> None:
    draft = wb.draft
    wb.draft = Draft(version, draft.lf_set, draft.past, draft.future, draft.id)
    st.toast(f"Saved {fmt.literal(version.name)} v{version.number}", icon=":material/check:")
