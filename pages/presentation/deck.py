"""One slide at a time, over the whole window."""

import streamlit as st

from pages.recommendations.recommender import recommendations
from pages.results.result_tables import scores_of
from pages.shared.workbench import is_dark
from weakrec_core.runs import test_looks
from weakrec_core.runs.presentation.drawn import slide_html, slide_style, theme_variables
from weakrec_core.runs.presentation.slide import ReaderLists, Slide
from weakrec_core.runs.presentation.slides import slides
from weakrec_core.runs.store import Run
from weakrec_core.runs.worth import read_worth
from weakrec_core.serving.reader_lists import known_lists

_SLIDE = "slide"  # of the address, from 1
_LOOK = """<style>
[data-testid="stSidebar"], [data-testid="stExpandSidebarButton"], [data-testid="stHeader"] {display:none !important}
[data-testid="stMainBlockContainer"] {padding:0 !important; max-width:none}
[data-testid="stMain"] {overflow:hidden}
[data-testid="stMain"]::before, [data-testid="stMain"]::after {display:none !important}
.st-key-turn {position:fixed; right:calc(2*min(1vw,1.7778vh)); bottom:calc(1*min(1vw,1.7778vh)); z-index:10; width:auto;
  background:var(--back); border-radius:8px}
.st-key-turn * {color:var(--soft)}
.st-key-turn kbd {opacity:1}
</style>"""


def show_deck(run: Run, user: str | None) -> None:
    """The slide of the address, and the ways to the others; a look at the run's test metrics."""
    shown = _deck(run, user, read_worth(run) is not None)
    test_looks.record(run)
    at = _position(len(shown))
    dark = is_dark()
    st.html(f"<style>{slide_style()} .slide, .st-key-turn {{{theme_variables(dark)}}}</style>{_LOOK}")
    st.html(_drawn(shown[at], run, user, at, dark))
    with st.container(key="turn", horizontal=True, vertical_alignment="center", gap="small"):
        _button("icon_back", ":material/arrow_back:", "Previous slide", "Left", at - 1, at == 0)
        st.markdown(f"{at + 1} / {len(shown)}", width="content")
        _button("icon_on", ":material/arrow_forward:", "Next slide", "Right", at + 1, at == len(shown) - 1)
        if st.button(
            "Back to the results",
            icon=":material/close:",
            type="tertiary",
            key="icon_close",
            help="Back to the results",
            shortcut="Escape",
        ):
            st.switch_page("pages/results/page.py", query_params={"run": run.id})


def _button(key: str, icon: str, what: str, shortcut: str, to: int, end: bool) -> None:
    st.button(
        what,
        icon=icon,
        type="tertiary",
        key=key,
        help=what,
        shortcut=shortcut,
        disabled=end,
        on_click=_turn,
        args=(to,),
    )


def _turn(to: int) -> None:
    st.query_params[_SLIDE] = str(to + 1)


def _position(n: int) -> int:
    asked = st.query_params.get(_SLIDE, "1")
    return min(max(int(asked), 1), n) - 1 if asked.isdecimal() else 0


@st.cache_data(max_entries=16, show_spinner="Making the slides …")
def _deck(run: Run, user: str | None, worth: bool) -> list[Slide]:
    """Made once; `worth`: whether it has been measured by now."""
    return slides(run, lists_of(run, user), scores_of(run)[0])


def lists_of(run: Run, user: str | None = None) -> ReaderLists | None:
    """A reader's lists by the run's serving process."""
    return known_lists(run, user, lambda reader, k: recommendations(run, reader, k))


@st.cache_data(max_entries=128, show_spinner=False)
def _drawn(_slide: Slide, run: Run, user: str | None, at: int, dark: bool) -> str:
    return slide_html(_slide, dark)
