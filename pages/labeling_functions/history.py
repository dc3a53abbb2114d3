"""The history of versions: figures of each, what differs, and the way back to one."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.bar.changed_rows import changed_rows, counted_changes
from pages.shared.bar.saving import show_changes
from pages.shared.downloads import download
from pages.shared.errors import errors_shown, sentence
from pages.shared.grid.columns import metric
from pages.shared.grid.table import draw_table
from pages.shared.label_settings import chosen_label_model, chosen_settings
from pages.shared.workbench import Workbench, is_dark
from weakrec_core.charts.colors import Chart
from weakrec_core.charts.picture import png
from weakrec_core.charts.set_comparison import set_comparison_chart
from weakrec_core.engine.sampled_train import is_estimated, on_same_rows
from weakrec_core.error_analysis.changes import row_changes
from weakrec_core.errors import LabelModelError, WeakrecError
from weakrec_core.label_model.base import AUTO
from weakrec_core.label_model.calibrated import CalibratedModel
from weakrec_core.label_model.fitting import label_model_title
from weakrec_core.label_model.set_comparison import compare_sets
from weakrec_core.label_model.set_figures import SetFigures, set_figures
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.versions import Version, load_version, version_numbers


def history_button(wb: Workbench) -> None:
    """Open the history."""
    if st.button("History", icon=":material/history:", key="history", width="content"):
        _history(wb)


@st.dialog("History", width="large")
@errors_shown()
def _history(wb: Workbench) -> None:
    draft = wb.draft
    versions = []
    for number in reversed(version_numbers(wb.workspace, draft.base.name)):
        try:
            versions.append(load_version(wb.workspace, draft.base.name, number))
        except WeakrecError as e:
            st.caption(f"v{number} is left out: {sentence(e)}")
    draw_table(
        pd.DataFrame([_row(v, wb.applied_of(v.lf_set)) for v in versions]),
        hide_index=True,
        height="content" if len(versions) <= 8 else 320,
        column_config={c: metric(c) for c in ("LFs", *_FIGURES)},
        alt="Saved versions, newest first",
    )
    numbers = [v.number for v in versions]
    left, right = st.columns(2)
    old = left.selectbox(
        "Compare", numbers, index=min(1, len(numbers) - 1), format_func=lambda n: f"v{n}", key="history_old"
    )
    new = right.selectbox(
        "with", [None, *numbers], format_func=lambda n: "draft" if n is None else f"v{n}", key="history_new"
    )
    by_number = {v.number: v for v in versions}
    before = by_number[old].lf_set
    after = draft.lf_set if new is None else by_number[new].lf_set
    show_changes(st.container(), before, after)
    if before.lfs != after.lfs:
        _picture(wb, before, after, f"v{old} → {'draft' if new is None else f'v{new}'}")
        _rows_changed(wb, before, after)
    if st.button(f"Restore v{old} as an edit", icon=":material/settings_backup_restore:", key="restore"):
        wb.edit(by_number[old].lf_set.lfs)
        wb.refresh_widgets()
        st.rerun()


def _picture(wb: Workbench, before: LFSet, after: LFSet, which: str) -> None:
    """What differs in figures, as it can be shown to others."""
    found = compare_sets(*on_same_rows(wb.applied_of(before), wb.applied_of(after)))
    if found.lfs.empty:
        return
    title = f"{wb.draft.base.name} {which} on {wb.dataset.name}"

    def drawn(dark: bool) -> Chart:
        return set_comparison_chart(found.whole, found.lfs, title, dark)

    st.altair_chart(drawn(is_dark()), width="content")
    name = f"{wb.draft.base.name}-{which.replace(' → ', '-')}.png"
    download("Download as a picture", lambda: png(drawn(dark=False)), name, "comparison_picture", "For slides")


def _rows_changed(wb: Workbench, before: LFSet, after: LFSet) -> None:
    """By the label model that was chosen by name, else by the one of the strip: to find the recommended one takes seconds."""
    chosen = chosen_label_model()
    kind = CalibratedModel.kind if chosen == AUTO else chosen
    old, new = wb.applier.of_usable(before), wb.applier.of_usable(after)
    try:
        with st.spinner("Comparing row by row …"):
            changes = row_changes(old, new, kind, *chosen_settings())
    except LabelModelError as e:
        st.caption(f"No rows to compare: {fmt.literal(sentence(e))}")
        return
    if len(changes.rows):
        st.markdown(f"**{counted_changes(changes)}** on dev by the label model {label_model_title(kind)}")
    changed_rows(wb, changes, "history")


_FIGURES: dict[str, Callable[[SetFigures], Any]] = {
    "Train coverage": lambda figures: figures.train_coverage,
    "Conflicts": lambda figures: figures.conflicts,
    "AUC": lambda figures: figures.everywhere["auc"],
    "Log loss": lambda figures: figures.everywhere["log_loss"],
}


def _row(version: Version, applied: AppliedSet) -> dict[str, str]:
    figures, estimated = set_figures(applied), is_estimated(applied)
    return {
        "Version": f"v{version.number}",
        "Saved": version.at.replace("T", " ").removesuffix("+00:00") or "shipped",
        "By": version.by or fmt.NONE,
        "Note": version.note,
        "LFs": str(len(version.lf_set.active)),
    } | {name: _shown(name, figure(figures), estimated) for name, figure in _FIGURES.items()}


def _shown(name: str, value: float | None, estimated: bool) -> str:
    if name not in ("Train coverage", "Conflicts"):
        return fmt.number(value)
    return ("≈ " if estimated else "") + fmt.percent(value)
