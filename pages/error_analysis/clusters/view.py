"""Groups of the rows that the LFs lack, and the map of dev."""

import pandas as pd
import streamlit as st

from pages.error_analysis.clusters.group import group_panel
from pages.error_analysis.clusters.text_map import dev_map
from pages.shared import fmt
from pages.shared.errors import errors_shown, sentence
from pages.shared.grid.row_box import row_box
from pages.shared.grid.table import draw_table
from pages.shared.workbench import Workbench
from weakrec_core.data.noun import counted
from weakrec_core.error_analysis.buckets import Buckets
from weakrec_core.error_analysis.clusters import Group, Groups, Lacking, group_of, lacking_groups
from weakrec_core.errors import SpecError
from weakrec_core.labeling.python_votes import StillRunning
from weakrec_core.text_vectors.registry import VECTORIZERS, installed_vectors

_LACKING: dict[Lacking, str] = {"both": "Uncovered and wrong", "uncovered": "Uncovered", "wrong": "Wrong"}
_SAID: dict[Lacking, str] = {"both": "uncovered or wrong", "uncovered": "uncovered", "wrong": "wrong"}
_GROUPS = (4, 8, 12, 16)


def clusters_view(wb: Workbench, found: Buckets) -> None:
    """Draw it."""
    with errors_shown():
        lacking, vectors, k = _controls()
        try:
            with st.spinner("Reading the reviews …"):
                wb.applier.text_vectors(vectors, "dev")
        except StillRunning as e:
            st.info(sentence(e), icon=":material/hourglass_top:")
            st.button("Look again", icon=":material/refresh:", key="vectors_again")
            return
        groups, problem = _groups(wb, vectors, k, lacking)
        left, right = st.columns([1.15, 1], gap="large")
        with left:
            brushed = dev_map(wb, found, groups, vectors)
        with right:
            if problem is not None:
                st.info(problem, icon=":material/info:")
            chosen = None if groups is None else _table(groups, lacking, f"{lacking}_{vectors}_{k}")
        if len(brushed):
            group = group_of(wb.applied, brushed, vectors)
            group_panel(wb, found, group, f"{counted(len(brushed), 'dev row')} on the map")
        elif groups is not None and chosen is not None:
            group = groups.groups[chosen]
            group_panel(wb, found, group, f"Group {chosen + 1}: {len(group.rows):,} rows")


def _controls() -> tuple[Lacking, str, int]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        lacking = st.segmented_control(
            "Rows", list(_LACKING), default="both", key="group_rows", required=True, format_func=lambda w: _LACKING[w]
        )
        k = st.segmented_control("Groups, at most", _GROUPS, default=8, key="group_k", required=True)
        vectors = st.segmented_control(
            "Alike by",
            installed_vectors(),
            default=installed_vectors()[0],
            key="group_vectors",
            required=True,
            format_func=lambda kind: VECTORIZERS[kind].title,
        )
    return lacking or "both", vectors or installed_vectors()[0], int(k or 8)


def _groups(wb: Workbench, vectors: str, k: int, lacking: Lacking) -> tuple[Groups | None, str | None]:
    try:
        with st.spinner("Grouping the rows …"):
            return lacking_groups(wb.applied, vectors, k, lacking), None
    except SpecError as e:
        return None, sentence(e)


def _table(groups: Groups, lacking: Lacking, key: str) -> int:
    """The groups; returns the selected one."""
    st.markdown(
        f"**{groups.n_rows:,} dev rows** are {_SAID[lacking]}, {groups.n_grouped:,} of them with a review: grouped here. "
        f"Of all gold, {groups.base_rate:.2f} is POSITIVE."
    )
    named = [f"{i + 1}: {', '.join(group.phrases[:5]) or fmt.NONE}" for i, group in enumerate(groups.groups)]
    chosen = row_box(f"groups_{key}", "Group", named, [0])
    event = draw_table(
        pd.DataFrame([_row(i, group) for i, group in enumerate(groups.groups)]),
        key=chosen.key,
        hide_index=True,
        height="content",
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default=chosen.default,
        column_config={
            "": st.column_config.TextColumn(width=30),
            "Rows": st.column_config.NumberColumn(width=56, format="localized"),
            "POSITIVE, 95 %": st.column_config.TextColumn(width=120, help="Share of the rows with gold"),
        },
        alt="Groups of dev rows by what their reviews say",
    )
    return min(event.selection.rows[0] if event.selection.rows else 0, len(groups.groups) - 1)


def _row(i: int, group: Group) -> dict[str, object]:
    return {
        "": str(i + 1),
        "Rows": len(group.rows),
        "POSITIVE, 95 %": fmt.interval(group.positive / group.n, group.ci_low, group.ci_high) if group.n else fmt.NONE,
        "Telling phrases": ", ".join(group.phrases[:5]) or fmt.NONE,
    }
