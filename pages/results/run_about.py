"""A run's name and notes, and whether it is the one that others are compared with."""

import streamlit as st

from pages.people.write_button import write_button
from pages.shared import fmt
from pages.shared.errors import errors_shown
from weakrec_core.access import may_write
from weakrec_core.limits import RUN_NAME_CHARACTERS, RUN_NOTES_CHARACTERS
from weakrec_core.runs.pinned import is_pinned, pin, unpin
from weakrec_core.runs.store import Run


def edit_about(run: Run) -> None:
    """A box to name, annotate and pin a run; its inputs and results stay as they are."""
    with st.popover("Name and notes", icon=":material/edit_note:", width="content", key=f"about_{run.id}"):
        with st.form(f"about_form_{run.id}", border=False):
            about = run.about
            name = st.text_input("Name", about.name, max_chars=RUN_NAME_CHARACTERS, key=f"run_name_{run.id}")
            notes = st.text_area("Notes", about.notes, max_chars=RUN_NOTES_CHARACTERS, key=f"run_notes_{run.id}")
            saved = write_button("Save", in_form=True, icon=":material/save:", key=f"save_about_{run.id}")
        if saved:
            with errors_shown():
                run.describe(name=name, notes=notes)
                st.rerun()
        if run.result:
            key = f"pin_{run.id}"
            st.session_state[key] = is_pinned(run)
            st.toggle(
                "Pinned: others are compared with it",
                key=key,
                disabled=not may_write(),
                on_change=_set_pinned,
                args=(run, key),
                help="One run for each state of a dataset; the Results page compares other runs on that data with it",
            )


def show_notes(run: Run) -> None:
    """The notes, where there are some."""
    if notes := run.about.notes:
        st.markdown(f":material/sticky_note_2: {fmt.literal(notes)}".replace("\n", "  \n"))


def pinned_badge(run: Run) -> str:
    """What tells the pinned run from others, in Markdown."""
    return " :blue-badge[pinned]" if is_pinned(run) else ""


def _set_pinned(run: Run, key: str) -> None:
    with errors_shown():
        pin(run) if st.session_state[key] else unpin(run)
