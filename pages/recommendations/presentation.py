"""The recommended items alone, for stakeholders."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from pages.recommendations.book_cards import recommended_card, shelf
from pages.recommendations.reader_panel import most_telling
from pages.recommendations.reader_url import View, show
from pages.recommendations.recommended import in_twos
from pages.shared.workbench import Workbench
from weakrec_core.serving.reader import Reader
from weakrec_core.serving.recommend import Recommendation

_PRESENTED_SHELF = 12
_PRESENTATION = """<style>
[data-testid="stSidebar"], [data-testid="stExpandSidebarButton"], [data-testid="stHeader"] {display:none !important}
[data-testid="stMainBlockContainer"] {padding:2rem 4rem 3rem 4rem; max-width:1500px; margin:auto}
</style>"""


def presentation(wb: Workbench, view: View, reader: Reader, found: Sequence[Recommendation]) -> None:
    """The list alone."""
    st.html(_PRESENTATION)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title(f"Recommended {wb.dataset.noun.many}", anchor=False, width="content")
        st.button(
            "Back to the tools",
            icon=":material/close:",
            type="tertiary",
            key="icon_leave",
            help="Back to the tools",
            on_click=show,
            args=(replace(view, present=False),),
        )
    noun = wb.dataset.noun
    if not reader.read:
        st.info(f"This reader has no {noun.many} yet: go back to the tools and add some.")
        return
    left, right = st.columns([1, 3.2], gap="large")
    with left:
        st.markdown(f"**For a reader of {noun.counted(len(reader.read))}**")
        st.html(shelf(wb.dataset.books, most_telling(reader.read, found)[0][:_PRESENTED_SHELF], {}))
        if len(reader.read) > _PRESENTED_SHELF:
            st.caption(f"… and {len(reader.read) - _PRESENTED_SHELF:,} more")
    with right:
        for place, (rank, one) in zip(in_twos(len(found), "medium"), enumerate(found, 1), strict=True):
            with place, st.container(border=True, height="stretch"):
                st.html(recommended_card(wb.dataset.books, rank, one, None, look="presented"))
