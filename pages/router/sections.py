"""The pages in the sections of the navigation."""

from typing import Literal

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.shared.address import current_address, kept_view
from pages.shared.selection import selected_address
from weakrec_core.access import Role, at_work

Sections = dict[str, list[StreamlitPage]]


def all_sections() -> Sections:
    """Every page, in the order of the work; the paths of their addresses are part of links that people keep."""
    operates = at_work().role >= Role.OPERATOR
    return {
        "": [
            st.Page("pages/overview/page.py", title="Overview", icon=":material/home:", default=True),
            _page("Data", ":material/database:"),
        ],
        "Labels": [
            _page("Labeling functions", ":material/function:"),
            _page("Error analysis", ":material/troubleshoot:"),
            _page("Label model", ":material/how_to_vote:"),
        ],
        "Recommender": [
            _page("Training", ":material/model_training:"),
            _page("Results", ":material/monitoring:"),
            _page("Recommendations", ":material/menu_book:"),
        ],
        "Reference": [
            _page("Help", ":material/help:"),
            _page("Activity", ":material/history:", "visible" if operates else "hidden"),
        ],
        "Unlisted": [_page("Presentation", ":material/slideshow:", "hidden")],
    }


def _page(title: str, icon: str, visibility: Literal["visible", "hidden"] = "visible") -> StreamlitPage:
    address = title.replace(" ", "_")
    return st.Page(f"pages/{address.lower()}/page.py", title=title, icon=icon, url_path=address, visibility=visibility)


def show_sections(sections: Sections) -> None:
    """Draw the navigation; Streamlit's own has links that forget which dataset is open."""
    with st.container(key="navigation", gap="small"):
        for title, pages in sections.items():
            shown = [page for page in pages if page.visibility == "visible"]
            if not shown:
                continue
            with st.container(gap="xxsmall"):
                if title:
                    st.caption(title)
                for page in shown:
                    own = selected_address() if page.url_path == "Labeling_functions" else kept_view(page.url_path)
                    st.page_link(page, query_params={**current_address(), **own})
    st.divider()
