"""A run's test metrics beside its baselines'."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.results.result_tables import RANKED, choose_cut, metrics_table, scores_of
from pages.shared.grid.table import draw_table
from weakrec_core.charts.results import model_figures
from weakrec_core.runs import result_tables
from weakrec_core.runs.scores import RATING_METRICS
from weakrec_core.runs.store import Run


def show_baselines(run: Run, result: dict[str, Any]) -> None:
    """Charts of the two metrics that matter, then a table for ranking and one for ratings."""
    intervals, _ = scores_of(run)
    noun = run.config.noun
    left, beside = st.columns(2, gap="large")
    with left:
        _chart(result_tables.figures(result, "ranking", [RANKED]), "ndcg_chart")
    with beside:
        _chart(result_tables.figures(result, "test", ["auc"], intervals), "auc_chart")
    if result_tables.cuts(result):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            hidden = f"A seeded fifth of the liked {noun.many} of every test user is hidden and"
            if run.config.by_time:
                hidden = f"The liked {noun.many} among the last of every test user are"
            st.markdown(
                f"**Ranking:** liked {noun.many} held out of each reader's history, found among all {noun.many}",
                help=f"{hidden} ranked against the whole catalogue without the rest of the history. "
                "Intervals: 95 % bootstrap over users.",
                width="content",
            )
            k = choose_cut(result_tables.cuts(result), "result_k")
        ranking = result_tables.figures(result, "ranking", result_tables.ranking_at(result, k))
        metrics_table(ranking, "Ranking metrics", f"ranking_{run.id}_{k}")
        st.caption(_blend(result))
    else:
        st.caption("This run is from before ranking was measured: train it anew for precision, recall and NDCG.")
    shown = [m for m in RATING_METRICS if m in result["test"]]
    st.markdown(
        f"**Ratings:** liked or not, on all {result['test']['n']:,} rated test rows "
        + (
            "that came last, of readers whose earlier ones were trained on"
            if run.config.by_time
            else "of readers not seen in training"
        ),
        help="Intervals: 95 % bootstrap over users. Models that only rank have no row here.",
    )
    metrics_table(result_tables.figures(result, "test", shown, intervals), "Rating metrics", f"rating_{run.id}")
    decisions = result_tables.decisions(result)
    if len(decisions):
        with st.expander("Decisions: POSITIVE above 0.5, or above a cut chosen on dev"):
            st.caption(
                "Cuts are chosen by predictions of dev's users that were fitted without them; the figures are test's."
            )
            config = {
                name: st.column_config.NumberColumn(format="%.3f", help=result_tables.meaning(name))
                for name in decisions.columns[1:]
            }
            draw_table(
                decisions,
                hide_index=True,
                column_config=config,
                key=f"decisions_{run.id}",
                placeholder="–",
                alt="Decisions on test by the cut they are made at",
            )
    with st.expander(f"The tutorial's protocol: a random unread {noun.one} as NEGATIVE beside every liked one"):
        st.caption(f"Seeded. A random unread {noun.one} is easy to tell from a read one, so the figures are high.")
        protocol = result_tables.figures(result, "tutorial_protocol", shown)
        metrics_table(protocol, "Metrics by the tutorial's protocol", f"protocol_{run.id}")


def _chart(figures: pd.DataFrame, key: str) -> None:
    if len(figures):
        title = f"{figures['metric'].iloc[0]} on test of the run and its baselines"
        st.altair_chart(model_figures(figures, [result_tables.THIS_RUN, result_tables.NETWORK], title), key=key)


def _blend(result: dict[str, Any]) -> str:
    weight = (result.get("blend") or {}).get("weight")
    users = (result.get("ranking") or {}).get("n_users")
    over = f"{users:,} test users. " if users else ""
    if weight is None:
        return over
    if weight == 0:
        return f"{over}The network alone, not blended with EASE."
    return f"{over}This run blends its network with EASE (weight of EASE {weight:.2f}, chosen on valid)."
