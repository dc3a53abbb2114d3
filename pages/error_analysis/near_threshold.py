"""Errors around the threshold of one LF, and the price of moving it."""

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.cards import badge, book_of, card, gold_badge, marked
from pages.shared.selection import select_lf
from pages.shared.workbench import Workbench
from weakrec_core.charts.colors import ABSTAIN_COLOR, NEGATIVE_COLOR, POSITIVE_COLOR
from weakrec_core.charts.error_analysis import distance_bars
from weakrec_core.error_analysis.buckets import Buckets
from weakrec_core.error_analysis.excerpts import excerpt
from weakrec_core.error_analysis.near_threshold import NearLF, errors_by_distance, nearest_rows, price_of_a_step
from weakrec_core.labeling.base import VALUE
from weakrec_core.labeling.kinds import SimilarLF
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.signals import signals_of

_NEAREST = 4


def thresholds_view(wb: Workbench, found: Buckets) -> None:
    """Errors around the threshold of one LF, and the price of moving it."""
    lfs = {lf.name: lf for lf in found.applied.active if isinstance(lf, NearLF)}
    if not lfs:
        st.info("This set has no LF with a threshold that is on.", icon=":material/info:")
        return
    name = st.segmented_control(
        "LF with a threshold", list(lfs), default=next(iter(lfs)), key="near_lf", required=True, format_func=fmt.literal
    )
    lf = lfs.get(name or "", next(iter(lfs.values())))
    values = lf.measured(wb.applier.columns["dev"])
    left, right = st.columns([1.3, 1], gap="large")
    with left:
        st.markdown(
            f"**Errors by distance from the threshold**: {lf.measure} {lf.op} {' to '.join(fmt.threshold(b) for b in lf.bounds)}, "
            f"votes {lf.label}",
            help="Groups of equal size; grey: rows that would vote if the threshold were moved that far",
        )
        table = errors_by_distance(lf, values, found.gold)
        st.altair_chart(distance_bars(table, f"Share of errors by distance from the threshold of {lf.name}"))
    with right:
        step = 0.01 if isinstance(lf, SimilarLF) else signals_of(wb.dataset)[lf.signal].step
        st.markdown("**The price of one step**", help=f"One step of {lf.measure} is {fmt.threshold(step)}")
        _price(wb, lf, price_of_a_step(lf, values, found.gold, step))
    votes, abstains = nearest_rows(lf, values, _NEAREST)
    for column, title, rows in zip(
        st.columns(2, gap="large"), ("Just inside", "Just outside"), (votes, abstains), strict=True
    ):
        with column:
            st.markdown(f"**{title}**")
            st.html("".join(_near_card(wb, lf, int(row), values, found) for row in rows) or "<i>No row.</i>")


def _price(wb: Workbench, lf: NearLF, prices: pd.DataFrame) -> None:
    widths = [2.1, 1, 1, 1, 1.1]
    for column, title in zip(st.columns(widths), ("Move", "Rows", "Correct", "Errors"), strict=False):
        column.caption(title)
    for i, move in enumerate(prices.to_dict("records")):
        columns = st.columns(widths, vertical_alignment="center")
        columns[0].markdown(fmt.literal(move["move"]))
        for column, value in zip(columns[1:4], (move["rows"], move["correct"], move["errors"]), strict=True):
            column.markdown(f"{value:+,}")
        columns[4].button(
            "Move", key=f"move_{i}", on_click=_move, args=(wb, lf, move["move"].split()[0], move["threshold"])
        )


def _move(wb: Workbench, lf: NearLF, field: str, to: float) -> None:
    wb.replace(lf.name, parse_lf(lf.model_dump() | {field: to}))
    wb.refresh_widgets()
    select_lf(lf.name)


def _near_card(wb: Workbench, lf: NearLF, row: int, values: np.ndarray, found: Buckets) -> str:
    record = wb.dataset.split("dev").iloc[row]
    gold = int(found.gold[row])
    badges = badge(f"{lf.measure} {values[row]:.4g}", ABSTAIN_COLOR) + gold_badge(record)
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
