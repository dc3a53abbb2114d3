"""Results: test metrics of a run beside its baselines."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.ui import fmt
from pages.ui.workbench import errors_shown, page_setup
from weakrec_core import charts
from weakrec_core.runs.store import Run, list_runs

_METRICS = ["auc", "log_loss", "accuracy", "f1", "precision", "recall"]
_TITLES = {
    "auc": "AUC",
    "log_loss": "Log loss",
    "accuracy": "Accuracy",
    "f1": "F1",
    "precision": "Precision",
    "recall": "Recall",
}
_RUN_COLUMNS = {
    "Run": "run",
    "Dataset": "dataset",
    "LF set": "lf_set",
    "Version": "lf_version",
    "Label model": "label_model",
    "Preset": "preset",
}
_RIGHT = {title: st.column_config.TextColumn(alignment="right", width=72) for title in _TITLES.values()}


def metrics_table(rows: dict[str, dict[str, Any]]) -> None:
    """One row a model."""
    frame = pd.DataFrame(
        [{"Model": name} | {_TITLES[m]: fmt.number(values.get(m)) for m in _METRICS} for name, values in rows.items()]
    )
    st.dataframe(frame, hide_index=True, column_config={"Model": st.column_config.TextColumn(width=112)} | _RIGHT)


def one_run(run: Run, result: dict[str, Any]) -> None:
    """A run in full."""
    config = run.config
    test, constant = result["test"], result["baselines"]["constant"]["test"]
    st.subheader(f"Run {run.id}", anchor=False)
    st.caption(
        f"{config.dataset} · {config.lf_set['name']} {config.lf_version} · {fmt.MODELS[result['labels']['label_model']]} · preset "
        f"{config.train['preset']} · seed {config.train['seed']} · best epoch {result['training']['best_epoch']}"
    )
    with st.container(horizontal=True, gap="large"):
        for metric, better in (("auc", "normal"), ("log_loss", "inverse"), ("accuracy", "normal"), ("f1", "normal")):
            delta = test[metric] - constant[metric] if constant.get(metric) is not None else None
            st.metric(
                f"Test {_TITLES[metric]}",
                fmt.number(test[metric]),
                None if delta is None else f"{delta:+.3f} vs constant",
                delta_color=better,
                width="content",
            )
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        st.markdown(f"**All {test['n']:,} rated test rows, users not seen in training**")
        names = {"constant": "Constant", "popularity": "Popularity"}
        metrics_table({"This run": test} | {names.get(k, k): v["test"] for k, v in result["baselines"].items()})
        st.markdown(
            "**The tutorial's protocol:** one random unread book as NEGATIVE beside every liked one, seeded",
            help="What the tutorial measures; a random unread book is easy to tell from a read one",
        )
        protocol = {names.get(k, k): v["tutorial_protocol"] for k, v in result["baselines"].items()}
        metrics_table({"This run": result["tutorial_protocol"]} | protocol)
    with right:
        st.altair_chart(charts.learning_curves(pd.DataFrame(run.epochs), f"Loss of run {run.id} by epoch"))
        labels = result["labels"]["train"]
        st.caption(
            f"Trained on the labels of {labels['covered']:,} of {labels['rows']:,} train rows, "
            f"{result['training']['epochs_run']} epochs in {result['training']['seconds']:.0f} s."
        )


wb = page_setup("Results")
st.title("Results", anchor=False)
with errors_shown():
    finished = [(run, run.result) for run in list_runs()]
    finished = [(run, result) for run, result in finished if result]
    if not finished:
        st.info("No finished run yet.", icon=":material/info:")
        st.page_link("pages/5_Training.py", label="Launch one", icon=":material/arrow_forward:")
    else:
        table = pd.DataFrame(
            [
                {title: run.summary()[key] for title, key in _RUN_COLUMNS.items()}
                | {_TITLES[m]: result["test"][m] for m in _METRICS}
                for run, result in finished
            ]
        )
        event = st.dataframe(
            table,
            hide_index=True,
            on_select="rerun",
            selection_mode="single-row-required",
            selection_default={"selection": {"rows": [0], "columns": []}},
            key="runs",
            height="content" if len(table) < 8 else 300,
            column_config={t: st.column_config.NumberColumn(format="%.3f", width=68) for t in _TITLES.values()},
        )
        one_run(*finished[event.selection.rows[0] if event.selection.rows else 0])
