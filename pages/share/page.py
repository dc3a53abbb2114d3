"""A run as a link shows it: its report, and what it recommends to whom."""

from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from pages.recommendations.book_cards import STYLE
from pages.recommendations.reader_panel import choose_reader, show_books
from pages.recommendations.reader_url import View, current_view
from pages.recommendations.recommended import choose_length, first_sentence, one_list
from pages.recommendations.recommender import catalogue, recommendations
from pages.router.dataset import applier_of, opened_dataset
from pages.share.link import shared
from pages.share.report import address
from pages.shared import fmt
from pages.shared.errors import errors_shown
from pages.shared.workbench import Workbench
from weakrec_core.runs.share import PARAMETER
from weakrec_core.runs.store import Run
from weakrec_core.serving.reader import reader_of
from weakrec_core.serving.worker import dataset_of


def recommended(run: Run) -> None:
    """A reader on the left, what the run recommends on the right."""
    dataset = opened_dataset(run.workspace, dataset_of(run).name)
    wb, books = Workbench(run.workspace, dataset, applier_of(dataset)), catalogue(dataset)
    view = current_view(View(run.id, books.test_users[0] if books.test_users else None))
    view = replace(view, run=run.id, beside=(), present=False)
    reader = reader_of(dataset, view.user, view.book, view.liked)
    found = recommendations(run, reader, view.k) if reader.read else []
    left, right = st.columns([1, 2.6], gap="large")
    with left:
        choose_reader(wb, books, view, reader)
        show_books(wb, reader, view, found)
    with right:
        with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
            st.header(f"Recommended {dataset.noun.many}", anchor=False, width="content")
            choose_length(wb, view)
        if not found:
            st.info(f"Search for {dataset.noun.a} on the left to get recommendations.")
            return
        st.markdown(first_sentence(wb, found))
        one_list(wb, view, found, None)


run, until = shared()
st.html(STYLE)
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.title(f"Run {fmt.literal(run.title)}", anchor=False, width="content")
    to_report = f"{address()}?{urlencode({PARAMETER: st.query_params[PARAMETER]})}"
    st.link_button("Report", to_report, icon=":material/description:", width="content")
config = run.config
st.caption(
    f"{fmt.literal(config.dataset)} · LF set {fmt.literal(config.lf_set_title)} · this link is good until {until:%-d %B %Y}"
)
with errors_shown():
    recommended(run)
