"""The editor of a category LF: its column, which values vote for which label, and what each value says on dev."""

import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.grid.table import draw_table
from pages.shared.workbench import Workbench
from weakrec_core.labeling.kinds import CategoryLF

_OFFERED = 500  # values, the most frequent ones


def category_editor(wb: Workbench, lf: CategoryLF) -> None:
    """Draw the editor; every change is put on the draft at once, unless it is not valid."""
    key = f"{lf.name}_{wb.revision}"
    names = [name for name, column in wb.dataset.kept_columns.items() if column.kind == "category"]
    st.selectbox(
        "Column",
        names,
        index=names.index(lf.column) if lf.column in names else None,
        placeholder=lf.column,
        key=f"column_{key}",
        help="A column of the table that was kept as a category",
        on_change=lambda: _change_column(wb, lf, st.session_state[f"column_{key}"]),
    )
    if lf.column not in names:
        st.info(f"This dataset keeps no category {lf.column!r}; choose another column.", icon=":material/info:")
        return
    if warning := wb.dataset.kept_columns[lf.column].warning(lf.column):
        st.warning(warning, icon=":material/warning:")
    frequent = wb.applier.dataset.kept(lf.column, "train").value_counts().index.astype("str")[:_OFFERED]
    for label, field in (("POSITIVE", "positive"), ("NEGATIVE", "negative")):
        values: tuple[str, ...] = getattr(lf, field)
        other = set(lf.positive + lf.negative) - set(values)
        st.multiselect(
            f"Values that vote {label}",
            [value for value in dict.fromkeys([*values, *frequent]) if value not in other],
            default=values,
            key=f"{field}_{key}",
            accept_new_options=True,
            on_change=_change_values,
            args=(wb, lf, field, f"{field}_{key}"),
        )
    wb.show_edit_problem(lf.name)
    _table(wb, lf)


def _table(wb: Workbench, lf: CategoryLF) -> None:
    """Each value on dev, the most frequent first."""
    gold = wb.dataset.gold("dev")
    of_value = wb.dataset.kept(lf.column, "dev").astype("str")
    frame = pd.DataFrame({"value": of_value, "known": gold >= 0, "positive": gold == 1}).groupby("value").sum()
    frame = (
        frame.assign(rows=of_value.value_counts()).sort_values("rows", ascending=False, kind="stable").head(_OFFERED)
    )
    votes = dict.fromkeys(lf.positive, "POSITIVE") | dict.fromkeys(lf.negative, "NEGATIVE")
    shown = pd.DataFrame(
        {
            "Value": frame.index,
            "Votes": [votes.get(value, fmt.NONE) for value in frame.index],
            "Dev rows": frame["rows"].to_numpy(),
            "POSITIVE": (frame["positive"] / frame["known"].where(frame["known"] > 0)).to_numpy(),
        }
    )
    draw_table(
        shown,
        hide_index=True,
        height="content" if len(shown) <= 8 else 300,
        placeholder=fmt.NONE,
        column_config={
            "Dev rows": st.column_config.NumberColumn(format="localized"),
            "POSITIVE": st.column_config.NumberColumn(format="percent", help="Share of gold POSITIVE on dev"),
        },
        alt="Values of the column and their rows on dev",
    )


def _change_values(wb: Workbench, lf: CategoryLF, field: str, key: str) -> None:
    wb.change(lf, **{field: st.session_state[key]})


def _change_column(wb: Workbench, lf: CategoryLF, column: str) -> None:
    value = wb.applier.dataset.kept(column, "train").value_counts().index[0]
    wb.change(lf, column=column, positive=[value], negative=[])
    wb.refresh_widgets()
