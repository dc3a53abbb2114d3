"""Which LFs the table lists and in which order, and switching several on or off."""

from typing import Any

import streamlit as st

from pages.labeling_functions.lf_figures import figures_of
from pages.labeling_functions.notes import tags_of
from pages.labeling_functions.redraw import redraw_page
from pages.shared import fmt
from pages.shared.bar.popover import in_popover
from pages.shared.workbench import Workbench
from weakrec_core.data.noun import counted
from weakrec_core.labeling.base import LF
from weakrec_core.labeling.lf_listing import BY_NAME, ORDER, SORTED_BY, VERDICTS, Listing

_TIMES = "lf_listing_times"
_NAMED = {"train": "On train", "emp_acc": "Emp. Acc.", "n": "n", "not distinguishable": "≈ chance"}


def listed(wb: Workbench) -> list[LF]:
    """The LFs that this tab has chosen to see, in their order."""
    return _chosen(wb).of(wb.draft.lf_set.lfs, figures_of(wb.applied))


def _chosen(wb: Workbench) -> Listing:
    """What the popover's widgets say, which keep their values while it is closed."""
    state, times = st.session_state, _times()
    tags = tuple(tag for tag in state.get(f"find_tags_{times}", ()) if tag in tags_of(wb))
    return Listing(
        state.get(f"find_{times}", ""),
        tags,
        tuple(state.get(f"find_verdicts_{times}", ())),
        state.get(f"sort_{times}", ORDER),
        state.get(f"sort_turned_{times}", False),
    )


def _times() -> int:
    """Part of the widgets' keys: once all are to be listed, they are new ones."""
    return int(st.session_state.get(_TIMES, 0))


def listing_button(wb: Workbench) -> None:
    """The popover that finds and sorts LFs, and switches those found."""
    in_popover(
        lambda: _listing(wb),
        "Find and sort",
        icon=":material/filter_list:",
        help="Find, sort, switch several on or off",
        key="icon_listing",
    )


def _listing(wb: Workbench) -> None:
    times = _times()
    kept: dict[str, Any] = {"on_change": redraw_page, "persist_state": "page"}
    st.text_input(
        "Find",
        key=f"find_{times}",
        placeholder="Name, keyword, signal, comment, owner",
        help="Anywhere in the LF",
        **kept,
    )
    if tags := tags_of(wb):
        st.multiselect("Tags", tags, key=f"find_tags_{times}", **kept)
    st.pills("Verdict", VERDICTS, selection_mode="multi", key=f"find_verdicts_{times}", format_func=_named, **kept)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.selectbox("Sort by", SORTED_BY, key=f"sort_{times}", format_func=_named, **kept)
        other_way = "Last first" if by == ORDER else "Z to A" if by in BY_NAME else "Least first"
        st.toggle(other_way, key=f"sort_turned_{times}", **kept)
    _switch(wb)


def listing_said(wb: Workbench) -> None:
    """Over a table that does not list all: how many it lists, and the way back to all."""
    if _chosen(wb).filters:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            lfs = wb.draft.lf_set.lfs
            st.caption(f"{len(listed(wb)):,} of {counted(len(lfs), 'LF')} listed", width="content")
            st.button("List all", key="list_all", type="tertiary", on_click=_list_all)


def _switch(wb: Workbench) -> None:
    """Of the LFs listed, or of all: which to switch; one edit, one undo."""
    names, found = [lf.name for lf in wb.draft.lf_set.lfs], listed(wb)
    some = [lf.name for lf in found] if len(found) < len(names) else []
    chosen = st.multiselect(
        "Switch",
        names,
        default=some,
        key=f"switch_{abs(hash(tuple(some)))}_{wb.revision}",
        placeholder="LFs to switch on or off",
        help="At first those that were found",
        persist_state="page",
    )
    with st.container(horizontal=True):
        for label, enabled in (("Switch on", True), ("Switch off", False)):
            st.button(
                label,
                key=f"switch_{'on' if enabled else 'off'}",
                disabled=not chosen,
                on_click=_set_enabled,
                args=(wb, frozenset(chosen), enabled),
            )


def _set_enabled(wb: Workbench, names: frozenset[str], enabled: bool) -> None:
    lfs = wb.draft.lf_set.lfs
    wb.edit(tuple(lf.model_copy(update={"enabled": enabled}) if lf.name in names else lf for lf in lfs))
    wb.refresh_widgets()
    st.toast(
        f"{fmt.literal(counted(len(names), 'LF'))} switched {'on' if enabled else 'off'}; Undo is at the top.",
        icon=":material/check:",
    )
    redraw_page()


def _list_all() -> None:
    st.session_state[_TIMES] = _times() + 1
    redraw_page()


def _named(what: str) -> str:
    return _NAMED.get(what, what.capitalize())
