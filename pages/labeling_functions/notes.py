"""What people say of an LF: tags to find it by, a comment, and whom to ask about it."""

from typing import Any

import streamlit as st

from pages.labeling_functions.redraw import redraw_page
from pages.shared import fmt
from pages.shared.bar.popover import in_popover
from pages.shared.workbench import Workbench
from weakrec_core.labeling.base import LF
from weakrec_core.limits import LF_COMMENT_CHARACTERS, LF_OWNER_CHARACTERS, LF_TAGS


def notes_button(wb: Workbench, lf: LF) -> None:
    """The popover that the notes are edited in; they go with the LF and change no vote."""
    in_popover(
        lambda: _notes(wb, lf),
        "Notes",
        icon=":material/sell:",
        help="Tags, comment and owner",
        key=f"icon_notes_{lf.name}",
    )


def _notes(wb: Workbench, lf: LF) -> None:
    key = f"{lf.name}_{wb.revision}"
    _field(wb, lf, "tags", f"lf_tags_{key}")
    _field(wb, lf, "comment", f"lf_comment_{key}")
    _field(wb, lf, "owner", f"lf_owner_{key}")
    wb.show_edit_problem(lf.name)


def show_notes(lf: LF) -> None:
    """The notes in a line or two under the LF's name, where it has some."""
    said = [f":blue-badge[{fmt.literal(tag)}]" for tag in lf.tags]
    said += [f":material/person: {fmt.literal(lf.owner)}"] if lf.owner else []
    said += [fmt.literal(lf.comment)] if lf.comment else []
    if said:
        st.caption(" ".join(said))


def tags_of(wb: Workbench) -> list[str]:
    """All tags of the draft's LFs, by name."""
    return sorted({tag for lf in wb.draft.lf_set.lfs for tag in lf.tags}, key=str.lower)


def _field(wb: Workbench, lf: LF, name: str, key: str) -> None:
    def change() -> None:
        wb.change(lf, **{name: st.session_state[key]})
        redraw_page()

    kept: dict[str, Any] = {"key": key, "on_change": change, "persist_state": "page"}
    if name == "tags":
        st.multiselect(
            "Tags",
            tags_of(wb),
            default=lf.tags,
            accept_new_options=True,
            max_selections=LF_TAGS,
            placeholder="Type a tag and press Enter",
            **kept,
        )
    elif name == "comment":
        st.text_area("Comment", lf.comment, height=100, max_chars=LF_COMMENT_CHARACTERS, **kept)
    else:
        st.text_input("Owner", lf.owner, max_chars=LF_OWNER_CHARACTERS, **kept)
