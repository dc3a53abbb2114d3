"""Words of the opened review as a keyword: what they would do on dev, then into a new LF or one that is there."""

import streamlit as st

from pages.shared import fmt
from pages.shared.selection import select_lf
from pages.shared.workbench import Workbench
from weakrec_core import LABEL_NAMES
from weakrec_core.errors import SpecError
from weakrec_core.labeling.keywords import try_keyword, with_keyword
from weakrec_core.labeling.kinds import KeywordLF
from weakrec_core.labeling.lf_set import LFSet

_NEW = "A new LF"
_AT_HAND = "keyword_lf_at_hand"


def offer_keyword(wb: Workbench, row: int, words: str) -> None:
    """Put words into the box, as if they had been typed; for callbacks."""
    st.session_state[_box(wb, row)] = words


def _box(wb: Workbench, row: int) -> str:
    return f"keyword_{row}_{wb.revision}"


def keyword_maker(wb: Workbench, row: int, gold: int, keep_shortcut: str | None = None) -> None:
    """Draw it for a dev row; the label is at first the row's gold, the LF the one that a keyword of that label was last kept in."""
    key = f"{row}_{wb.revision}"
    lfs = {lf.name: lf for lf in wb.draft.lf_set.lfs if isinstance(lf, KeywordLF)}
    with st.container(horizontal=True, vertical_alignment="top"):
        keyword = st.text_input(
            "Make this a keyword",
            key=_box(wb, row),
            placeholder="Words of the review",
            help="Copy or type words of the review: how they would vote on all dev rows is shown before they are kept",
        ).strip()
        label = st.segmented_control(
            "Votes",
            ["POSITIVE", "NEGATIVE"],
            default=LABEL_NAMES[gold] if gold >= 0 else "NEGATIVE",
            key=f"keyword_label_{key}",
            required=True,
        )
        names = [_NEW, *lfs]
        at_hand = st.session_state.get(_AT_HAND, {}).get(label)
        index = names.index(at_hand) if at_hand in names else 0
        into = st.selectbox("In", names, index, key=f"keyword_lf_{key}_{label}", width=190)
    if not keyword:
        return
    name = keyword.lower().replace(" ", "_")[:60] if into == _NEW else into
    try:
        changed = with_keyword(lfs.get(into), name, keyword, label or "NEGATIVE")
        lf_set = wb.draft.lf_set
        others = tuple(changed if lf.name == into else lf for lf in lf_set.lfs)
        edited = LFSet(name=lf_set.name, lfs=others if into in lfs else (*lf_set.lfs, changed))
    except (SpecError, ValueError) as e:
        st.error(str(e) if isinstance(e, SpecError) else f"There is an LF {name!r} already.", icon=":material/error:")
        return
    trial = try_keyword(wb.applier, keyword, changed, label or "NEGATIVE", wb.dataset.gold("dev"))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        if trial.n:
            st.markdown(
                f"**{trial.hits:,}** dev row{'s' if trial.hits != 1 else ''} with it, {trial.correct:,} of {trial.n:,} "
                f"{label}: {fmt.interval(trial.correct / trial.n, trial.low, trial.high)}, lift {fmt.signed(trial.lift, 2)} "
                f"over the base rate {fmt.number(trial.base_rate, 2)}",
                width="content",
            )
        else:
            st.markdown(f"**{trial.hits:,}** dev rows with it, none of known gold", width="content")
        if st.button("Keep", icon=":material/add:", type="primary", key="keep_keyword", shortcut=keep_shortcut):
            wb.add(edited.lfs)
            st.session_state.setdefault(_AT_HAND, {})[label] = name
            wb.refresh_widgets()
            select_lf(name)
            st.toast(f"{fmt.literal(name)} has it; Undo is at the top.", icon=":material/check:")
            st.rerun()
