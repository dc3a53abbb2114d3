"""What is said of train where only a sample of it is looked at: how sure that is, and how far all of it is counted."""

import streamlit as st

from pages.shared import fmt
from pages.shared.errors import sentence
from pages.shared.workbench import Workbench
from weakrec_core.engine.sampled_train import counter_of, sampled, set_shares
from weakrec_core.engine.train_sums import CountedSet
from weakrec_core.errors import WeakrecError

_JUST_DRAWN = "train_count_just_drawn"


def train_count(wb: Workbench) -> None:
    """A line under the bar; nothing where train is looked at as a whole."""
    sample, counter = sampled(wb.applied), counter_of(wb.applied)
    if sample is None or counter is None:
        return
    if isinstance(wb.applied, CountedSet):
        st.caption(f"Train coverage and conflicts: counted on all {sample.whole.n_rows('train'):,} rows.")
        return
    try:
        counter.found(wb.applied)
    except WeakrecError as e:
        st.caption(f"{_of_sample(wb)} All rows cannot be counted: {fmt.literal(sentence(e))}")
        return
    # The page comes first: counting goes on once it is drawn, and after an edit begins when no other follows at once.
    counter.rest(wb.draft.id)
    st.session_state[_JUST_DRAWN] = True
    _counting(wb)


@st.fragment(run_every=1)
def _counting(wb: Workbench) -> None:
    sample, counter = sampled(wb.applied), counter_of(wb.applied)
    assert sample is not None and counter is not None
    done = 0.0
    if not st.session_state.pop(_JUST_DRAWN, False):
        done = counter.want(wb.draft.id, wb.applied)
        try:
            found = counter.found(wb.applied)
        except WeakrecError:
            found = None
            st.rerun(scope="app")
        if found is not None:
            st.rerun(scope="app")
    st.caption(f"{_of_sample(wb)} All {sample.whole.n_rows('train'):,} are being counted: {fmt.percent(done, 0)}.")


def _of_sample(wb: Workbench) -> str:
    sample = sampled(wb.applied)
    assert sample is not None
    coverage, conflicts = (fmt.estimate(share) for share in set_shares(wb.applied))
    return f"Train coverage {coverage} and conflicts {conflicts} of a sample of {sample.n_rows('train'):,} rows, 95 % intervals in brackets."
