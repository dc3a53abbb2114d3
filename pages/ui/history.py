"""Saving a version, the history of versions, and what happens when two people save at once."""

import pandas as pd
import streamlit as st

from pages.ui import fmt
from pages.ui.workbench import Workbench
from weakrec_core.errors import WeakrecError
from weakrec_core.label_model.set_figures import SetFigures, set_figures
from weakrec_core.labeling.diff import diff_sets
from weakrec_core.labeling.drafts import Draft
from weakrec_core.labeling.spec import LFSet
from weakrec_core.labeling.versions import Version, VersionConflict, load_version, save_version, version_numbers


def save_button(wb: Workbench) -> None:
    """The popover that saves the draft as the next version."""
    draft = wb.draft
    label = f"Save v{draft.base.number + 1}"
    with st.popover(
        label, icon=":material/save:", type="primary", disabled=not draft.dirty, width="content", key="save"
    ):
        for line in diff_sets(draft.base.lf_set, draft.lf_set):
            st.markdown(f"- {fmt.literal(line)}")
        note = st.text_input("Note (optional)", key="save_note")
        by = st.text_input("Your name (optional)", key="save_by", persist_state="session")
        if st.button(label, type="primary", key="save_now", width="stretch"):
            try:
                _saved(wb, save_version(wb.workspace, draft.lf_set, draft.base.number, note, by))
            except VersionConflict as e:
                st.session_state["conflict"] = (e.latest, note, by)
            except WeakrecError as e:
                st.error(str(e))
                return
            st.rerun()


def conflict_dialog(wb: Workbench) -> None:
    """Shown when somebody has saved in the meantime: what they changed, what you changed, and the choice."""
    if "conflict" in st.session_state:
        _conflict(wb, *st.session_state.pop("conflict"))


@st.dialog("Somebody has saved in the meantime", width="medium")
def _conflict(wb: Workbench, latest: int, note: str, by: str) -> None:
    draft = wb.draft
    theirs = load_version(wb.workspace, draft.base.name, latest)
    who = f" by {fmt.literal(theirs.by)}" if theirs.by else ""
    st.markdown(
        f"**v{latest}**{who} was saved at {theirs.at} while you edited v{draft.base.number}. Nothing of yours is lost."
    )
    left, right = st.columns(2)
    left.markdown(f"**Theirs since v{draft.base.number}**")
    _changes(left, draft.base.lf_set, theirs.lf_set)
    right.markdown(f"**Yours since v{draft.base.number}**")
    _changes(right, draft.base.lf_set, draft.lf_set)
    if st.button(f"Save mine as v{latest + 1}", type="primary", key="conflict_mine", width="stretch"):
        try:
            _saved(wb, save_version(wb.workspace, draft.lf_set, latest, note, by))
        except VersionConflict as e:
            st.session_state["conflict"] = (e.latest, note, by)
        st.rerun()
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


def history_button(wb: Workbench) -> None:
    """Open the history."""
    if st.button("History", icon=":material/history:", key="history", width="content"):
        _history(wb)


@st.dialog("History", width="large")
def _history(wb: Workbench) -> None:
    draft = wb.draft
    versions = [
        load_version(wb.workspace, draft.base.name, number)
        for number in reversed(version_numbers(wb.workspace, draft.base.name))
    ]
    figures = {v.number: _figures(wb, v.lf_set) for v in versions}
    st.dataframe(
        pd.DataFrame([_row(v, figures[v.number]) for v in versions]),
        hide_index=True,
        height="content" if len(versions) <= 8 else 320,
        column_config={c: st.column_config.TextColumn(alignment="right") for c in ("LFs", *_FIGURES)},
    )
    numbers = [v.number for v in versions]
    left, right = st.columns(2)
    old = left.selectbox(
        "Compare", numbers, index=min(1, len(numbers) - 1), format_func=lambda n: f"v{n}", key="history_old"
    )
    new = right.selectbox(
        "with", ["draft", *numbers], format_func=lambda n: n if n == "draft" else f"v{n}", key="history_new"
    )
    by_number = {v.number: v for v in versions}
    before = by_number[old].lf_set
    after = draft.lf_set if new == "draft" else by_number[new].lf_set
    _changes(st, before, after)
    a, b = figures[old], _figures(wb, after)
    st.caption(" · ".join(_difference(name, a, b) for name in _FIGURES))
    if st.button(f"Restore v{old} as an edit", icon=":material/settings_backup_restore:", key="restore"):
        wb.edit(by_number[old].lf_set.lfs)
        wb.refresh_widgets()
        st.rerun()


_FIGURES = {"Train coverage": "train_coverage", "Conflicts": "conflicts", "AUC": "auc", "Log loss": "log_loss"}


def _row(version: Version, figures: SetFigures) -> dict[str, str]:
    return {
        "Version": f"v{version.number}",
        "Saved": version.at.replace("T", " ").removesuffix("+00:00") or "shipped",
        "By": version.by or fmt.NONE,
        "Note": version.note,
        "LFs": str(len(version.lf_set.active)),
    } | {name: _shown(name, getattr(figures, field)) for name, field in _FIGURES.items()}


def _shown(name: str, value: float | None) -> str:
    return fmt.percent(value) if name in ("Train coverage", "Conflicts") else fmt.number(value)


def _difference(name: str, a: SetFigures, b: SetFigures) -> str:
    old, new = getattr(a, _FIGURES[name]), getattr(b, _FIGURES[name])
    return f"{name} {_shown(name, old)} → {_shown(name, new)}"


def _changes(place: object, old: LFSet, new: LFSet) -> None:
    lines = diff_sets(old, new)
    place.markdown("\n".join(f"- {fmt.literal(line)}" for line in lines) or "No difference.")  # type: ignore[attr-defined]


def _figures(wb: Workbench, lf_set: LFSet) -> SetFigures:
    return set_figures(wb.applier, wb.applier.usable(lf_set))


def _saved(wb: Workbench, version: Version) -> None:
    draft = wb.draft
    wb.draft = Draft(version, draft.lf_set, draft.past, draft.future, draft.id)
    st.toast(f"Saved {version.name} v{version.number}", icon=":material/check:")
