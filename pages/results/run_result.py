"""One run: headline, then baselines, curves, errors and inputs in tabs."""

from typing import Any, Literal

import streamlit as st

from pages.results.baselines import show_baselines
from pages.results.curves import show_curves
from pages.results.error_slices import show_error_slices
from pages.results.inputs import show_inputs
from pages.results.result_tables import RANKED, scores_of
from pages.shared import fmt
from pages.shared.errors import errors_shown
from weakrec_core.label_model.fitting import label_model_title
from weakrec_core.runs import result_tables
from weakrec_core.runs.report import render_report
from weakrec_core.runs.store import Run

_HEADLINE: dict[str, tuple[str, Literal["normal", "inverse"]]] = {
    "auc": ("test", "normal"),
    RANKED: ("ranking", "normal"),
    "log_loss": ("test", "inverse"),
}
_NOTHING = 0.0005  # a difference that shows as 0.000


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
            show_baselines(run, result)
    if curves.open:
        with curves:
            show_curves(run, result)
    if errors.open:
        with errors, errors_shown():
            show_error_slices(run)
    if inputs.open:
        with inputs:
            show_inputs(run, result)


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
