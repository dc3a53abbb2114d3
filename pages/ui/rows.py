"""Dev rows that an LF gets wrong, right or nearly, with the deciding words marked."""

import math

import numpy as np
import streamlit as st

from pages.ui import fmt
from pages.ui.workbench import Workbench
from weakrec_core import LABEL_NAMES, charts
from weakrec_core.label_model.preview import set_figures
from weakrec_core.labeling.excerpts import Excerpt, excerpt
from weakrec_core.labeling.spec import LF, ThresholdLF

_PAGE = 5


def rows_panel(wb: Workbench, lf: LF) -> None:
    """Draw the panel."""
    votes, gold = wb.applier.votes(lf, "dev"), wb.dataset.gold("dev")
    known = (votes != -1) & (gold != -1)
    buckets = {
        "Incorrect": np.flatnonzero(known & (votes != gold)),
        "Correct": np.flatnonzero(known & (votes == gold)),
    }
    if isinstance(lf, ThresholdLF):
        buckets["Near miss"] = _near_misses(wb, lf, votes)
    st.subheader("Rows", anchor=False)
    names = list(buckets)
    chosen = st.segmented_control(
        "Which dev rows",
        names,
        default=names[0],
        key="bucket",
        required=True,
        format_func=lambda name: f"{name} {len(buckets.get(name, ())):,}",
        label_visibility="collapsed",
    )
    rows = buckets.get(chosen, buckets["Incorrect"])
    if not len(rows):
        st.caption("No dev row here.")
        return
    page = st.session_state.get("rows_shown", _PAGE)
    st.html("".join(_card(wb, lf, int(row)) for row in rows[:page]))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(f"1–{min(page, len(rows))} of {len(rows):,}")
        if len(rows) > page and st.button("Show more", key="more_rows", type="tertiary", icon=":material/expand_more:"):
            st.session_state["rows_shown"] = page + _PAGE
            st.rerun()


def _near_misses(wb: Workbench, lf: ThresholdLF, votes: np.ndarray) -> np.ndarray:
    """The rows nearest to the threshold that do not fire, nearest first."""
    values = wb.applier.signals.values(lf.signal, "dev")
    distance = np.min([np.abs(values - b) for b in lf.bounds], axis=0)
    candidates = np.flatnonzero((votes == -1) & ~np.isnan(values))
    return candidates[np.argsort(distance[candidates], kind="stable")][:50]


def _card(wb: Workbench, lf: LF, row: int) -> str:
    record = wb.dataset.split("dev").iloc[row]
    book = wb.dataset.books.iloc[record["book_idx"]]
    author = book["author_name"] if isinstance(book["author_name"], str) else ""
    badges = []
    if isinstance(lf, ThresholdLF):
        value = wb.applier.signals.values(lf.signal, "dev")[row]
        badges.append(_badge(f"{lf.signal} {'–' if math.isnan(value) else f'{value:.4g}'}", charts.ABSTAIN_COLOR))
    gold = int(record["gold"])
    color = {1: charts.POSITIVE_COLOR, 0: charts.NEGATIVE_COLOR}.get(gold, charts.ABSTAIN_COLOR)
    stars = "" if math.isnan(record["rating"]) else f" ({record['rating']:.0f} stars)"
    p_positive = set_figures(wb.applier, wb.lf_set).p_positive
    p_badge = "" if p_positive is None else _badge(f"p {p_positive[row]:.2f}", charts.ABSTAIN_COLOR)
    badges.append(_badge(f"gold {LABEL_NAMES[gold] if gold >= 0 else 'unknown'}{stars}", color))
    text = record["review_text"]
    body = _marked(excerpt(lf, text)) if isinstance(text, str) else "<i>no review</i>"
    return (
        '<div style="border:1px solid rgba(128,140,150,.35);border-radius:6px;padding:.6rem .8rem;margin-bottom:.6rem">'
        f"<div><b>{fmt.escaped(book['title'])}</b> <span style='opacity:.65'>{fmt.escaped(author)}</span></div>"
        f"<div style='margin:.2rem 0'>{''.join(badges)}{p_badge}</div>"
        f"<div style='overflow-wrap:anywhere;line-height:1.45'>{body}</div></div>"
    )


def _badge(text: str, color: str) -> str:
    return (
        f"<span style='background:{color}26;border:1px solid {color}66;border-radius:4px;padding:.05rem .4rem;"
        f"margin-right:.35rem;font-size:.8rem;white-space:nowrap'>{fmt.escaped(text)}</span>"
    )


def _marked(parts: Excerpt) -> str:
    return "".join(
        f"<mark style='background:{charts.POSITIVE_COLOR}33;color:inherit;font-weight:600;padding:0 .1rem'>"
        f"{fmt.escaped(text)}</mark>"
        if deciding
        else fmt.escaped(text)
        for text, deciding in parts
    )
