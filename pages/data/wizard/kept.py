"""Which other columns are kept for LFs to look at, and as what."""

import streamlit as st

from weakrec_core.data.ingest.look import TableLook
from weakrec_core.data.ingest.table import TablePreview
from weakrec_core.data.ingest.table_config import Columns
from weakrec_core.data.kept_columns import Kind

_KINDS: dict[str, tuple[Kind, str, str]] = {
    "signals": ("signal", "Keep as signals", "Numbers, for threshold LFs"),
    "categories": ("category", "Keep as categories", "Texts that come again, for LFs that vote by the value"),
    "votes": (
        "votes",
        "Keep as votes",
        "Labels from elsewhere, such as a model's: 1, 0, -1 to abstain (or 2, 1, 0), or words",
    ),
}


def kept_columns(found: TableLook, facts: TableLook | None, columns: Columns) -> Columns:
    """The columns with those that are to be kept; none is before it is chosen.

    Offered are columns of either file that look like it, the rating, the user, the item and the text aside.
    """
    looks = [found] if facts is None else [found, facts]
    aside = {columns.user, columns.item, columns.rating, columns.text}
    chosen: dict[str, list[str]] = {}
    for place, (field, (kind, label, help_)) in zip(st.columns(3), _KINDS.items(), strict=True):
        offered = dict.fromkeys(name for one in looks for name in one.could_be[kind] if name not in aside)
        taken = {name for names in chosen.values() for name in names}
        chosen[field] = place.multiselect(
            label,
            [name for name in offered if name not in taken],
            placeholder="none" if offered else "no column looks like it",
            disabled=not offered,
            help=help_,
            key=f"keep_{field}_{abs(hash(tuple(offered)))}",
        )
    return columns.model_copy(update={field: tuple(names) for field, names in chosen.items()})


def show_kept(found: TablePreview) -> None:
    """What became of the kept columns; a warning where one gives the gold labels away."""
    for name, column in found.kept_columns.items():
        if column.gives_gold_away:
            st.warning(column.warning(name), icon=":material/warning:")
    if found.kept_columns:
        st.caption("Kept: " + "; ".join(column.told(name) for name, column in found.kept_columns.items()) + ".")
