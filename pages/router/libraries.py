"""Libraries are loaded before they are needed, and what they leave in memory is not looked through after each run of the script.

What every page needs is loaded while the browser loads the app, the rest after the first page.
"""

import atexit
import gc
import sys
from importlib import import_module
from threading import Event, Thread

_EVERY_PAGE = (
    "pages.router.opening",
    "pages.overview.next",
    "pages.overview.start",
    "weakrec_core.label_model.set_figures",
)
_SOME_PAGES = ("altair", "textblob.en")  # the latter loads scipy's statistics along, which takes a second
_TURN = 0.001  # s, of the thread that loads: the files of the app, which the browser asks for meanwhile, come sooner

_seen = 0
_loaded, _shown, _all_loaded = Event(), Event(), Event()
_loaded.set()  # where no server has begun, nobody has to wait
atexit.register(gc.unfreeze)  # the last round at the end of the process goes over everything


def load_libraries() -> Thread:
    """Begin, for a server; the thread ends with it."""
    _loaded.clear()
    _all_loaded.clear()
    thread = Thread(target=_load, name="load libraries", daemon=True)
    thread.start()
    return thread


def wait_for_library() -> None:
    """Until what every page needs is there; two threads would load it no sooner."""
    _loaded.wait()


def page_is_shown() -> None:
    """Go on with the rest."""
    _shown.set()


def _load() -> None:
    gc.disable()  # what is imported stays
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        for name in _EVERY_PAGE:
            import_module(name)
    finally:
        gc.freeze()
        gc.enable()
        sys.setswitchinterval(usual)
        _loaded.set()
    _shown.wait()
    for name in _SOME_PAGES:
        import_module(name)
    _all_loaded.set()
    freeze_modules()  # an edit runs a fragment, which passes by the router


def freeze_modules() -> None:
    """Take what is there from the garbage collector's rounds, once more whenever modules have been imported since.

    Streamlit collects garbage after every run. The libraries are some hundred thousand objects that live as long as the
    server: to look through them costs more than most edits do. The first page is not kept waiting for that.
    """
    global _seen
    if _all_loaded.is_set() and len(sys.modules) != _seen:
        _seen = len(sys.modules)
        gc.unfreeze()
        gc.collect()
        gc.freeze()
