"""One run: headline, then baselines, curves, errors and inputs in tabs."""

from typing import Any, Literal

import streamlit as st

from pages.presentation.deck import lists_of
from pages.results.baselines import show_baselines
from pages.results.curves import show_curves
from pages.results.error_slices import show_error_slices
from pages.results.inputs import show_inputs
from pages.results.result_tables import RANKED, scores_of
from pages.results.run_about import edit_about, pinned_badge, show_notes
from pages.results.run_comparison import against_pinned
from pages.results.worth import show_worth
from pages.share.make import share_button
from pages.shared import fmt
from pages.shared.address import page_link
from pages.shared.downloads import download
from pages.shared.errors import errors_shown
from weakrec_core.runs import result_tables
from weakrec_core.runs.archive import run_zip
from weakrec_core.runs.card import render_card
from weakrec_core.runs.inputs import label_model_named
from weakrec_core.runs.notebook_file import render_notebook
from weakrec_core.runs.pinned import baseline_of
from weakrec_core.runs.report import render_report
from weakrec_core.runs.store import Run
from weakrec_core.stats.verdicts import SAME

_HEADLINE: dict[str, Literal["normal", "inverse"]] = {"auc": "normal", RANKED: "normal", "log_loss": "inverse"}


def one_run(run: Run) -> None:
    """Headline, then baselines, curves and errors in tabs, then what the run was made of."""
    result = result_tables.finished(run)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.header(f"Run {fmt.literal(run.title)}{pinned_badge(run)}", anchor=False, width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            edit_about(run)
            share_button(run)
            page_link("pages/presentation/page.py", "Present", run=run.id)
            download(
                "Report",
                lambda: render_report(run, lists_of(run)),
                f"report-{run.id}.html",
                "download_report",
                "One HTML file for stakeholders, with charts and slides; works offline",
            )
            with st.popover("Export", icon=":material/download:", width="content"):
                download(
                    "Card (Markdown)",
                    lambda: render_card(run),
                    f"card-{run.id}.md",
                    "download_card",
                    "The run on one page",
                )
                download(
                    "Run (zip)",
                    lambda: run_zip(run),
                    f"run-{run.id}.zip",
                    "download_run",
                    "`import` takes it elsewhere",
                )
                download(
                    "Notebook",
                    lambda: render_notebook(run),
                    f"run-{run.id}.ipynb",
                    "download_notebook",
                    "Repeats the run, from the data to its test metrics",
                )
    config = run.config
    st.caption(
        f"{fmt.literal(config.dataset)} · LF set {fmt.literal(config.lf_set_title)} · {label_model_named(run)}"
        f" · preset {config.train['preset']} · seed {config.train['seed']}"
    )
    show_notes(run)
    _headline(run, result)
    pinned = baseline_of(run)
    *before, baselines, worth, curves, errors, inputs = st.tabs(
        [
            *([] if pinned is None else ["Against the pinned run"]),
            "Against baselines",
            "Worth in gold labels",
            "Learning and calibration",
            "Errors by slice",
            "What it was made of",
        ],
        key="result_tabs",
        on_change="rerun",
    )
    if pinned is not None and before[0].open:
        with before[0], errors_shown():
            against_pinned(run, pinned)
    if baselines.open:
        with baselines:
            show_baselines(run, result)
    if worth.open:
        with worth, errors_shown():
            show_worth(run)
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
        for metric, value, low, high, against in result_tables.headlines(result, _HEADLINE, intervals):
            st.metric(
                f"Test {result_tables.title(metric)}",
                fmt.number(value),
                None if against is None else str(against),
                delta_color="off" if against is None or against.verdict == SAME else _HEADLINE[metric],
                help=_help(low, high, against),
                width="content",
            )
    for said in result_tables.better_rivals(result):
        st.warning(said, icon=":material/trending_down:")
    if about_lists := result_tables.lists_sentence(result):
        st.markdown(f":material/format_list_numbered: {about_lists}")
    if sentence := (result.get("recovered") or {}).get("sentence"):
        st.markdown(f":material/vital_signs: **{fmt.literal(sentence)}**")


def _help(low: float | None, high: float | None, against: result_tables.Against | None) -> str | None:
    """The intervals of a figure and of its difference to the strongest rival."""
    said = [] if low is None else [f"95 % interval over users: {low:.3f} to {high:.3f}"]
    if against is not None:
        said.append(f"Compared with the strongest baseline, {against.title}")
        if against.low is not None:
            said[-1] += f": 95 % interval of the difference {against.low:+.3f} to {against.high:+.3f}"
    return ". ".join(said) or None
