"""LFs drafted by a language model: its server is named and what is sent is said before the click; what is worth it can be added."""

from collections.abc import Iterable
from itertools import islice

import streamlit as st

from pages.prompt.drafted import drafted_lfs
from pages.shared import fmt
from pages.shared.errors import errors_shown, sentence
from pages.shared.workbench import Workbench
from weakrec_core.access import may_write
from weakrec_core.data.noun import counted
from weakrec_core.errors import WeakrecError
from weakrec_core.language_model.asking import Budget
from weakrec_core.language_model.endpoint import Endpoint, needed_endpoint
from weakrec_core.limits import DRAFT_ROWS, DRAFT_TEXT_CHARACTERS, PROMPT_CHARACTERS
from weakrec_core.suggestions.drafting.job import draft_job, drafts_of, drafts_reply, start_drafting
from weakrec_core.suggestions.drafting.question import DraftQuestion, draft_question

_ROWS, _QUESTION = "drafting_rows", "drafting_question"
_TOKENS = 20_000  # twice what 20 long reviews and their answer take


def draft_button(wb: Workbench, rows: Iterable[int], key: str) -> bool:
    """The button that opens the box for dev rows, of which the first 20 with a review can be sent; not there where the operator has
    named no model. Returns whether it was clicked.
    """
    try:
        if Endpoint.from_environment() is None:
            return False
    except WeakrecError:  # the box says what is wrong with it
        pass
    meaning = "A language model drafts LFs; you see what is sent, and where, before it is"
    clicked = st.button("Draft by a model", icon=":material/forum:", key=key, help=meaning, width="content")
    if clicked:
        _close()
        st.session_state[_ROWS] = (wb.dataset.fingerprint, _reviewed(wb, rows))
    return clicked


def draft_box(wb: Workbench) -> None:
    """The box that was opened, if one was."""
    fingerprint, rows = st.session_state.get(_ROWS, (None, ()))
    if fingerprint != wb.dataset.fingerprint:
        return
    with st.container(border=True, key="drafting_box"), errors_shown():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("**Labeling functions drafted by a language model**", width="stretch")
            if st.button("Close", icon=":material/close:", key="drafting_close", type="tertiary"):
                _close()
                st.rerun()
        endpoint = needed_endpoint()
        question: DraftQuestion | None = st.session_state.get(_QUESTION)
        busy = question is not None and _under_way(wb, question)
        _form(wb, endpoint, rows, busy)
        if question is not None and busy:
            _progress(wb, question)
        elif question is not None:
            _answer(wb, endpoint, question)


def _form(wb: Workbench, endpoint: Endpoint, rows: tuple[int, ...], busy: bool) -> None:
    """What is asked and what it may take; nothing is sent before the click."""
    most = len(rows)
    with st.form("drafting", border=False):
        words = st.text_area(
            "What shall they look at?" + (" (may be empty)" if most else ""),
            key="drafting_sentence",
            max_chars=PROMPT_CHARACTERS,
            height=80,
            placeholder="Reviewers who gave up, or wanted their money back",
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            n = int(st.number_input("Reviews at most", 1, most, most, width=150)) if most else 0
            tokens = st.number_input("Tokens at most", 1, value=_TOKENS, width=150)
            money = None
            if endpoint.prices is not None:
                money = st.number_input(
                    "Money at most", 0.01, value=0.1, width=150, help="By the prices that the operator set"
                )
        texts = f"the reviews of {counted(most, 'dev row')} at most, " if most else ""
        each = f"{DRAFT_TEXT_CHARACTERS:,} characters of each, with its gold label; " if most else ""
        st.caption(
            f"Will be sent to **{fmt.literal(endpoint.host)}**, model **{fmt.literal(endpoint.model)}**: {texts}{each}your sentence; "
            "names, meanings and three quantiles of the signals. Nothing else, and nothing before the click."
        )
        if st.form_submit_button("Ask", icon=":material/forum:", type="primary", disabled=busy or not may_write()):
            question = draft_question(wb.applier, endpoint.model, words, rows[:n])
            reply = drafts_reply(wb.workspace, question)
            if reply is None or reply.why:
                start_drafting(wb.applied, question, Budget(tokens=int(tokens), money=money))
            st.session_state[_QUESTION] = question
            st.rerun()


def _reviewed(wb: Workbench, rows: Iterable[int]) -> tuple[int, ...]:
    there = wb.dataset.split("dev")["review_text"].notna().to_numpy(bool)
    return tuple(islice((int(row) for row in rows if there[row]), DRAFT_ROWS))


def _under_way(wb: Workbench, question: DraftQuestion) -> bool:
    status = draft_job(wb.workspace, question).status
    return status is not None and status.active


@st.fragment(run_every=1)
@errors_shown()
def _progress(wb: Workbench, question: DraftQuestion) -> None:
    if not _under_way(wb, question):
        st.rerun(scope="app")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/hourglass_top: {fmt.literal(question.model)} is being asked …", width="stretch")
        if st.button("Stop", icon=":material/stop_circle:", key="stop_drafting", help="An answer under way is kept"):
            draft_job(wb.workspace, question).cancel()


def _answer(wb: Workbench, endpoint: Endpoint, question: DraftQuestion) -> None:
    """What came, or why nothing did."""
    reply = drafts_reply(wb.workspace, question)
    if reply is None:
        status = draft_job(wb.workspace, question).status
        if status is not None and status.state in ("failed", "lost") and status.error:
            st.error(sentence(status.error), icon=":material/error:")
        return
    cost = endpoint.cost(reply.asked, reply.answered)
    sent = counted(len(question.rows), "review") if question.rows else "A sentence"
    paid = "" if cost is None else f", {fmt.threshold(cost)} by the prices set"
    st.caption(f"{sent} sent; {reply.asked:,} tokens asked, {reply.answered:,} answered{paid}.")
    if reply.why:
        st.error(
            f"The answer is of no use: {fmt.literal(reply.why)}. Ask again, or ask otherwise.", icon=":material/error:"
        )
        return
    added = drafted_lfs(wb, drafts_of(wb.applied, question, reply), question)
    if added:
        _close()
        st.rerun()


def _close() -> None:
    for key in (_ROWS, _QUESTION):
        st.session_state.pop(key, None)
