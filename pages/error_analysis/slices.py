"""Accuracy and coverage of the label model by slice."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.error_analysis.filters import set_filter
from pages.shared import fmt
from pages.shared.grid.row_box import row_box
from pages.shared.grid.table import draw_table
from pages.shared.workbench import Workbench
from weakrec_core.charts.error_analysis import slice_intervals
from weakrec_core.error_analysis.buckets import Buckets
from weakrec_core.error_analysis.filters import RowFilter
from weakrec_core.error_analysis.slices import BY_DEFAULT, slice_table
from weakrec_core.signals import signals_of

_SLICES_SHOWN = 30
_VERDICTS = {
    "worse": "▼ worse",
    "better": "▲ better",
    "not distinguishable": "≈ others",
    "too few rows": "too few",
}
_RIGHT: dict[str, Any] = {"alignment": "right"}


def slices_view(wb: Workbench, found: Buckets) -> None:
    """Accuracy and coverage of the label model by slice, worst first."""
    ways = [*BY_DEFAULT, *(name for name in signals_of(wb.dataset) if name not in BY_DEFAULT)]
    by = st.multiselect(
        "Slice by",
        ways,
        list(BY_DEFAULT),
        key="slice_by",
        format_func=lambda name: name.replace("_", " "),
        help=f"popularity: readers of the {wb.dataset.noun.one} in the data; signals are cut into quartiles",
    )
    if not by:
        st.info("Choose what to slice by.", icon=":material/info:")
        return
    with st.spinner("Cutting the rows …"):
        table = slice_table([found.slicing(one) for one in by], found.correct, found.covered)
    judged = found.correct >= 0
    if not judged.any():
        st.info("No row with a vote has a gold label, so no slice can be judged.", icon=":material/info:")
        return
    overall = float((found.correct == 1).sum() / max(judged.sum(), 1))
    worse = table[table["verdict"] == "worse"]
    st.markdown(
        f"The label model is right on **{overall:.3f}** of {judged.sum():,} rows with a vote. "
        + (
            f"**{len(worse)} of {len(table)} slices are worse** than the other rows beyond chance, after correction for looking at "
            "so many (false discovery rate 5 %)."
            if len(worse)
            else f"None of {len(table)} slices is worse than the other rows beyond chance, after correction for looking at so many."
        )
    )
    left, right = st.columns([1, 1.8], gap="small")
    with left:
        shown = table[table["n"] > 0].head(_SLICES_SHOWN)
        st.altair_chart(slice_intervals(shown, overall, "Accuracy by slice with 95 % intervals, worst first"))
    with right:
        _slice_table(table)


def _slice_table(table: pd.DataFrame) -> None:
    shown = pd.DataFrame(
        {
            "By": table["by"].str.replace("_", " "),
            "Slice": table["slice"],
            "Rows": table["rows"],
            "Coverage": [fmt.percent(c) for c in table["coverage"]],
            "Accuracy, 95 %": [fmt.interval(*v) for v in table[["accuracy", "ci_low", "ci_high"]].to_numpy()],
            "To others": [fmt.signed(d, 2) for d in table["difference"]],
            "Verdict": table["verdict"].map(_VERDICTS),
        }
    )
    named = [f"{by}: {name}" for by, name in shown[["By", "Slice"]].to_numpy()]
    picked = row_box("slices", "Slice", named)
    event = draw_table(
        shown,
        key=picked.key,
        hide_index=True,
        height=520,
        on_select="rerun",
        selection_mode="single-row",
        selection_default=picked.default,
        column_config={
            "Rows": st.column_config.NumberColumn(width=52, format="localized"),
            "By": st.column_config.TextColumn(width=84),
            "Slice": st.column_config.TextColumn(width=174),
            "Coverage": st.column_config.TextColumn(width=62, **_RIGHT),
            "Accuracy, 95 %": st.column_config.TextColumn(width=108, **_RIGHT),
            "To others": st.column_config.TextColumn(width=58, help="Accuracy less that of all other rows", **_RIGHT),
            "Verdict": st.column_config.TextColumn(width=72),
        },
        alt="Slices of dev, worst first",
    )
    chosen = event.selection.rows
    st.button(
        "Look at the errors of this slice" if chosen else "Select a slice to look at its errors",
        icon=":material/search:",
        key="open_slice",
        disabled=not chosen,
        on_click=_open,
        args=(table.iloc[chosen[0]],) if chosen else None,
    )


def _open(chosen: pd.Series) -> None:
    set_filter(RowFilter(kind="wrong", by=chosen["by"], slice=chosen["slice"]))
    st.session_state["error_view"] = "Rows"
