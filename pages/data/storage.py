"""What takes how much of the disk, and making room."""

import shutil

import pandas as pd
import streamlit as st

from pages.people.write_button import write_button
from pages.shared import fmt
from pages.shared.errors import errors_shown
from pages.shared.grid.table import draw_table
from weakrec_core.usage import CACHE, bytes_by_store, clear_caches
from weakrec_core.workspace import Workspace

_LINES = 10  # of the table before it scrolls
_MB = 1e6


def storage(workspace: Workspace) -> None:
    """The box; looked at only while it is open."""
    box = st.expander("Storage", icon=":material/hard_drive:", key="storage", on_change="rerun")
    if box.open:
        with box, errors_shown():
            _storage(workspace)


def _storage(workspace: Workspace) -> None:
    sizes = bytes_by_store(workspace)
    free = shutil.disk_usage(workspace.root).free
    st.caption(f"{sum(sizes.values()) / _MB:,.1f} MB here; {free / _MB:,.0f} MB are free.")
    parts = [(*name.partition("/")[::2], size / _MB) for name, size in sizes.items()]
    draw_table(
        pd.DataFrame(parts, columns=["Store", "Of", "MB"]).replace("", None),
        hide_index=True,
        placeholder=fmt.NONE,
        height="content" if len(parts) <= _LINES else 35 * (_LINES + 1),
        column_config={"MB": st.column_config.NumberColumn(format="%.2f")},
        alt="What takes how much of the disk, largest first",
    )
    again = sum(size for name, size in sizes.items() if name.partition("/")[0] == CACHE)
    pressed = write_button(
        f"Clear caches: frees {again / _MB:,.1f} MB",
        icon=":material/mop:",
        key="clear_caches",
        disabled=not again,
        help="Signals, vectors and baselines: computed again when they are needed. Nothing that was saved goes.",
    )
    if pressed:
        freed = clear_caches(workspace)
        st.toast(f"{freed / _MB:,.1f} MB are free again.", icon=":material/check:")
        st.rerun()
