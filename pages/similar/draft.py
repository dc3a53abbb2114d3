"""From rows to a similar-LF: proposed, shown with what it is worth on dev, and kept or not."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.errors import errors_shown
from pages.shared.grid.table import draw_table
from pages.shared.selection import add_lf
from pages.shared.workbench import Workbench
from pages.similar.chart import similarity_chart
from pages.similar.worth import warning, worth_sentence
from weakrec_core import LABEL_NAMES
from weakrec_core.label_model.set_figures import set_figures
from weakrec_core.labeling.base import VALUE
from weakrec_core.labeling.kinds import SimilarLF
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.suggestions.similar_rows import SimilarProposal, propose_similar, worth
from weakrec_core.text_vectors.registry import VECTORIZERS

_ROWS, _PROPOSED, _DRAFT = "similar_rows", "similar_proposed", "similar_draft"
_NEAREST = 5


def similar_button(
    wb: Workbench,
    rows: Sequence[int],
    key: str,
    label: str = "More rows like this",
    meaning: str = "Draft an LF that votes on reviews like it",
    quiet: bool = False,
) -> None:
    """The button that starts a draft from dev rows; a quiet one stands below each of several rows."""
    kind: Literal["tertiary", "secondary"] = "tertiary" if quiet else "secondary"
    if st.button(label, icon=":material/join_inner:", key=key, help=meaning, type=kind):
        st.session_state[_ROWS] = (wb.dataset.fingerprint, tuple(int(row) for row in rows))
        st.session_state.pop(_DRAFT, None)
        st.session_state.pop(_PROPOSED, None)


def similar_draft(wb: Workbench) -> None:
    """The draft that was started, if one was."""
    fingerprint, rows = st.session_state.get(_ROWS, (None, ()))
    if fingerprint != wb.dataset.fingerprint:
        return
    with st.container(border=True, key="similar_draft_box"), errors_shown():
        st.markdown(f"**A labeling function from {'this review' if len(rows) == 1 else f'{len(rows)} reviews'}**")
        if _PROPOSED not in st.session_state:
            with st.spinner("Comparing the reviews …"):
                st.session_state[_PROPOSED] = propose_similar(wb.applied, rows)
        proposals: list[SimilarProposal] = st.session_state[_PROPOSED]
        lf: SimilarLF = st.session_state.setdefault(_DRAFT, proposals[0].lf)
        _controls(wb, lf, rows, proposals)
        proposed = next(p for p in proposals if p.lf.vectors == lf.vectors)
        picked = similarity_chart(wb, lf, "similar_sweep")
        if picked is not None:
            _set(lf.model_copy(update={"threshold": picked}))
            st.rerun()
        st.caption(
            f"From {'it' if len(rows) == 1 else 'them'} and the most alike dev reviews of that gold label, "
            f"{len(lf.examples)} together, less the {len(lf.unlike)} most alike of the other."
        )
        found = worth(wb.applied, lf, proposed.rows)
        st.markdown(worth_sentence(found, "On dev, their users left out"))
        if lf.threshold == proposed.lf.threshold:
            found = proposed.held_out
            st.markdown(worth_sentence(found, "With the threshold chosen on other users"))
        weak = warning(found)
        if weak is not None:
            st.warning(weak, icon=":material/warning:")
        _gain(wb, lf)
        _nearest(wb, lf)
        with st.container(horizontal=True):
            kind: Literal["primary", "secondary"] = "secondary" if weak else "primary"
            if st.button("Keep anyway" if weak else "Keep", type=kind, icon=":material/check:", key="similar_keep"):
                _close()
                add_lf(wb, lf)
            if st.button("Drop", icon=":material/close:", key="similar_drop"):
                _close()
                st.rerun()


def _controls(wb: Workbench, lf: SimilarLF, rows: tuple[int, ...], proposals: Sequence[SimilarProposal]) -> None:
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    key = f"{lf.label}_{lf.vectors}_{lf.threshold}"

    def vote() -> None:
        label = VALUE[st.session_state[f"similar_label_{key}"]]
        found = propose_similar(wb.applied, rows, label)
        st.session_state[_PROPOSED] = found
        _set(found[0].lf)

    row.segmented_control(
        "Votes",
        ["POSITIVE", "NEGATIVE"],
        default=lf.label,
        key=f"similar_label_{key}",
        required=True,
        on_change=vote,
    )
    by_kind = {p.lf.vectors: p for p in proposals}
    row.segmented_control(
        "Vectors, the better on users left out first",
        list(by_kind),
        default=lf.vectors,
        key=f"similar_vectors_{key}",
        required=True,
        format_func=lambda kind: f"{VECTORIZERS[kind].title} {fmt.signed(by_kind[kind].held_out.lift, 2)}",
        on_change=lambda: _set(by_kind[st.session_state[f"similar_vectors_{key}"]].lf),
    )
    row.number_input(
        "Similarity ≥",
        -1.0,
        1.0,
        lf.threshold,
        step=0.01,
        format="%.4g",
        width=150,
        key=f"similar_threshold_{key}",
        on_change=lambda: _set(lf.model_copy(update={"threshold": st.session_state[f"similar_threshold_{key}"]})),
    )


def _gain(wb: Workbench, lf: SimilarLF) -> None:
    """What the whole set gains, if the LF can be applied to train already."""
    problem = wb.applier.problem(lf)
    if problem is not None:
        st.caption(f"{problem} What the whole set gains is known afterwards.")
        return
    lf_set = wb.applied.lf_set
    before = set_figures(wb.applied).everywhere
    after = set_figures(wb.applier.of(LFSet(name=lf_set.name, lfs=(*lf_set.lfs, lf)))).everywhere
    changes = [
        f"{name} {fmt.number(before[key])} → **{fmt.number(after[key])}**"
        for name, key in (("AUC", "auc"), ("log loss", "log_loss"))
    ]
    st.markdown(f"Label model on all dev rows, each user predicted from the others' gold: {', '.join(changes)}")


def _nearest(wb: Workbench, lf: SimilarLF) -> None:
    values = lf.measured(wb.applier.columns["dev"])
    fires = np.flatnonzero(lf.fires(values))
    edge = fires[np.argsort(values[fires], kind="stable")][:_NEAREST]
    records = wb.dataset.split("dev").iloc[edge]
    table = pd.DataFrame(
        {
            "Similarity": [f"{v:.3f}" for v in values[edge]],
            "Gold": [LABEL_NAMES[g] if g >= 0 else fmt.NONE for g in records["gold"]],
            "Review": [text[:160] for text in records["review_text"]],
        }
    )
    st.caption("The least alike that still vote:")
    draw_table(
        table,
        hide_index=True,
        height="content",
        column_config={
            "Similarity": st.column_config.TextColumn(width=80),
            "Gold": st.column_config.TextColumn(width=80),
            "Review": st.column_config.TextColumn(width="large"),
        },
        alt="Least alike rows that still vote",
    )


def _set(lf: SimilarLF) -> None:
    st.session_state[_DRAFT] = lf


def _close() -> None:
    for key in (_ROWS, _PROPOSED, _DRAFT):
        st.session_state.pop(key, None)
