"""Making, naming and taking in LF sets."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.people.write_button import write_button
from pages.router.draft import open_lf_set
from pages.shared import fmt
from pages.shared.errors import sentence
from pages.shared.selection import select_lf
from pages.shared.workbench import Workbench
from weakrec_core.errors import WeakrecError
from weakrec_core.labeling.exchange import importing
from weakrec_core.labeling.versions import SHIPPED, load_version, new_set, rename_set

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile


def sets_button(wb: Workbench) -> None:
    """The popover with what is done to sets as a whole; opening another one is in the sidebar."""
    draft = wb.draft
    now = draft.base.name
    # With what is done its key is another one, and the popover is closed.
    key = f"{now}_{draft.id}_{st.session_state.get('sets_made', 0)}"
    popover = st.popover(
        "LF sets",
        icon=":material/library_add:",
        help="New set, save as, rename, import",
        width="content",
        key=f"icon_sets_{key}",
        on_change="rerun",
    )
    # A file that waits to be imported stays only while its widget is drawn.
    if popover.open or st.session_state.get(f"import_{key}") is not None:
        with popover:
            _sets(wb, key)


def _sets(wb: Workbench, key: str) -> None:
    now = wb.draft.base.name
    name = st.text_input(
        "Name",
        key=f"set_name_{key}",
        placeholder="another_set",
        help="Of the set to be made, or the new one of this",
        persist_state="page",
    ).strip()
    shipped = (SHIPPED / f"{now}.yaml").exists()
    for label, icon, how, does, off in (
        (
            "Save as",
            "save_as",
            "A set of its own with the LFs as they are here now; undo and redo go on in it",
            _save_as,
            False,
        ),
        (
            "Rename set",
            "edit",
            "It comes with the workbench and keeps its name" if shipped else "With all its versions",
            _rename,
            shipped,
        ),
        ("New, without LFs", "add", "Unsaved edits here stay in their draft: the browser's way back", _new, False),
    ):
        if write_button(
            label,
            icon=f":material/{icon}:",
            help=how,
            key=f"{does.__name__.strip('_')}_set",
            width="stretch",
            disabled=off or not name,
        ):
            _done(lambda does=does: does(wb, name))  # type: ignore[misc]
    uploaded = st.file_uploader(
        "Import",
        ["yaml", "yml", "csv", "txt"],
        key=f"import_{key}",
        help="An LF set (.yaml) is saved and opened. Keywords (.csv with keyword and label, or .txt, one a line) become an LF "
        "of the open set.",
    )
    if uploaded is not None:
        _import(wb, uploaded, key)


def _import(wb: Workbench, uploaded: "UploadedFile", key: str) -> None:
    label = None
    if not uploaded.name.endswith((".yaml", ".yml")):
        label = st.segmented_control(
            "They vote",
            ["POSITIVE", "NEGATIVE"],
            key=f"import_label_{key}",
            help="Not asked where a column of the file says it",
        )
    if write_button("Import", icon=":material/upload:", type="primary", key="import_set", width="stretch"):
        _done(lambda: _take_in(wb, uploaded, label))


def _done(what: Callable[[], str]) -> None:
    """Do it and say so; or say why not."""
    try:
        said = what()
    except WeakrecError as e:
        st.error(sentence(e), icon=":material/error:")
        return
    st.session_state["sets_made"] = st.session_state.get("sets_made", 0) + 1
    st.toast(fmt.literal(said), icon=":material/check:")
    st.rerun()


def _save_as(wb: Workbench, name: str) -> str:
    draft = wb.draft
    version = new_set(wb.workspace, name, draft.lf_set.lfs, f"from {draft.base.name} v{draft.base.number}")
    wb.draft = draft.based_on(version)
    return f"Saved as {name} v{version.number}"


def _rename(wb: Workbench, name: str) -> str:
    draft = wb.draft
    rename_set(wb.workspace, draft.base.name, name)
    wb.draft = draft.based_on(load_version(wb.workspace, name, draft.base.number))
    return f"{draft.base.name} is called {name} now"


def _new(wb: Workbench, name: str) -> str:
    new_set(wb.workspace, name)
    open_lf_set(wb.workspace, name)
    return f"New LF set {name}"


def _take_in(wb: Workbench, uploaded: "UploadedFile", label: str | None) -> str:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / Path(uploaded.name).name
        path.write_bytes(uploaded.getvalue())
        try:
            return _read_in(wb, path, label)
        except WeakrecError as e:
            raise WeakrecError(str(e).replace(f"{directory}/", "")) from None


def _read_in(wb: Workbench, path: Path, label: str | None) -> str:
    what = importing.kind_of(path)
    if what == importing.LF_SET:
        lf_set = importing.read_lfs(path, what)
        saved = importing.save(wb.workspace, lf_set, f"imported from {path.name}")
        open_lf_set(wb.workspace, lf_set.name)
        return (
            f"Imported {lf_set.name} v{int(saved.stem[1:])}"
            if saved.parent != SHIPPED
            else f"{lf_set.name} is as shipped"
        )
    lf_set = importing.read_lfs(path, what, label=label, base=wb.draft.lf_set)
    wb.add(lf_set.lfs)
    select_lf(lf_set.lfs[-1].name)
    return f"Added {lf_set.lfs[-1].name}; Undo is at the top"
