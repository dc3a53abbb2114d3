"""Which LF is selected, and that from elsewhere than the table of LFs, too."""

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import fmt

if TYPE_CHECKING:  # the router has this file, and the library takes a second to load
    from pages.shared.workbench import Workbench
    from weakrec_core.labeling.base import LF

_LF, _WRITTEN = "lf", "lf_in_address"


def selected_lf(names: list[str]) -> str:
    """The selected LF of those there are: the one that the address asks for, else the one kept, at first the first one."""
    kept, asked = st.session_state.get("selected_lf"), st.query_params.get(_LF)
    selected = str(kept) if kept in names else names[0]
    if asked is None or asked == st.session_state.get(_WRITTEN):
        return selected
    if asked not in names:
        st.info(
            fmt.literal(f"There is no LF {asked!r} in this set (any more): {selected!r} is selected."),
            icon=":material/info:",
        )
    elif asked != selected:
        select_lf(asked)
        return asked
    return selected


def keep_selected(name: str) -> None:
    """Remember the selected LF; in the address, too, where it has changed: a reload finds it again.

    Each change of the address is a page of the browser's history, and the way back should not stop at any that nobody made.
    """
    before, asked = st.session_state.get("selected_lf"), st.query_params.get(_LF)
    st.session_state["selected_lf"] = st.session_state[_WRITTEN] = name
    if asked != name and (asked is not None or before not in (None, name)):
        st.query_params[_LF] = name


def selected_address() -> dict[str, str]:
    """What a link to the page of LFs carries, so that its address has the selected one."""
    kept = st.session_state.get("selected_lf")
    return {} if kept is None else {_LF: kept}


def table_revision() -> int:
    """Part of the table's key: it goes up when the selection changes from elsewhere."""
    return int(st.session_state.get("table_revision", 0))


def select_lf(name: str) -> None:
    """Select an LF from elsewhere than the table."""
    st.session_state["selected_lf"] = name
    draw_table_anew()


def draw_table_anew() -> None:
    """Give the table, and what opens over it, another key: it takes its selection from elsewhere, and popovers are closed."""
    st.session_state["table_revision"] = table_revision() + 1


def add_lf(wb: "Workbench", lf: "LF") -> None:
    """Put a new LF at the end of the draft, select it and say so, on the page drawn anew."""
    wb.add((*wb.draft.lf_set.lfs, lf))
    wb.refresh_widgets()
    select_lf(lf.name)
    st.toast(f"{fmt.literal(lf.name)} added; Undo is at the top.", icon=":material/check:")
    st.rerun()
