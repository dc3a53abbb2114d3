"""Adding, naming, ordering and removing LFs, and handing over their set as files."""

from typing import Any

import streamlit as st

from pages.prompt.drafting import draft_button
from pages.shared.bar.popover import in_popover
from pages.shared.downloads import download, download_table
from pages.shared.errors import sentence
from pages.shared.selection import draw_table_anew, select_lf, table_revision
from pages.shared.workbench import Workbench
from weakrec_core.errors import SpecError
from weakrec_core.labeling.base import LF
from weakrec_core.labeling.exchange.snorkel_module import needs_of, snorkel_module
from weakrec_core.labeling.kinds import LF_KINDS
from weakrec_core.labeling.parsing import parse_lf


def add_button(wb: Workbench) -> None:
    """The popover that adds an LF."""
    with st.popover("Add", icon=":material/add:", width="content", key=f"add_{_closed()}"):
        with st.form("add_lf", border=False):
            kind = st.radio("Kind", list(LF_KINDS), format_func=lambda kind: LF_KINDS[kind].title, key="new_kind")
            name = st.text_input("Name", key="new_name", placeholder="hated_it")
            if st.form_submit_button("Add", type="primary"):
                try:
                    _add(wb, name.strip() or _free_name(wb, kind), LF_KINDS[kind].start(wb.applier.dataset))
                except SpecError as e:
                    st.error(sentence(e))
        if draft_button(wb, (), "draft_by_model"):
            draw_table_anew()
            st.rerun()


def export_button(wb: Workbench) -> None:
    """What other tools read of the draft, as it is now."""
    in_popover(lambda: _exports(wb), "Export", icon=":material/download:", help="Export", key="icon_export")


def _exports(wb: Workbench) -> None:
    lf_set, noun, applied = wb.draft.lf_set, wb.dataset.noun, wb.applied
    download("LF set (YAML)", lf_set.to_yaml, f"{lf_set.name}.yaml", "export_yaml", "For `--lfs` and `import`")
    try:
        needs_of(lf_set, noun)
        download(
            "Snorkel functions (Python)",
            lambda: snorkel_module(lf_set, noun),
            f"{lf_set.name}_lfs.py",
            "export_python",
            "A module that needs Snorkel and TextBlob, not this workbench, and votes the same",
        )
    except SpecError as e:
        st.caption(sentence(e))
    named = f"{wb.dataset.name}-{lf_set.name}"
    download_table("LF analysis on dev (CSV)", applied.summary, f"{named}-analysis.csv", "export_analysis")
    download_table(
        "Votes on dev (Parquet)", lambda: applied.vote_table("dev"), f"{named}-votes.parquet", "export_votes"
    )
    download_table(
        "Vote patterns on dev (CSV)",
        lambda: applied.pattern_table("dev"),
        f"{named}-patterns.csv",
        "export_patterns",
    )


def more_button(wb: Workbench, lf: LF) -> None:
    """Rename, duplicate, move and delete the selected LF."""
    in_popover(
        lambda: _more(wb, lf),
        "More on this LF",
        icon=":material/more_horiz:",
        help="Rename, duplicate, move, delete",
        key=f"icon_more_{_closed()}",
    )


def _more(wb: Workbench, lf: LF) -> None:
    names = [other.name for other in wb.draft.lf_set.lfs]
    at = names.index(lf.name)
    new_name = st.text_input("Name", lf.name, key=f"rename_{lf.name}_{wb.revision}", persist_state="page")
    if new_name.strip() != lf.name and st.button("Rename", key="rename", type="primary", width="stretch"):
        _rename(wb, lf, new_name.strip())
    if st.button("Duplicate", icon=":material/content_copy:", key="duplicate", width="stretch"):
        copy = _free_name(wb, lf.name)
        lfs = list(wb.draft.lf_set.lfs)
        lfs.insert(at + 1, lf.model_copy(update={"name": copy}))
        _apply(wb, lfs, copy)
    if st.button("Move up", icon=":material/arrow_upward:", key="move_up", width="stretch", disabled=at == 0):
        _move(wb, at, at - 1)
    last = at == len(names) - 1
    if st.button("Move down", icon=":material/arrow_downward:", key="move_down", width="stretch", disabled=last):
        _move(wb, at, at + 1)
    if st.button("Delete", icon=":material/delete:", key="delete", width="stretch", help="Undo brings it back"):
        lfs = [other for other in wb.draft.lf_set.lfs if other.name != lf.name]
        _apply(wb, lfs, lfs[min(at, len(lfs) - 1)].name if lfs else "")


def _add(wb: Workbench, name: str, values: dict[str, Any]) -> None:
    kind = st.session_state["new_kind"]
    if name in [lf.name for lf in wb.draft.lf_set.lfs]:
        raise SpecError(f"LF {name!r}: the name is taken.")
    wb.add((*wb.draft.lf_set.lfs, parse_lf({"kind": kind, "name": name} | values)))
    _select(name)


def _rename(wb: Workbench, lf: LF, name: str) -> None:
    try:
        if name in [other.name for other in wb.draft.lf_set.lfs]:
            raise SpecError(f"LF {name!r}: the name is taken.")
        renamed = parse_lf(lf.model_dump() | {"name": name})
    except SpecError as e:
        st.error(sentence(e))
        return
    _apply(wb, [renamed if other.name == lf.name else other for other in wb.draft.lf_set.lfs], name)


def _move(wb: Workbench, start: int, end: int) -> None:
    lfs = list(wb.draft.lf_set.lfs)
    lfs[start], lfs[end] = lfs[end], lfs[start]
    _apply(wb, lfs, lfs[end].name)


def _closed() -> int:
    """Part of a popover's key: after its work is done it is another one, and closed."""
    return table_revision()


def _apply(wb: Workbench, lfs: list[LF], selected: str) -> None:
    wb.edit(tuple(lfs))
    _select(selected)


def _select(name: str) -> None:
    select_lf(name)
    st.rerun()


def _free_name(wb: Workbench, stem: str) -> str:
    names = {lf.name for lf in wb.draft.lf_set.lfs}
    return next(name for i in range(2, len(names) + 3) if (name := f"{stem}_{i}") not in names)
