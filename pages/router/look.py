"""What all pages look like: title, icon, width."""

from pathlib import Path

import streamlit as st

_ICON = Path(__file__).with_name("icon.svg")
_SIDEBAR_WIDTH = 220
# Streamlit's wide layout leaves 80 px on each side, and a width asked of the sidebar is not always kept: too much for a
# table of 14 columns at 1280 px.
_ROOM = f"""<style>
[data-testid="stMainBlockContainer"] {{padding: 4.4rem 1rem 3rem 1rem}}
[data-testid="stSidebar"][data-collapsed="false"] {{width: {_SIDEBAR_WIDTH}px !important}}
/* The figures of the LF set stay in sight, as high as Streamlit's own bar. */
[data-testid="stLayoutWrapper"]:has(> .st-key-set_bar) {{
  position: sticky; top: 3.4rem; z-index: 90; padding: .5rem 0 .3rem 0; margin-top: -.5rem; background: light-dark(#ffffff, #12171c);
  box-shadow: 0 .5rem .4rem -.5rem light-dark(#0002, #0009)
}}
[data-testid="stLayoutWrapper"]:has(> .st-key-keyboard) {{position: absolute}}
/* Toasts at the bottom: at the top they would cover the buttons that they speak of. */
[data-testid="stToastContainer"] {{top: auto !important; bottom: 1rem}}
</style>"""
# The boxes that choose rows by keyboard (`pages/shared/grid/row_box.py`) stand above their grids while they have the focus, over what
# is there, and take no place of their own. Selectors say what kind of element they are of: a part of a name alone is looked for in
# all elements whenever one changes.
_ROW_BOX = """<style>
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-row_box_"]) {height: 0; margin-bottom: -1rem; position: relative; z-index: 91}
.stVerticalBlock[class*="st-key-row_box_"] {position: absolute; bottom: 0; width: 26rem; max-width: 100%; padding: .5rem;
  border-radius: .375rem; border: 1px solid; background: light-dark(#ffffff, #12171c)}
.stVerticalBlock[class*="st-key-row_box_"]:not(:focus-within) {height: 1px; padding: 0; border: 0; overflow: hidden; clip-path: inset(50%)}
</style>"""
# Buttons whose key begins with icon_ show their icon alone; the label names them: without one, Streamlit has them called by their icon.
_ICON_ONLY = """<style>
[class*="st-key-icon_"] button [data-testid="stMarkdownContainer"]
{position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)}
</style>"""
# A table's download button (`pages/shared/grid/table.py`) hangs below its right corner and takes no place of its own.
_CSV = """<style>
.stVerticalBlock[class*="st-key-table_"] {position: relative}
.stElementContainer[class*="st-key-icon_csv_"] {position: absolute; right: 0; top: 100%; width: auto; z-index: 80}
.stElementContainer[class*="st-key-icon_csv_"] button {min-height: 1.9rem; padding: .2rem .45rem; border-radius: 0 0 .375rem .375rem; border-top: 0}
.stVerticalBlock[class*="st-key-table_"]:not(:hover, :focus-within) .stElementContainer[class*="st-key-icon_csv_"] {opacity: 0; pointer-events: none}
</style>"""
# White on the dark theme's primary colour has a contrast of 2.3; this has 7. The browser may change the theme without asking
# the server again, so that the app itself goes by its colour scheme; popovers and dialogs stand outside of it.
_ON_PRIMARY = """<style>
.stApp :is([data-testid^="stBaseButton-primary"]:enabled, [data-tag]) *
{color: light-dark(#ffffff, #04211e) !important}
</style>"""
_DARK_ON_PRIMARY = """<style>
body > :not(:has(.stApp)) :is([data-testid^="stBaseButton-primary"]:enabled, [data-tag]) *
{color: #04211e !important}
body > :not(:has(.stApp)) [class*="st-key-row_box_"] {background: #12171c}
</style>"""


def set_look() -> None:
    """Set the page up; before `st.navigation`, or the browser asks a font server for the page's icon to put on the tab."""
    st.set_page_config(page_icon=_ICON, layout="wide")
    st.html(_ROOM)
    st.html(_ROW_BOX)
    st.html(_ICON_ONLY)
    st.html(_CSV)
    st.html(_ON_PRIMARY)
    if st.context.theme.type == "dark":
        st.html(_DARK_ON_PRIMARY)
