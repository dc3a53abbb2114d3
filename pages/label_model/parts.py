"""The parts of the Label model page."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.label_settings import BALANCE_KEY, PRIOR_KEY, SNORKEL_KEYS, chosen_settings
from pages.shared.workbench import Workbench, is_dark
from weakrec_core.charts.label_model import fit_losses, posterior_histogram, reliability_curve
from weakrec_core.label_model.comparing import Comparison, ModelReport, calibration_curve
from weakrec_core.label_model.fitting import label_model_title
from weakrec_core.label_model.guardrails import Guardrail
from weakrec_core.label_model.label_train import TrainLabels
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.label_model.snorkel_model import SnorkelModel
from weakrec_core.label_model.text_labels import compare_with_text, label_train_with_text, telling_table
from weakrec_core.stats.intervals import wilson
from weakrec_core.stats.probability_metrics import metrics_against

_SHOWN_WARNINGS = 3
_RIGHT: Any = {"alignment": "right", "width": 136}


def settings(wb: Workbench) -> tuple[float | None, SnorkelConfig]:
    """Class balance and the hyperparameters of Snorkel's LabelModel."""
    gold = wb.dataset.gold("dev")
    share = (gold == 1).sum() / max((gold >= 0).sum(), 1)
    balances = {"dev": f"from dev ({share:.2f})", "uniform": "uniform (0.50)", "set": "set by hand"}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader("Label models on dev", anchor=False, width="stretch")
        with st.popover("Settings", icon=":material/tune:", width="content"):
            chosen = st.selectbox(
                "Class balance P(POSITIVE)",
                list(balances),
                format_func=balances.__getitem__,
                key=BALANCE_KEY,
                persist_state="session",
                help="The tutorial leaves it uniform",
            )
            if chosen == "set":
                share = round(float(share), 2)
                st.slider("P(POSITIVE)", 0.05, 0.95, share, key=PRIOR_KEY, persist_state="session")
            st.markdown("**Snorkel's LabelModel**")
            default, keys = SnorkelConfig(), SNORKEL_KEYS
            st.number_input("Epochs", 1, 20000, default.n_epochs, key=keys["n_epochs"], persist_state="session")
            st.number_input(
                "Learning rate", 0.0001, 1.0, default.lr, format="%.4f", key=keys["lr"], persist_state="session"
            )
            st.number_input("L2", 0.0, 10.0, default.l2, key=keys["l2"], persist_state="session")
            st.number_input("Seed", 0, 2**31 - 1, default.seed, key=keys["seed"], persist_state="session")
            st.caption("Training uses these settings, too.")
    return chosen_settings()


def show_warnings(warnings: list[Guardrail]) -> None:
    """The first few in the open, the rest folded."""

    def one(warning: Guardrail) -> None:
        st.warning(f"{fmt.literal(warning.message)} *{fmt.literal(warning.advice)}*", icon=":material/warning:")

    for warning in warnings[:_SHOWN_WARNINGS]:
        one(warning)
    if len(warnings) > _SHOWN_WARNINGS:
        with st.expander(f"{len(warnings) - _SHOWN_WARNINGS} more warnings"):
            for warning in warnings[_SHOWN_WARNINGS:]:
                one(warning)


def comparison_table(comparison: Comparison) -> str:
    """One row a model; returns the kind of the selected one, at first the recommended one."""
    reports = list(comparison.reports.values())
    n_covered = int((comparison.covered & (comparison.gold >= 0)).sum())
    kinds = [r.kind for r in reports]
    event = st.dataframe(
        pd.DataFrame([_row(r, comparison.recommended) for r in reports]),
        hide_index=True,
        key=f"comparison_{comparison.recommended}",
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [kinds.index(comparison.recommended)], "columns": []}},
        column_config={
            "Model": st.column_config.TextColumn(width=200),
            "AUC": st.column_config.TextColumn(**_RIGHT),
            "Log loss": st.column_config.TextColumn(**_RIGHT),
            "Accuracy": st.column_config.TextColumn(**_RIGHT),
            "Brier": st.column_config.TextColumn(**_RIGHT),
            "AUC, all rows": st.column_config.TextColumn(alignment="right", width=88),
            "Log loss, all rows": st.column_config.TextColumn(alignment="right", width=108),
        },
    )
    st.caption(
        f"On the {n_covered:,} dev rows with a vote, the same for every model, with bootstrap 95 % intervals over users; a model "
        f"that learns from gold predicts each user from the others. All rows: {int((comparison.gold >= 0).sum()):,}, those "
        "without a vote get the prior."
    )
    chosen = reports[event.selection.rows[0]] if event.selection.rows else comparison.reports[comparison.recommended]
    usable = chosen.problem is None and chosen.kind != "constant"
    return chosen.kind if usable else comparison.recommended


def _row(report: ModelReport, recommended: str) -> dict[str, str]:
    name = label_model_title(report.kind) + (" ★ recommended" if report.kind == recommended else "")
    if report.problem is not None:
        return {"Model": name, "AUC": fmt.NONE, "Log loss": fmt.NONE, "Accuracy": fmt.NONE, "Brier": fmt.NONE} | {
            "AUC, all rows": fmt.NONE,
            "Log loss, all rows": fmt.NONE,
        }

    def cell(metric: str) -> str:
        between = report.intervals[metric]
        value = fmt.number(report.covered[metric])
        return value if between is None or between[0] == between[1] else f"{value} [{between[0]:.3f}, {between[1]:.3f}]"

    return {
        "Model": name,
        "AUC": cell("auc"),
        "Log loss": cell("log_loss"),
        "Accuracy": cell("accuracy"),
        "Brier": cell("brier"),
        "AUC, all rows": fmt.number(report.everywhere["auc"]),
        "Log loss, all rows": fmt.number(report.everywhere["log_loss"]),
    }


def reliability(comparison: Comparison, kind: str) -> None:
    """The reliability curve of the selected model beside Snorkel's."""
    st.subheader("Reliability on dev", anchor=False)
    kinds = [k for k in dict.fromkeys(("snorkel", kind)) if comparison.reports[k].problem is None]
    curves = pd.concat(
        [calibration_curve(comparison.reports[k], comparison).assign(model=label_model_title(k)) for k in kinds],
        ignore_index=True,
    )
    st.altair_chart(
        reliability_curve(curves, "Observed share of POSITIVE against predicted probability on dev", is_dark())
    )
    st.caption("On the dashed line, of the rows given 70 %, 70 % are POSITIVE.")


def confidence(step: TrainLabels, comparison: Comparison) -> None:
    """The posterior on train, and what a confidence cut-off would keep."""
    st.subheader("P(POSITIVE) on train", anchor=False)
    st.altair_chart(
        posterior_histogram(step.p_positive[step.covered], "Histogram of P(POSITIVE) over the train rows with a vote")
    )
    cut = st.slider(
        "Train only on rows at least this sure",
        0.5,
        0.99,
        0.5,
        step=0.01,
        key="min_confidence",
        persist_state="session",
        help="Of the likelier label; 0.50 keeps every row with a vote. Training uses this cut-off.",
    )
    kept = step.kept(cut)
    sure = np.maximum(step.p_positive[kept], 1 - step.p_positive[kept])
    p = comparison.reports[step.model.kind].p_positive
    on_dev = comparison.covered & (comparison.gold >= 0) & (np.maximum(p, 1 - p) >= cut)
    gold = comparison.gold[on_dev]
    measured = metrics_against(gold, p[on_dev])["accuracy"]
    with st.container(horizontal=True, gap="large"):
        of_all = f"of {len(kept):,} train rows; {int((step.p_positive[step.covered] == 0.5).sum()):,} ties among those with a vote"
        st.metric("Rows kept", f"{int(kept.sum()):,} ({fmt.percent(float(kept.mean()))})", help=of_all, width="content")
        st.metric(
            "Expected accuracy",
            fmt.number(float(sure.mean()) if len(sure) else None, 2),
            width="content",
            help="By the model's own probabilities",
        )
        st.metric(
            "Measured on dev",
            fmt.number(measured, 2),
            width="content",
            help=f"On {int(on_dev.sum()):,} held-out dev rows",
        )


def learned(wb: Workbench, step: TrainLabels) -> None:
    """What the model took from the votes, beside what dev says."""
    st.subheader(f"What {label_model_title(step.model.kind)} learned", anchor=False)
    summary = step.applied.summary()
    table = pd.DataFrame(
        {
            "LF": summary["name"],
            "Learned weight": [fmt.number(w, 2) for w in step.model.weights],
            "Emp. Acc., 95 %": [
                fmt.interval(*v) for v in zip(summary["emp_acc"], summary["ci_low"], summary["ci_high"], strict=True)
            ],
        }
    )
    dev = step.dev
    for label, name in ((1, "POSITIVE"), (0, "NEGATIVE")):
        for gold, of in ((1, "liked"), (0, "disliked")):
            n = dev.gold_counts[:, gold].sum()
            k = dev.gold_counts[:, gold] @ (dev.votes == label)
            low, high = wilson(k, n)
            said = [
                fmt.NONE
                if not (dev.votes[:, j] == label).any()
                else f"{100 * k[j] / n:.1f} % [{100 * low[j]:.1f}, {100 * high[j]:.1f}]"
                for j in range(dev.m)
            ]
            if isinstance(step.model, SnorkelModel):
                mu = step.model.mu[:, label, gold]
                said = [fmt.NONE if s == fmt.NONE else f"{100 * mu[j]:.1f} % · dev {s}" for j, s in enumerate(said)]
            table[f"votes {name} on {of}"] = said
    st.dataframe(
        table,
        hide_index=True,
        height="content" if len(table) <= 12 else 460,
        column_config={
            "LF": st.column_config.TextColumn(width=160),
            "Learned weight": st.column_config.TextColumn(width=110, alignment="right", help=step.model.weights_mean),
            "Emp. Acc., 95 %": st.column_config.TextColumn(width=130, alignment="right"),
        }
        | {c: st.column_config.TextColumn(alignment="right") for c in table.columns[3:]},
    )
    if isinstance(step.model, SnorkelModel):
        st.caption("Class-conditional vote rates as learned, beside those on dev with Wilson's 95 % interval.")
        st.altair_chart(fit_losses(step.model.losses, "Loss of the label model's fit by epoch"))


def text_model(wb: Workbench, step: TrainLabels, prior: float | None, config: SnorkelConfig) -> None:
    """The text model on dev, on demand: it takes some seconds."""
    st.subheader("Text model for reviews without a vote", anchor=False)
    reviewed = wb.dataset.split("train")["review_text"].notna().to_numpy()
    st.markdown(
        f"A logistic regression on the words of the reviews, trained on these labels and dev's gold, would also label the "
        f"**{int((reviewed & ~step.covered).sum()):,}** reviewed train rows that no LF votes on. Training uses it where it helps."
    )
    wanted = (step.applied.key, step.model.kind, prior, config)
    if st.button("Measure it on dev", icon=":material/science:", key="measure_text"):
        st.session_state["text_measured"] = wanted
    if st.session_state.get("text_measured") != wanted:
        return
    with st.spinner("Training the text model …"):
        found = compare_with_text(step.applied, step.model.kind, prior, config)
        text = label_train_with_text(step.applied, step.model.kind, prior, config).text
    name = label_model_title(step.model.kind)
    columns = {"auc": "AUC", "log_loss": "Log loss", "accuracy": "Accuracy", "brier": "Brier"}
    rows = [
        {"Reviewed dev rows, held-out users": label} | {title: fmt.number(metrics[m]) for m, title in columns.items()}
        for label, metrics in ((f"{name} alone", found.alone), (f"{name} and the text model", found.with_text))
    ]
    left, right = st.columns([1.4, 1], gap="large")
    right_aligned = {title: st.column_config.TextColumn(alignment="right") for title in columns.values()}
    left.dataframe(pd.DataFrame(rows), hide_index=True, column_config=right_aligned)
    left.markdown("It helps: training uses it." if found.helps else "It does not help here: training leaves it out.")
    with right:
        st.markdown("**Its most telling words**")
        if text is not None:
            st.dataframe(telling_table(text), hide_index=True, height=240)
