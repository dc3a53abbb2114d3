"""Recommendations: a reader on the left, what a run recommends on the right, and why."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from pages.recommendations.book_cards import STYLE
from pages.recommendations.presentation import presentation
from pages.recommendations.reader_panel import choose_reader, choose_run, show_books
from pages.recommendations.reader_url import POPULARITY, WITHOUT_LABELS, View, current_view, start_over
from pages.recommendations.recommended import first_sentence, heading, most_read, one_list, say_labels, side_by_side
from pages.recommendations.recommender import catalogue, finished_runs, recommendations, run_of
from pages.shared.address import page_link
from pages.shared.errors import sentence
from pages.shared.workbench import Workbench, opened
from weakrec_core.engine.sampled_train import sampled
from weakrec_core.errors import WeakrecError
from weakrec_core.labeling.book_votes import count_book_votes
from weakrec_core.runs import result_tables, test_looks
from weakrec_core.runs.store import Run
from weakrec_core.serving.reader import reader_of


def page(wb: Workbench, runs: Sequence[Run]) -> None:
    """The page once there is a run."""
    books = catalogue(wb.dataset)
    view = current_view(View(runs[0].id, books.test_users[0] if books.test_users else None))
    run = run_of(view.run or runs[0].id, wb.dataset)
    view = replace(view, run=run.id, beside=tuple(b for b in view.beside if b != run.id))
    weighed = result_tables.labels_in_lists_of(run.result or {}) == "weighed"
    compared = [run_of(name, wb.dataset) for name in view.beside if name not in (POPULARITY, WITHOUT_LABELS)]
    reader = reader_of(wb.dataset, view.user, view.book, view.liked)
    found = recommendations(run, reader, view.k) if reader.read else []
    if view.present:
        presentation(wb, view, reader, found)
        return
    left, right = st.columns([1, 2.6], gap="large")
    with left:
        choose_run(runs, view)
        choose_reader(wb, books, view, reader)
        show_books(wb, reader, view, found)
    with right:
        _better_rivals(run)
        heading(wb, view, runs)
        if not reader.read:
            st.info(
                f"Search for {wb.dataset.noun.a} on the left to get recommendations; until then, what most people read."
            )
            most_read(wb, books, reader, view.k)
            return
        with st.spinner(f"Counting the LFs' votes by {wb.dataset.noun.one} …"):
            applied = wb.applier.of_usable(run.config.frozen_lf_set)
            votes = count_book_votes(applied)
        if (sample := sampled(applied)) is not None:
            st.caption(
                f"Labels by {wb.dataset.noun.one} are those of a sample of {sample.n_rows('train'):,} train rows."
            )
        if found:
            st.markdown(first_sentence(wb, found))
        beside = tuple(name for name in view.beside if name != WITHOUT_LABELS or weighed)
        if WITHOUT_LABELS in view.beside:
            test_looks.record(run)
            say_labels(run)
        if beside:
            others = {other.id: recommendations(other, reader, view.k) for other in compared}
            if WITHOUT_LABELS in beside:
                others[WITHOUT_LABELS] = recommendations(run, reader, view.k, labels=False)
            side_by_side(wb, books, replace(view, beside=beside), reader, found, others, votes)
        else:
            one_list(wb, view, found, votes)


def _better_rivals(run: Run) -> None:
    """That an average is better than the run, by test: to read it is a look at the run's metrics."""
    for said in result_tables.better_rivals(run.result or {}):
        test_looks.record(run)
        st.warning(said, icon=":material/trending_down:")


wb = opened()
st.html(STYLE)
finished = finished_runs(wb.dataset)
if not finished:
    st.title("Recommendations", anchor=False)
    st.info(f"No finished run on dataset {wb.dataset.name} yet: train one first.", icon=":material/info:")
    page_link("pages/training/page.py", "Launch a run")
else:
    try:
        page(wb, finished)
    except WeakrecError as e:
        st.title("Recommendations", anchor=False)
        st.error(sentence(e), icon=":material/error:")
        st.button("Start over", icon=":material/refresh:", on_click=start_over, key="start_over")
