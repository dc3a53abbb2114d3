"""The pages in the sections of the navigation."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage


def sections() -> dict[str, list[StreamlitPage]]:
    """Every page, in the order of the work; the paths of their addresses are part of links that people keep."""
    return {
        "": [
            st.Page("pages/overview/page.py", title="Overview", icon=":material/home:", default=True),
            st.Page("pages/data/page.py", title="Data", icon=":material/database:", url_path="Data"),
        ],
        "Labels": [
            st.Page(
                "pages/labeling_functions/page.py",
                title="Labeling functions",
                icon=":material/function:",
                url_path="Labeling_functions",
            ),
            st.Page(
                "pages/error_analysis/page.py",
                title="Error analysis",
                icon=":material/troubleshoot:",
                url_path="Error_analysis",
            ),
            st.Page(
                "pages/label_model/page.py", title="Label model", icon=":material/how_to_vote:", url_path="Label_model"
            ),
        ],
        "Recommender": [
            st.Page("pages/training/page.py", title="Training", icon=":material/model_training:", url_path="Training"),
            st.Page("pages/results/page.py", title="Results", icon=":material/monitoring:", url_path="Results"),
            st.Page(
                "pages/recommendations/page.py",
                title="Recommendations",
                icon=":material/menu_book:",
                url_path="Recommendations",
            ),
        ],
    }
