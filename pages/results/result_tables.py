"""Tables of metrics as the Results page shows them, and what is computed once for a run."""

import pandas as pd
import streamlit as st

from pages.shared.grid.columns import metric
from pages.shared.grid.table import draw_table
from weakrec_core.runs import result_tables
from weakrec_core.runs.error_slices import error_slices
from weakrec_core.runs.scores import read_scores, reliability_bins
from weakrec_core.runs.store import Run

RANKED = "ndcg@10"  # the ranking metric of headlines
_CUT = 10


def choose_cut(cuts: list[int], key: str) -> int:
    """The length of the recommendation list to measure."""
    return st.segmented_control(
        "k",
        cuts,
        default=_CUT if _CUT in cuts else cuts[0],
        required=True,
        key=key,
        format_func=lambda k: f"top {k}",
        label_visibility="collapsed",
    )


def metrics_table(figures: pd.DataFrame, what: str, key: str) -> None:
    """One row a model; intervals in brackets. `what` is measured: for who hears the table's name."""
    table = result_tables.wide(figures).rename_axis("Model").reset_index()
    draw_table(
        table,
        hide_index=True,
        key=key,
        height="content",
        column_config={"Model": st.column_config.TextColumn(width=168)}
        | {c: metric(c, 118 if table[c].str.contains("[", regex=False).any() else None) for c in table.columns[1:]},
        alt=f"{what} on test, one row a model",
    )


def scores_of(run: Run) -> tuple[result_tables.Intervals, pd.DataFrame | None]:
    """Intervals of the run's rating metrics and its reliability bins; nothing for runs from before scores were kept."""
    return _scores(run)


@st.cache_data(max_entries=64, show_spinner="Drawing bootstrap samples …")
def _scores(run: Run) -> tuple[result_tables.Intervals, pd.DataFrame | None]:
    scores = read_scores(run)
    return ({}, None) if scores is None else (scores.rating_intervals, reliability_bins(scores.rows))


@st.cache_data(max_entries=16, show_spinner="Cutting the test rows into slices …")
def slices_of(run: Run, fingerprint: str) -> pd.DataFrame:
    """`error_slices`, computed once."""
    return error_slices(run)
