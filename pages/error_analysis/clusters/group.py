"""One group of dev rows: what it is about, rows near its centre, and the LFs that could come of it."""

from typing import Literal

import streamlit as st

from pages.prompt.drafting import draft_box, draft_button
from pages.shared import fmt
from pages.shared.cards import book_of, card, gold_badge, marked
from pages.shared.selection import add_lf
from pages.shared.workbench import Workbench
from pages.similar.draft import similar_button, similar_draft
from pages.similar.worth import warning, worth_sentence
from weakrec_core import LABEL_NAMES
from weakrec_core.error_analysis.buckets import Buckets
from weakrec_core.error_analysis.clusters import Group, base_rate
from weakrec_core.suggestions.telling_phrases import KeywordDraft, keyword_draft

_EXAMPLES = 3
_START = 400  # characters of a review


def group_panel(wb: Workbench, found: Buckets, group: Group, title: str) -> None:
    """Draw it."""
    left, right = st.columns([1, 1], gap="large")
    with left:
        st.header(title, anchor=False)
        st.markdown(_gold_sentence(group, base_rate(found.gold)))
        said = ", ".join(f"“{fmt.literal(phrase)}”" for phrase in group.phrases)
        st.markdown(f"More frequent here than elsewhere on dev: {said}" if said else "No phrase is telling here.")
        _keywords(wb, keyword_draft(wb.applied, group.telling, group.label))
        seeds = group.seeds(found.gold)
        if seeds and group.label is not None:
            similar_button(
                wb,
                seeds,
                "group_similar",
                "Similar LF from its centre",
                f"From the {LABEL_NAMES[group.label]} rows nearest to it",
            )
        draft_button(wb, group.rows, "draft_from_group")
    with right:
        st.markdown("**Nearest to the centre**")
        st.html("".join(_card(wb, int(row)) for row in group.rows[:_EXAMPLES]))
    similar_draft(wb)
    draft_box(wb)


def _gold_sentence(group: Group, base: float) -> str:
    if not group.n or group.label is None:
        return "None of these rows has a gold label."
    share = group.positive / group.n
    told = "about as" if group.ci_low <= base <= group.ci_high else "less than" if share < base else "more than"
    return (
        f"POSITIVE: **{fmt.interval(share, group.ci_low, group.ci_high)}** of {group.n:,} with gold, {told} on all of dev "
        f"({base:.2f})."
    )


def _keywords(wb: Workbench, draft: KeywordDraft | None) -> None:
    if draft is None:
        st.caption("None of its phrases is right on dev more often than the base rate: no keyword LF from it.")
        return
    (keywords,) = draft.lf.groups
    with st.container(border=True):
        said = ", ".join(f"“{fmt.literal(keyword)}”" for keyword in keywords.keywords)
        st.markdown(f"Keywords for **{keywords.label}**: {said}")
        st.markdown(worth_sentence(draft.held_out, "With the keywords chosen on other users"))
        weak = warning(draft.held_out)
        if weak is not None:
            st.warning(weak, icon=":material/warning:")
        kind: Literal["primary", "secondary"] = "secondary" if weak else "primary"
        if st.button("Add anyway" if weak else "Add keyword LF", icon=":material/add:", key="group_keyword", type=kind):
            add_lf(wb, draft.lf)


def _card(wb: Workbench, row: int) -> str:
    record = wb.dataset.split("dev").iloc[row]
    text = record["review_text"]
    return card(
        *book_of(wb, record["book_idx"]),
        gold_badge(record),
        marked([(text[:_START], -1)]) + ("…" if len(text) > _START else ""),
    )
