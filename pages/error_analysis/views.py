"""Slices, pairs of LFs, and what happens around thresholds."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.error_analysis.filters import set_filter
from pages.shared import fmt
from pages.shared.cards import badge, book_of, card, gold_badge, marked
from pages.shared.selection import select_lf
from pages.shared.workbench import Workbench, is_dark
from weakrec_core.charts.colors import ABSTAIN_COLOR, NEGATIVE_COLOR, POSITIVE_COLOR
from weakrec_core.charts.error_analysis import distance_bars, pair_heat_map, slice_intervals
from weakrec_core.error_analysis.buckets import Buckets
from weakrec_core.error_analysis.excerpts import excerpt
from weakrec_core.error_analysis.filters import RowFilter
from weakrec_core.error_analysis.near_threshold import errors_by_distance, nearest_rows, price_of_a_step
from weakrec_core.error_analysis.pairs import pair_table
from weakrec_core.error_analysis.slices import BY_DEFAULT, slice_table
from weakrec_core.labeling.base import VALUE
from weakrec_core.labeling.dependence import dependent_pairs
from weakrec_core.labeling.kinds import ThresholdLF
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.signals import SIGNALS

_SLICES_SHOWN = 30
_NEAREST = 4
_VERDICTS = {
    "worse": "▼ worse",
    "better": "▲ better",
    "not distinguishable": "≈ others",
    "too few rows": "too few",
}
_RIGHT: dict[str, Any] = {"alignment": "right"}


def slices_view(wb: Workbench, found: Buckets) -> None:
    """Accuracy and coverage of the label model by slice, worst first."""
    ways = [*BY_DEFAULT, *(name for name in SIGNALS if name not in BY_DEFAULT)]
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
    left, right = st.columns([1, 1.45], gap="medium")
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
    event = st.dataframe(
        shown,
        key="slices",
        hide_index=True,
        height=520,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Rows": st.column_config.NumberColumn(width=52, format="localized"),
            "By": st.column_config.TextColumn(width=84),
            "Slice": st.column_config.TextColumn(width=138),
            "Coverage": st.column_config.TextColumn(width=62, **_RIGHT),
            "Accuracy, 95 %": st.column_config.TextColumn(width=108, **_RIGHT),
            "To others": st.column_config.TextColumn(width=58, help="Accuracy less that of all other rows", **_RIGHT),
            "Verdict": st.column_config.TextColumn(width=72),
        },
    )
    chosen = table.iloc[event.selection.rows[0]] if event.selection.rows else None
    st.button(
        "Look at the errors of this slice" if chosen is not None else "Select a slice to look at its errors",
        icon=":material/search:",
        key="open_slice",
        disabled=chosen is None,
        on_click=lambda: _open(RowFilter(kind="wrong", by=chosen["by"], slice=chosen["slice"])),
    )


def _open(wanted: RowFilter) -> None:
    set_filter(wanted)
    st.session_state["error_view"] = "Rows"


_PAIR_FIELDS = {
    "Overlap": ("overlap", "Share of dev rows on which both vote"),
    "Conflict": ("conflict", "Share of dev rows on which both vote, and differently"),
    "Beyond chance": (
        "beyond_chance",
        "Cohen's kappa on the rows where both vote: 1 = always alike, 0 = as at random. Empty where both vote one label throughout",
    ),
    "Dependence": (
        "correlation",
        "Correlation of voting on a row at all, within the classes of gold: Snorkel's LabelModel takes it to be 0",
    ),
}


def pairs_view(wb: Workbench, found: Buckets) -> None:
    """How pairs of LFs vote."""
    names = found.applied.names
    if len(names) < 2:
        st.info("Pairs need two LFs that are on.", icon=":material/info:")
        return
    patterns = found.applied.patterns("dev")
    left, right = st.columns([1.7, 1], gap="large")
    with left:
        chosen = st.segmented_control(
            "What", list(_PAIR_FIELDS), default="Overlap", key="pair_field", required=True, label_visibility="collapsed"
        )
        field, meaning = _PAIR_FIELDS[chosen or "Overlap"]
        st.caption(meaning)
        chart = pair_heat_map(
            pair_table(patterns, names), names, field, f"{chosen} of every pair of LFs on dev", is_dark()
        )
        st.altair_chart(chart, width="content")
    with right:
        st.markdown("**Not independent given the class**")
        pairs = dependent_pairs(patterns, names)
        if not pairs:
            st.success("No pair votes together beyond what gold explains.", icon=":material/check:")
            return
        st.caption(
            "These vote on the same rows beyond what the class explains. Snorkel's LabelModel counts them as separate "
            "evidence; merge them, drop one, or use the dev-calibrated model, which shares the credit."
        )
        for a, b, correlation in pairs:
            st.markdown(f"- **{fmt.literal(a)}** and **{fmt.literal(b)}**: {correlation:+.2f}")


def thresholds_view(wb: Workbench, found: Buckets) -> None:
    """Errors around the threshold of one LF, and the price of moving it."""
    lfs = {lf.name: lf for lf in found.applied.active if isinstance(lf, ThresholdLF)}
    if not lfs:
        st.info("This set has no threshold LF that is on.", icon=":material/info:")
        return
    name = st.segmented_control("Threshold LF", list(lfs), default=next(iter(lfs)), key="near_lf", required=True)
    lf = lfs.get(name or "", next(iter(lfs.values())))
    values = wb.applier.signals.values(lf.signal, "dev")
    left, right = st.columns([1.3, 1], gap="large")
    with left:
        st.markdown(
            f"**Errors by distance from the threshold**: {lf.signal} {lf.op} {' to '.join(f'{b:g}' for b in lf.bounds)}, "
            f"votes {lf.label}",
            help="Groups of equal size; grey: rows that would vote if the threshold were moved that far",
        )
        table = errors_by_distance(lf, values, found.gold)
        st.altair_chart(distance_bars(table, f"Share of errors by distance from the threshold of {lf.name}"))
    with right:
        st.markdown("**The price of one step**", help=f"One step of {lf.signal} is {SIGNALS[lf.signal].step:g}")
        _price(wb, lf, price_of_a_step(lf, values, found.gold))
    votes, abstains = nearest_rows(lf, values, _NEAREST)
    for column, title, rows in zip(
        st.columns(2, gap="large"), ("Just inside", "Just outside"), (votes, abstains), strict=True
    ):
        with column:
            st.markdown(f"**{title}**")
            st.html("".join(_near_card(wb, lf, int(row), values, found) for row in rows) or "<i>No row.</i>")


def _price(wb: Workbench, lf: ThresholdLF, prices: pd.DataFrame) -> None:
    widths = [2.1, 1, 1, 1, 1.1]
    for column, title in zip(st.columns(widths), ("Move", "Rows", "Correct", "Errors"), strict=False):
        column.caption(title)
    for i, move in enumerate(prices.itertuples()):
        columns = st.columns(widths, vertical_alignment="center")
        columns[0].markdown(fmt.literal(move.move))
        for column, value in zip(columns[1:4], (move.rows, move.correct, move.errors), strict=True):
            column.markdown(f"{value:+,}")
        columns[4].button("Move", key=f"move_{i}", on_click=_move, args=(wb, lf, move.move.split()[0], move.threshold))


def _move(wb: Workbench, lf: ThresholdLF, field: str, to: float) -> None:
    wb.replace(lf.name, parse_lf(lf.model_dump() | {field: to}))
    wb.refresh_widgets()
    select_lf(lf.name)


def _near_card(wb: Workbench, lf: ThresholdLF, row: int, values: np.ndarray, found: Buckets) -> str:
    record = wb.dataset.split("dev").iloc[row]
    gold = int(found.gold[row])
    badges = badge(f"{lf.signal} {values[row]:.4g}", ABSTAIN_COLOR) + gold_badge(gold, record["rating"])
    if gold >= 0:
        right = gold == VALUE[lf.label]
        would = "" if found.L[row, found.applied.names.index(lf.name)] >= 0 else "would be "
        badges += badge(would + ("right" if right else "wrong"), POSITIVE_COLOR if right else NEGATIVE_COLOR)
    text = record["review_text"]
    pieces = (
        [(part, VALUE[lf.label] if decides else -1) for part, decides in excerpt(lf, text)]
        if isinstance(text, str)
        else []
    )
    return card(*book_of(wb, record["book_idx"]), badges, marked(pieces) or "<i>no review</i>")
