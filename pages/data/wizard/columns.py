"""How the file is written, and which column is what."""

from pathlib import Path

import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.grid.table import draw_table
from weakrec_core.data.ingest.dialects import TableFormat
from weakrec_core.data.ingest.look import TableLook, look
from weakrec_core.data.ingest.table_config import FACTS, Columns
from weakrec_core.workspace import Workspace

_SHOWN_ROWS = 8
_ENCODINGS = ("utf-8", "utf-16", "cp1252", "latin-1", "iso-8859-15", "cp1250", "shift_jis", "gb18030")
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_ROLES = {
    "user": ("User *", "Who rated: an id or a name"),
    "item": ("Item *", "What was rated: an id or a name"),
    "rating": ("Rating *", "In any notation: 4, 3/5, B+, 70 %, fresh; empty = not rated, but in the user's history"),
    "text": ("Text", "A review or another text of the user about the item"),
    "title": ("Title", "Of the item, for people to read"),
    "creator": ("Creator", "Author, director, maker; items of one title and creator are one item"),
    "average_rating": ("Average rating", "Of the item, known apart from these ratings"),
    "time": ("Time", "When it was, for a split by time: a date, seconds, a year"),
}


@st.cache_resource(max_entries=16, show_spinner="Looking at the file …")
def looked_at(path: str, changed: int, given: str, _scratch: Path) -> TableLook:
    """`look`, remembered by the file, when it was changed, and what is said of the way it is written."""
    return look(Path(path), TableFormat.model_validate_json(given), scratch=_scratch)


def described_file(workspace: Workspace, path: Path, key: str) -> TableLook:
    """What the file looks like, and a way to say how it is written."""
    given = TableFormat(
        encoding=st.session_state.get(f"{key}_encoding"),
        separator=st.session_state.get(f"{key}_separator"),
        quote=st.session_state.get(f"{key}_quote") or None,
        header={"yes": True, "no": False}.get(st.session_state.get(f"{key}_header", "as found")),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        said = st.empty()
        with st.popover("Written otherwise?", icon=":material/tune:", width="content"):
            st.selectbox("Encoding", _ENCODINGS, index=None, placeholder="as found", key=f"{key}_encoding")
            st.selectbox(
                "Separator",
                list(_SEPARATORS),
                index=None,
                format_func=_SEPARATORS.__getitem__,
                placeholder="as found",
                key=f"{key}_separator",
            )
            st.text_input("Quote", max_chars=1, placeholder="as found", key=f"{key}_quote")
            st.segmented_control(
                "First row names the columns",
                ["as found", "yes", "no"],
                default="as found",
                required=True,
                key=f"{key}_header",
            )
        found = looked_at(str(path), path.stat().st_mtime_ns, given.model_dump_json(), workspace.scratch)
        said.markdown(_described(path, found))
    return found


def _described(path: Path, found: TableLook) -> str:
    """The file in one line."""
    parts = [found.kind, f"{found.rows:,} rows", f"{len(found.columns):,} columns"]
    if found.format.encoding:
        parts.append(found.format.encoding)
    if found.format.separator:
        parts.append(f"separated by {_SEPARATORS.get(found.format.separator, found.format.separator)}")
    if found.format.header is False:
        parts.append("without a header")
    return f"**{fmt.literal(path.name)}** · " + " · ".join(fmt.literal(part) for part in parts)


def chosen_columns(found: TableLook, facts: TableLook | None) -> Columns | None:
    """The roles, with the guesses chosen; None until the three that are needed have a column."""
    chosen: dict[str, str | None] = {}
    places = st.columns(4) + st.columns(4)
    for place, (role, (label, help_)) in zip(places, _ROLES.items(), strict=False):
        of = facts if facts is not None and role in FACTS else found
        guess = of.roles.get(role)
        chosen[role] = place.selectbox(
            label,
            of.columns,
            index=of.columns.index(guess) if guess in of.columns else None,
            placeholder="choose a column" if label.endswith("*") else "none",
            help=help_,
            key=f"role_{role}_{abs(hash(tuple(of.columns)))}",
        )
    if None in (chosen["user"], chosen["item"], chosen["rating"]):
        return None
    return Columns(**{role: column for role, column in chosen.items() if column is not None})


def preview(found: TableLook, columns: Columns | None) -> None:
    """The first rows, each column with what it is taken for."""
    role_of = (
        {}
        if columns is None
        else {column: role for role, column in columns.roles().items()}
        | {column: kind for column, kind in columns.kept().items()}
    )
    shown = found.preview.head(_SHOWN_ROWS)
    first = sorted(shown.columns, key=lambda name: name not in role_of)
    names = {name: f"{name} → {role_of[name].replace('_', ' ')}" if name in role_of else name for name in first}
    draw_table(
        pd.DataFrame(shown[first]).rename(columns=names),
        hide_index=True,
        height="content",
        placeholder=fmt.NONE,
        alt="First rows of the file, each column with its role",
    )
