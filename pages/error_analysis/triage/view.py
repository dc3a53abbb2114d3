"""One row a screen, by keyboard: what decided it, and what to do about it."""

import streamlit as st

from pages.error_analysis.filters import active_conditions, current_filter
from pages.error_analysis.keyword_maker import keyword_maker, offer_keyword
from pages.error_analysis.opened_row import reader_history, review_card, votes_table
from pages.error_analysis.rows import notes_of
from pages.error_analysis.triage.gold import gold_buttons, gold_order, unlabeled_link, why_asked
from pages.error_analysis.triage.queue import Queue, begin_anew, queue_of
from pages.people.write_button import write_button
from pages.shared import fmt
from pages.shared.workbench import Workbench
from weakrec_core import LABEL_NAMES
from weakrec_core.data.looked_at import mark_looked_at
from weakrec_core.data.notes import NOTE_LENGTH, remove_note, write_note
from weakrec_core.error_analysis.buckets import Buckets
from weakrec_core.error_analysis.filters import RowFilter
from weakrec_core.suggestions.telling_words import telling_words

_SEEN = "triage_seen"


def triage_view(wb: Workbench, found: Buckets) -> None:
    """Draw the row at hand of the queue."""
    now, notes = current_filter(), notes_of(wb)
    active_conditions(wb, now)
    unlabeled_link(wb, now)
    queue = queue_of(wb, found, now, notes, gold_order(now))
    if not len(queue.rows):
        nothing = (
            "The label model is wrong on no dev row" if now == RowFilter() else "No dev row meets these conditions"
        )
        st.info(f"{nothing}: there is nothing to work through.", icon=":material/check:")
        return
    row = queue.row
    record = wb.dataset.split("dev").iloc[row]
    _remember(wb, row, record["user_id"], record["book_id"])
    _controls(wb, queue, found, row, notes)
    left, right = st.columns([1.7, 1], gap="large")
    with left:
        review_card(wb, found, row)
        if isinstance(record["review_text"], str):
            _mend(wb, row, int(found.gold[row]))
    with right:
        why_asked(queue, found, row)
        gold_buttons(wb, queue, row)
        votes_table(found, row)
        reader_history(wb, record)
        if notes.get(row):
            st.markdown(f":material/sticky_note_2: {fmt.literal(notes[row])}")


def _controls(wb: Workbench, queue: Queue, found: Buckets, row: int, notes: dict[int, str]) -> None:
    record = wb.dataset.split("dev").iloc[row]
    ids = record["user_id"], record["book_id"]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
            first, final = queue.at == 0, queue.at == len(queue.rows) - 1
            st.button("Previous", key="triage_previous", shortcut="K", on_click=queue.go, args=(-1,), disabled=first)
            st.button(
                "Next",
                key="triage_next",
                shortcut="J",
                type="primary",
                on_click=queue.go,
                args=(1,),
                disabled=final,
            )
            st.markdown(queue.says(found), width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
            starred, noted = row in notes, bool(notes.get(row))
            write_button(
                "Unstar" if starred else "Star",
                icon=":material/star:",
                key="triage_star",
                shortcut="S",
                disabled=noted,
                help="It has a note, and stays starred with it" if noted else None,
                on_click=(lambda: remove_note(wb.dataset, *ids))
                if starred
                else (lambda: write_note(wb.dataset, *ids, "")),
            )
            how = "A text: Tab goes to it, Enter saves it"
            if write_button("Note", icon=":material/edit_note:", key="triage_note", shortcut="T", help=how):
                _note_dialog(wb, ids, notes.get(row, ""))
            st.button(
                "Begin anew",
                icon=":material/restart_alt:",
                key="triage_anew",
                type="tertiary",
                help="The rows stay as they were when the work began, mended or not: make the list again from what is wrong now",
                on_click=begin_anew,
            )
    st.progress((queue.at + 1) / len(queue.rows))


def _mend(wb: Workbench, row: int, gold: int) -> None:
    """Words of the review by number, then what they would do and Keep."""
    label = LABEL_NAMES[gold] if gold >= 0 else None
    words = telling_words(wb.applier, row, label) if label else []
    if words:
        st.caption(
            f"Words of it that speak for {label}, by other users' dev rows: a digit takes one, A keeps it.",
        )
        with st.container(horizontal=True, gap="small"):
            for i, one in enumerate(words, 1):
                st.button(
                    f"{fmt.literal(one.words)} :gray[{one.correct:,} of {one.n:,}]",
                    key=f"triage_word_{i}",
                    shortcut=str(i),
                    on_click=offer_keyword,
                    args=(wb, row, one.words),
                )
    keyword_maker(wb, row, gold, keep_shortcut="A")


@st.dialog("Note")
def _note_dialog(wb: Workbench, ids: tuple[str, str], before: str) -> None:
    def save() -> None:
        write_note(wb.dataset, *ids, st.session_state["triage_note_text"].strip())

    with st.form("triage_note_form", border=False):
        st.text_input("What is wrong here?", before, max_chars=NOTE_LENGTH, key="triage_note_text")
        if st.form_submit_button("Save", type="primary", on_click=save):
            st.rerun()


def _remember(wb: Workbench, row: int, user_id: str, book_id: str) -> None:
    """That the row was looked at; once a session."""
    seen: set[tuple[str, int]] = st.session_state.setdefault(_SEEN, set())
    if (wb.dataset.data_fingerprint, row) not in seen:
        mark_looked_at(wb.dataset, user_id, book_id)
        seen.add((wb.dataset.data_fingerprint, row))
