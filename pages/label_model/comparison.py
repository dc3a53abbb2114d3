"""The label models side by side on dev."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.shared import fmt
from weakrec_core.label_model.comparing import Comparison, ModelReport
from weakrec_core.label_model.fitting import label_model_title

_RIGHT: Any = {"alignment": "right", "width": 136}


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
