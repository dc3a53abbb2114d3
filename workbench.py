"""Entry point of the app, the router: opens what the tab works on, then runs the page of the address."""

import streamlit as st

from pages.router.look import set_look
from pages.router.opening import open_workbench
from pages.router.sections import sections
from pages.shared.errors import errors_shown

set_look()
all_pages = sections()
page = st.navigation(all_pages, position="hidden")
st.set_page_config(page_title=f"{page.title} · Weakrec Workbench")
with errors_shown():
    open_workbench(all_pages)
    page.run()
