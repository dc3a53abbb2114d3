"""What a model has drafted: what is right on dev to be added, the rest with the reason."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.grid.row_box import row_box
from pages.shared.grid.table import draw_table
from pages.shared.selection import select_lf
from pages.shared.workbench import Workbench
from weakrec_core.data.noun import counted
from weakrec_core.suggestions.drafting.judged import Drafted
from weakrec_core.suggestions.drafting.question import DraftQuestion

_WIDTHS = {"Name": 150, "Right on dev": 150, "Votes on": 90, "Lift": 60}


def drafted_lfs(wb: Workbench, found: Sequence[Drafted], question: DraftQuestion) -> bool:
    """Draw them; returns whether some were added, as one edit."""
    if not found:
        st.info("The model drafts no LF.", icon=":material/info:")
        return False
    offered = [one for one in found if one.lf is not None and not one.problem]
    added = _offered(wb, offered, question) if offered else False
    refused = [one for one in found if one.problem]
    if refused:
        st.markdown(f"**{counted(len(refused), 'LF')} not offered**")
        st.markdown("\n".join(f"- **{fmt.literal(one.name)}**: {fmt.literal(one.problem)}" for one in refused))
    return added


def _offered(wb: Workbench, offered: Sequence[Drafted], question: DraftQuestion) -> bool:
    others = ", the users of the rows sent left out" if question.rows else ""
    st.markdown(f"**{counted(len(offered), 'LF')} right on dev more often than the base rate**{others}:")
    names = [one.name for one in offered]
    picked = row_box(f"drafted_{question.key}_{wb.revision}", "LFs to add", names, range(len(names)), many=True)
    event = draw_table(
        pd.DataFrame([_row(one) for one in offered]),
        key=picked.key,
        hide_index=True,
        height="content",
        on_select="rerun",
        selection_mode="multi-row",
        selection_default=picked.default,
        column_config={
            name: st.column_config.TextColumn(width=_WIDTHS.get(name, "large"))
            for name in ("Name", "Right on dev", "Votes on", "Lift", "What it does")
        },
        alt="LFs that the model drafted, one a row",
    )
    chosen = [offered[i].lf for i in sorted(event.selection.rows) if i < len(offered)]
    label = f"Add {len(chosen)} selected" if chosen else "Select rows to add"
    if not st.button(label, type="primary", icon=":material/add:", key="add_drafted", disabled=not chosen):
        return False
    lfs = tuple(lf for lf in chosen if lf is not None)
    wb.edit((*wb.draft.lf_set.lfs, *lfs))
    wb.refresh_widgets()
    select_lf(lfs[0].name)
    st.toast(f"{counted(len(lfs), 'LF')} added; Undo is at the top.", icon=":material/check:")
    return True


def _row(one: Drafted) -> dict[str, str]:
    figures = one.figures
    return {
        "Name": one.name,
        "Right on dev": fmt.interval(figures["emp_acc"], figures["ci_low"], figures["ci_high"]),
        "Votes on": counted(figures["n"], "row"),
        "Lift": fmt.signed(figures["lift"], 2),
        "What it does": one.lf.in_words if one.lf is not None else "",
    }
