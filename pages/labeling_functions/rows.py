"""Dev rows that an LF gets wrong, right or nearly, with the deciding words marked."""

import math

import numpy as np
import streamlit as st

from pages.shared.bar.changed_rows import changed_rows
from pages.shared.cards import badge, book_of, card, gold_badge, marked
from pages.shared.workbench import Workbench
from pages.similar.draft import similar_button
from weakrec_core import ABSTAIN
from weakrec_core.charts.colors import ABSTAIN_COLOR
from weakrec_core.error_analysis.excerpts import excerpt
from weakrec_core.label_model.set_figures import set_figures
from weakrec_core.labeling.base import LF
from weakrec_core.labeling.thresholded import Thresholded

_PAGE = 5


def rows_panel(wb: Workbench, lf: LF) -> None:
    """Draw the panel: the LF's own rows, or those that all edits since the saved version mend and break."""
    changes = wb.changes
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.header("Rows", anchor=False, width="content")
        if changes is not None:
            since = f"Since v{wb.draft.base.number}"
            chosen = st.segmented_control(
                "Which rows",
                ["This LF", since],
                default="This LF",
                key="rows_of",
                required=True,
                label_visibility="collapsed",
                width="content",
            )
    if changes is not None and chosen == since:
        changed_rows(wb, changes, "draft")
    else:
        _rows_of(wb, lf)


def _rows_of(wb: Workbench, lf: LF) -> None:
    votes, gold = wb.applier.votes(lf, "dev"), wb.dataset.gold("dev")
    known = (votes != -1) & (gold != -1)
    buckets = {
        "Incorrect": np.flatnonzero(known & (votes != gold)),
        "Correct": np.flatnonzero(known & (votes == gold)),
    }
    if isinstance(lf, Thresholded):
        buckets["Near miss"] = _near_misses(wb, lf, votes)
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
    texts = wb.dataset.split("dev")["review_text"]
    with st.container(gap=None):  # one for all: each container costs as much as what is in it
        for i, row in enumerate(rows[:page].tolist()):
            st.html(f'<div style="margin-top:{1 if i else 0}rem">{_card(wb, lf, row)}</div>')
            if isinstance(texts.iloc[row], str):
                similar_button(wb, [row], f"more_like_{row}", quiet=True)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(f"1–{min(page, len(rows))} of {len(rows):,}")
        if len(rows) > page and st.button("Show more", key="more_rows", type="tertiary", icon=":material/expand_more:"):
            st.session_state["rows_shown"] = page + _PAGE
            st.rerun()


def _near_misses(wb: Workbench, lf: Thresholded, votes: np.ndarray) -> np.ndarray:
    """The rows nearest to the threshold that do not fire, nearest first."""
    values = lf.measured(wb.applier.columns["dev"])
    distance = np.min([np.abs(values - b) for b in lf.bounds], axis=0)
    candidates = np.flatnonzero((votes == -1) & ~np.isnan(values))
    return candidates[np.argsort(distance[candidates], kind="stable")][:50]


def _card(wb: Workbench, lf: LF, row: int) -> str:
    record = wb.dataset.split("dev").iloc[row]
    badges = ""
    if isinstance(lf, Thresholded):
        value = lf.measured(wb.applier.columns["dev"])[row]
        badges += badge(f"{lf.measure} {'–' if math.isnan(value) else f'{value:.4g}'}", ABSTAIN_COLOR)
    badges += gold_badge(record)
    p_positive = set_figures(wb.applied).p_positive
    if p_positive is not None:
        badges += badge(f"p {p_positive[row]:.2f}", ABSTAIN_COLOR)
    text, vote = record["review_text"], int(wb.applier.votes(lf, "dev")[row])
    body = "<i>no review</i>"
    if isinstance(text, str):
        body = marked([(part, max(vote, 0) if deciding else ABSTAIN) for part, deciding in excerpt(lf, text)])
    return card(*book_of(wb, record["book_idx"]), badges, body)
