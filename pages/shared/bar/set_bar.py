"""The bar on top of every working page: what is open, what it amounts to, and save, undo, redo."""

from typing import Literal

import streamlit as st

from pages.shared import fmt
from pages.shared.bar.changed_rows import counted_changes
from pages.shared.bar.saving import conflict_dialog, save_button
from pages.shared.bar.sets import sets_button
from pages.shared.bar.train_count import train_count
from pages.shared.errors import errors_shown
from pages.shared.help import NUMBERS
from pages.shared.states import say_state
from pages.shared.workbench import Workbench
from weakrec_core.data.gold_by_hand import hand_gold
from weakrec_core.data.noun import counted
from weakrec_core.engine.sampled_train import is_estimated, on_same_rows
from weakrec_core.label_model.set_figures import SetFigures, on_common_rows, set_figures
from weakrec_core.labeling.diff import diff_sets
from weakrec_core.stats.probability_metrics import Metrics


def set_bar(wb: Workbench, title: str, editing: bool = False) -> None:
    """Draw the bar with the page's title, and what keeps the set from being measured; `editing` on the page that LFs are edited on."""
    draft = wb.draft
    now = set_figures(wb.applied)
    after, saved = map(set_figures, on_same_rows(wb.applied, wb.saved))
    estimated = is_estimated(wb.applied)
    rows = "of a sample of train's rows, those" if estimated else "train rows"
    with st.container(horizontal=True, vertical_alignment="top", horizontal_alignment="distribute", key="set_bar"):
        with st.container(width=250, gap="xxsmall"):
            mark = " :orange-badge[unsaved edits]" if draft.dirty else ""
            st.title(title, anchor=False)
            changes = wb.changes
            gold = hand_gold(wb.dataset)
            by_hand = "" if gold is None else f" · dev gold: {gold}"
            edited = "" if changes is None else f" · {counted_changes(changes)}"
            name = f"**{fmt.literal(draft.base.name)}** v{draft.base.number}"
            st.caption(
                f"{name} · {fmt.literal(wb.dataset.name)} · {len(draft.lf_set.active)} LFs on{edited}{by_hand}{mark}"
            )
        _figure(
            "Train coverage",
            now.train_coverage,
            after.train_coverage - saved.train_coverage,
            f"{rows} with at least one vote",
            as_percent=True,
            estimated=estimated,
        )
        _figure(
            "Conflicts",
            now.conflicts,
            after.conflicts - saved.conflicts,
            f"{rows} on which LFs disagree",
            as_percent=True,
            better="inverse",
            estimated=estimated,
        )
        common = None if after is saved else on_common_rows(saved, now, wb.dataset.gold("dev"))
        auc, log_loss = (_how(metric, now, common) for metric in ("auc", "log_loss"))
        _figure("Label model AUC", now.everywhere["auc"], _change(now, saved, "auc"), auc)
        _figure("Log loss", now.everywhere["log_loss"], _change(now, saved, "log_loss"), log_loss, better="inverse")
        with st.container(width="content"):
            _buttons(wb)
    train_count(wb)
    say_state(wb, editing)


def _change(now: SetFigures, saved: SetFigures, metric: str) -> float | None:
    one, other = now.everywhere[metric], saved.everywhere[metric]
    return None if one is None or other is None else one - other


def _how(metric: str, now: SetFigures, common: tuple[Metrics, Metrics] | None) -> str:
    """What a figure is measured on, and what it is on the rows with a vote, which an edit changes."""
    said = (
        f"Of the label model Dev-calibrated on all {now.everywhere['n']:,} dev rows with gold, cross-validated over users: each "
        "user is predicted from the others' gold labels; rows without a vote get the share of POSITIVE."
    )
    if now.covered["n"]:
        said += f" On the {now.covered['n']:,} of them with a vote: {fmt.number(now.covered[metric])}."
    if common is not None and common[0]["n"]:
        before, after = (fmt.number(metrics[metric]) for metrics in common)
        said += f" On the {common[0]['n']:,} with a vote both in the saved version and now: {before} → {after}."
    return f"{said} {NUMBERS}"


def _figure(
    label: str,
    now: float | None,
    change: float | None,
    how: str,
    as_percent: bool = False,
    better: Literal["normal", "inverse"] = "normal",
    estimated: bool = False,
) -> None:
    show = fmt.percent if as_percent else fmt.number
    delta = None
    if now is not None and change is not None and show(now) != show(now - change):
        delta = f"{100 * change:+.1f} %" if as_percent else f"{change:+.3f}"
    st.metric(label, ("≈ " if estimated else "") + show(now), delta, delta_color=better, help=how, width="content")


@st.fragment
@errors_shown()
def _buttons(wb: Workbench) -> None:
    """A fragment, as a popover that is opened has its content made."""
    draft = wb.draft
    with st.container(horizontal=True, width="content", gap="small"):
        if st.button("Undo", icon=":material/undo:", help="Undo", key="icon_undo", disabled=not draft.past):
            _go(wb, undo=True)
        if st.button("Redo", icon=":material/redo:", help="Redo", key="icon_redo", disabled=not draft.future):
            _go(wb, undo=False)
        save_button(wb)
        sets_button(wb)
    conflict_dialog(wb)


def _go(wb: Workbench, undo: bool) -> None:
    before = wb.draft.lf_set
    wb.draft = wb.draft.undo() if undo else wb.draft.redo()
    changed = diff_sets(before, wb.draft.lf_set)
    more = f", and {counted(len(changed) - 1, 'more change')}" if len(changed) > 1 else ""
    said = f"{'Undone' if undo else 'Redone'}: {fmt.literal(changed[0])}{more}." if changed else "Nothing has changed."
    st.toast(said, icon=":material/undo:" if undo else ":material/redo:")
    wb.refresh_widgets()
    st.rerun()
