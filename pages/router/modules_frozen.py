"""What the imported libraries leave in memory is not looked through after each run of the script."""

import atexit
import gc
import sys

_seen = 0
atexit.register(gc.unfreeze)  # the last round at the end of the process goes over everything


def freeze_modules() -> None:
    """Take what is there from the garbage collector's rounds, once more whenever modules have been imported since.

    Streamlit collects garbage after every run. The libraries are some hundred thousand objects that live as long as the
    server: to look through them costs more than most edits do.
    """
    global _seen
    if len(sys.modules) != _seen:
        _seen = len(sys.modules)
        gc.unfreeze()
        gc.collect()
        gc.freeze()
