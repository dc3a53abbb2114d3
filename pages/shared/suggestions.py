"""Suggested edits as one table, on every page that offers them: select, add, undo."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.grid.row_box import row_box
from pages.shared.grid.table import draw_table
from pages.shared.selection import select_lf
from pages.shared.workbench import Workbench
from weakrec_core.suggestions.relevance import Relevant
from weakrec_core.suggestions.suggest import Suggestion, apply_suggestions

_VERBS = {"add_keyword": "add keyword", "add_threshold": "add", "add_category": "add", "drop_keyword": "drop keyword"}
_EDITS = {
    "add_keyword": "a keyword to add",
    "add_threshold": "a threshold to add",
    "add_category": "a category to add",
    "drop_keyword": "a keyword to drop",
}
_HELP = {
    "Votes": "The label that the edit votes; a keyword to drop speaks against it",
    "Right on dev": "Dev rows with gold on which it votes, how many of them rightly, and the 95 % interval of that share",
    "Lift": "The share that is right, less the share of the label among all gold: points",
    "Coverage": "Change of the share of train rows with a vote, by this edit alone",
    "Log loss": "Change of the label model's log loss on all dev rows with gold, by this edit alone, below 0 = better; expected "
    "on users not seen: cross-validated over users, with the choice among many inside.",
    "Helps": "Rows in the list above with gold on which it speaks for the gold label",
    "Harms": "Rows in the list above with gold on which it speaks against the gold label",
    "Gain here": "The rows it helps less those it harms, times its lift: what is to be expected beyond chance; best first",
}


def suggestions_table(
    wb: Workbench, found: Sequence[Suggestion], here: Sequence[Relevant] = (), opened: int | None = None
) -> None:
    """The table, and the button that makes the selected edits.

    Parameters
    ----------
    here : sequence of Relevant
        What each does on the rows at hand; empty where none are.
    opened : int or None
        The dev row that is open; suggestions that speak for its gold are marked.
    """
    rows = [suggestion_row(s) for s in found]
    for row, one in zip(rows, here, strict=False):
        row["Edit"] += " · this review" if opened in one.helped_rows else ""
        row |= {"Helps": f"{one.helped:,}", "Harms": f"{one.harmed:,}", "Gain here": f"{one.gain:+.1f}"}
    table = pd.DataFrame(rows)
    edits = table["Edit"].tolist()
    picked = row_box(f"suggestions_{abs(hash(tuple(edits)))}", "Edits to add", edits, many=True)
    event = draw_table(
        table,
        key=picked.key,
        hide_index=True,
        height=380 if len(found) > 9 else "content",
        on_select="rerun",
        selection_mode="multi-row",
        selection_default=picked.default,
        column_config={
            name: st.column_config.TextColumn(
                width=_WIDTHS.get(name, 84),
                alignment="left" if name in ("Edit", "Votes") else "right",
                help=_help(name, found),
            )
            for name in table.columns
        },
        alt="Suggested edits, one a row",
    )
    chosen = [found[i] for i in sorted(event.selection.rows) if i < len(found)]
    label = f"Add {len(chosen)} selected" if chosen else "Select rows to add"
    if st.button(label, type="primary", key="add_suggestions", disabled=not chosen):
        _add(wb, chosen)
        st.rerun()


_WIDTHS = {"Edit": 300, "Votes": 76, "Right on dev": 150, "Lift": 60, "Helps": 60, "Harms": 60}


def _help(column: str, found: Sequence[Suggestion]) -> str | None:
    """What a column says; of promises, how far they can be trusted."""
    said = _HELP.get(column)
    return f"{said} {_trust(found)}".rstrip() if said is not None and column == "Log loss" else said


def _trust(found: Sequence[Suggestion]) -> str:
    """The 95 % intervals of the promises: by kind of edit they are the same multiples of each figure."""
    one_of_each = {s.action: s for s in found if s.log_loss_change < 0}
    each = [
        f"{s.log_loss_interval[1] / s.log_loss_change:.1f} to {s.log_loss_interval[0] / s.log_loss_change:.1f} times the figure "
        f"for {_EDITS[action]}"
        for action, s in one_of_each.items()
    ]
    return f"95 % interval over users: {', '.join(each)}." if each else ""


def suggestion_row(s: Suggestion) -> dict[str, str]:
    """A suggestion as the table has it."""
    known = s.ci_low is not None and s.ci_high is not None and s.hits
    if s.keyword is not None:
        edit = f"“{s.keyword}”"
    else:
        edit = f"{s.column} = “{s.value}”" if s.column is not None else f"{s.signal} {s.op} {s.threshold:g}"
    return {
        "Edit": f"{_VERBS[s.action]} {edit}",
        "Votes": s.label,
        "Right on dev": f"{s.correct:,} of {s.hits:,} [{s.ci_low:.2f}, {s.ci_high:.2f}]" if known else fmt.NONE,
        "Lift": fmt.signed(s.lift, 2),
        "Coverage": f"{100 * s.coverage_change:+.2f} %",
        "Log loss": fmt.signed(s.log_loss_change, 4),
    }


def _add(wb: Workbench, chosen: Sequence[Suggestion]) -> None:
    """Make the edits and select the first LF that they change."""
    before = {lf.name: lf for lf in wb.draft.lf_set.lfs}
    wb.add(apply_suggestions(wb.draft.lf_set, chosen).lfs)
    wb.refresh_widgets()
    changed = [lf.name for lf in wb.draft.lf_set.lfs if before.get(lf.name) != lf]
    select_lf(changed[0] if changed else chosen[0].lf_name)
    st.toast(f"{fmt.literal(', '.join(changed)) or 'Nothing'} changed; Undo is at the top.", icon=":material/check:")
