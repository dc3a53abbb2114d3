"""One run in full."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.results.result_tables import choose_cut, metrics_table, right, scores_of, slices_of
from pages.shared import fmt
from pages.shared.errors import errors_shown
from weakrec_core.charts.results import model_figures, reliability_bars, valid_curves
from weakrec_core.charts.training import learning_curves
from weakrec_core.label_model.fitting import label_model_title
from weakrec_core.runs import result_tables
from weakrec_core.runs.inputs import label_settings, train_settings
from weakrec_core.runs.report import render_report
from weakrec_core.runs.scores import RATING_METRICS, calibration_error
from weakrec_core.runs.store import Run

_RANKED = "ndcg@10"
_HEADLINE = {"auc": ("test", "normal"), _RANKED: ("ranking", "normal"), "log_loss": ("test", "inverse")}
_NOTHING = 0.0005  # a difference that shows as 0.000
_BY = {
    "review_length": "length of the review",
    "history_length": "length of the history",
    "stated_stars": "stars the review states",
    "popularity": "popularity of the {item}",
    "author": "author",
    "language": "language of the review",
}


def one_run(run: Run) -> None:
    """Headline, then baselines, curves and errors in tabs, then what the run was made of."""
    result = result_tables.finished(run)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(f"Run {run.id}", anchor=False, width="content")
        st.download_button(
            "Report",
            lambda: render_report(run),
            file_name=f"report-{run.id}.html",
            mime="text/html",
            icon=":material/download:",
            key="download_report",
            on_click="ignore",
            help="One HTML file for stakeholders, with the charts; works offline",
        )
    config = run.config
    st.caption(
        f"{config.dataset} · LF set {config.lf_set['name']} {config.lf_version} · {label_model_title(result['labels']['label_model'])}"
        f" · preset {config.train['preset']} · seed {config.train['seed']}"
    )
    _headline(run, result)
    baselines, curves, errors, inputs = st.tabs(
        ["Against baselines", "Learning and calibration", "Errors by slice", "What it was made of"],
        key="result_tabs",
        on_change="rerun",
    )
    if baselines.open:
        with baselines:
            _baselines(run, result)
    if curves.open:
        with curves:
            _curves(run, result)
    if errors.open:
        with errors, errors_shown():
            _errors(run)
    if inputs.open:
        with inputs:
            _inputs(run, result)


def _headline(run: Run, result: dict[str, Any]) -> None:
    intervals, _ = scores_of(run)
    with st.container(horizontal=True, gap="large"):
        for metric, (part, better) in _HEADLINE.items():
            value = (result.get(part) or {}).get(metric)
            if value is None:
                continue
            known = intervals if part == "test" else result[part].get("intervals") or {}
            low, high = known.get(metric) or (None, None)
            against = result_tables.bar(result, part, metric)
            st.metric(
                f"Test {result_tables.title(metric)}",
                fmt.number(value),
                None if against is None else f"{value - against[1]:+.3f} vs {against[0]}",
                delta_color="off" if against is None or abs(value - against[1]) < _NOTHING else better,
                help=None if low is None else f"95 % interval over users: {low:.3f} to {high:.3f}",
                width="content",
            )
    if sentence := (result.get("recovered") or {}).get("sentence"):
        st.markdown(f":material/vital_signs: **{fmt.literal(sentence)}**")


def _baselines(run: Run, result: dict[str, Any]) -> None:
    intervals, _ = scores_of(run)
    noun = run.config.noun
    left, beside = st.columns(2, gap="large")
    with left:
        _chart(result_tables.figures(result, "ranking", [_RANKED]), "ndcg_chart")
    with beside:
        _chart(result_tables.figures(result, "test", ["auc"], intervals), "auc_chart")
    if result_tables.cuts(result):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(
                f"**Ranking:** liked {noun.many} held out of each reader's history, found among all {noun.many}",
                help=f"A seeded fifth of the liked {noun.many} of every test user is hidden and ranked against the whole "
                "catalogue without the rest of the history. Intervals: 95 % bootstrap over users.",
                width="content",
            )
            k = choose_cut(result_tables.cuts(result), "result_k")
        metrics_table(
            result_tables.figures(result, "ranking", result_tables.ranking_at(result, k)), f"ranking_{run.id}_{k}"
        )
        st.caption(_blend(result))
    else:
        st.caption("This run is from before ranking was measured: train it anew for precision, recall and NDCG.")
    shown = [m for m in RATING_METRICS if m in result["test"]]
    st.markdown(
        f"**Ratings:** liked or not, on all {result['test']['n']:,} rated test rows of readers not seen in training",
        help="Intervals: 95 % bootstrap over users. Models that only rank have no row here.",
    )
    metrics_table(result_tables.figures(result, "test", shown, intervals), f"rating_{run.id}")
    with st.expander(f"The tutorial's protocol: a random unread {noun.one} as NEGATIVE beside every liked one"):
        st.caption(f"Seeded. A random unread {noun.one} is easy to tell from a read one, so the figures are high.")
        metrics_table(result_tables.figures(result, "tutorial_protocol", shown), f"protocol_{run.id}")


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


def _curves(run: Run, result: dict[str, Any]) -> None:
    epochs = pd.DataFrame(run.epochs)
    labels, training = result["labels"]["train"], result["training"]
    left, middle, last = st.columns(3, gap="medium")
    with left:
        st.markdown("**Loss by epoch**")
        if len(epochs):
            st.altair_chart(learning_curves(epochs, f"Loss of run {run.id} by epoch"), key="loss_chart")
        st.caption(
            f"Labels of {labels['covered']:,} of {labels['rows']:,} train rows; {training['epochs_run']} epochs in "
            f"{training['seconds']:.0f} s, the best is {training['best_epoch']}."
        )
    with middle:
        st.markdown("**Metrics on valid by epoch**")
        if len(epochs) and (chart := valid_curves(epochs, f"Valid metrics of run {run.id} by epoch")):
            st.altair_chart(chart, key="valid_chart")
    with last:
        st.markdown("**Calibration of P(POSITIVE) on test**")
        _, bins = scores_of(run)
        if bins is None:
            st.caption("The predictions of this run on test were not kept: train it anew.")
        else:
            chart = reliability_bars(bins, "Observed share of POSITIVE by predicted probability on test")
            st.altair_chart(chart, key="reliability_chart")
            st.caption(
                f"On the dashed line, of the rows given 70 %, 70 % are POSITIVE. Mean distance {calibration_error(bins):.3f}."
            )


def _errors(run: Run) -> None:
    table = slices_of(run, run.config.fingerprint)
    by = st.pills(
        "Cut by",
        [b for b in _BY if b in set(table["by"])],
        format_func=lambda b: run.config.noun.fill(_BY[b]),
        key="slice_by",
    )
    shown = table[table["by"] == by] if by else table
    worse = int((table["verdict"] == "worse").sum())
    st.markdown(
        f"**{worse} of {len(table)} slices are worse than all other rows**, at a false discovery rate of 5 % over all of them."
    )
    st.dataframe(
        pd.DataFrame(
            {
                "Cut by": [run.config.noun.fill(_BY.get(b, b)) for b in shown["by"]],
                "Slice": shown["slice"],
                "Rows": [f"{n:,}" for n in shown["n"]],
                "Accuracy, 95 %": [
                    result_tables.figure(*v)
                    for v in zip(shown["accuracy"], shown["ci_low"], shown["ci_high"], strict=True)
                ],
                "vs other rows": [fmt.signed(v) for v in shown["difference"]],
                "Verdict": shown["verdict"],
            }
        ),
        hide_index=True,
        height="content" if len(shown) <= 12 else 460,
        column_config={
            "Slice": st.column_config.TextColumn(width=260),
            "Rows": right(80),
            "Accuracy, 95 %": right(170),
            "vs other rows": right(100),
        },
    )


def _inputs(run: Run, result: dict[str, Any]) -> None:
    config = run.config
    lfs, settings, versions = st.columns([1.5, 1, 1], gap="medium")
    weights = result["labels"]["weights"]
    with lfs:
        st.markdown(f"**LF set {fmt.literal(config.lf_set['name'])} {fmt.literal(config.lf_version)}**")
        on = [lf for lf in config.lf_set["lfs"] if lf.get("enabled", True)]
        st.dataframe(
            pd.DataFrame(
                [(lf["name"], lf["kind"], fmt.number(weights.get(lf["name"]), 2)) for lf in on],
                columns=["LF", "Kind", "Learned weight"],
            ),
            hide_index=True,
            height="content" if len(on) <= 12 else 460,
            column_config={"Learned weight": right(110)},
        )
    with settings:
        st.markdown("**Label model and hyperparameters**")
        _pairs(label_settings(run) | train_settings(run))
    with versions:
        st.markdown("**Made with**")
        _pairs(
            {"created": config.created.replace("T", " ")[:16], "dataset fingerprint": config.fingerprint[:12]}
            | config.libraries
        )


def _pairs(values: dict[str, Any]) -> None:
    frame = pd.DataFrame([(key, str(value)) for key, value in values.items()], columns=["What", "Value"])
    st.dataframe(frame, hide_index=True, height="content", column_config={"Value": right()})
