"""The label models side by side on dev."""

import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.grid.columns import metric, right
from pages.shared.grid.table import draw_table
from pages.shared.label_settings import set_label_model
from weakrec_core.label_model.base import AUTO, CONSTANT
from weakrec_core.label_model.comparing import Comparison, ModelReport
from weakrec_core.label_model.fitting import label_model_title

_AUC_COVERED, _LOSS_COVERED = "AUC, with a vote", "Log loss, with a vote"
_REVISION = "comparison_revision"


def comparison_table(comparison: Comparison, shown: str) -> None:
    """One row a model, that of the one `shown` selected; a click on another one chooses it, on the recommended one ``auto``."""
    reports = sorted(comparison.reports.values(), key=_order)
    n_covered = int((comparison.covered & (comparison.gold >= 0)).sum())
    kinds = [r.kind for r in reports]
    key = f"comparison_{comparison.recommended}_{shown}_{st.session_state.get(_REVISION, 0)}"

    def choose() -> None:
        for row in st.session_state[key].selection.rows:
            _choose(reports[row], comparison.recommended)

    draw_table(
        pd.DataFrame([_row(r, comparison.recommended) for r in reports]),
        hide_index=True,
        key=key,
        on_select=choose,
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [kinds.index(shown)], "columns": []}},
        column_config={
            "Model": st.column_config.TextColumn(width=200),
            _AUC_COVERED: right(88),
            _LOSS_COVERED: right(108),
        }
        | {name: metric(name, 136) for name in ("AUC", "Log loss", "Accuracy", "Brier")},
        alt="Label models on dev, one a row",
    )
    st.caption(
        f"Least log loss first. On all {int((comparison.gold >= 0).sum()):,} dev rows with gold, those without a vote get the "
        "prior; with bootstrap 95 % intervals over users. A model that learns from gold predicts each user from the others. "
        f"With a vote: {n_covered:,} rows, the same for every model."
    )


def _choose(report: ModelReport, recommended: str) -> None:
    if report.problem is None and report.kind != CONSTANT:
        set_label_model(AUTO if report.kind == recommended else report.kind)
        return
    st.session_state[_REVISION] = st.session_state.get(_REVISION, 0) + 1  # the row that is shown is selected again
    st.toast(report.problem or "The constant is there to compare with; it is no label model to train with.")


def _order(report: ModelReport) -> tuple[bool, float]:
    """By log loss; models that could not be fitted come last."""
    return report.problem is not None, float(report.everywhere.get("log_loss") or 0)


def _row(report: ModelReport, recommended: str) -> dict[str, str]:
    name = label_model_title(report.kind) + (" ★ recommended" if report.kind == recommended else "")
    if report.problem is not None:
        return {"Model": name, "AUC": fmt.NONE, "Log loss": fmt.NONE, "Accuracy": fmt.NONE, "Brier": fmt.NONE} | {
            _AUC_COVERED: fmt.NONE,
            _LOSS_COVERED: fmt.NONE,
        }

    def cell(metric: str) -> str:
        between = report.intervals[metric]
        value = fmt.number(report.everywhere[metric])
        return value if between is None or between[0] == between[1] else f"{value} [{between[0]:.3f}, {between[1]:.3f}]"

    return {
        "Model": name,
        "AUC": cell("auc"),
        "Log loss": cell("log_loss"),
        "Accuracy": cell("accuracy"),
        "Brier": cell("brier"),
        _AUC_COVERED: fmt.number(report.covered["auc"]),
        _LOSS_COVERED: fmt.number(report.covered["log_loss"]),
    }
