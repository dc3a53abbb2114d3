"""What takes how much of the disk, and making room: caches cleared, a dataset or a run deleted."""

import shutil

import pandas as pd
import streamlit as st

from pages.people.write_button import write_button
from pages.router.dataset import forget_datasets
from pages.shared import fmt
from pages.shared.errors import errors_shown
from pages.shared.grid.table import draw_table
from weakrec_core.data.dataset import list_datasets
from weakrec_core.runs.listing import damaged_runs, list_runs
from weakrec_core.runs.removal import dataset_removal, run_removal
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
    _deleting(workspace)


def _deleting(workspace: Workspace) -> None:
    """One dataset or run, after a look at who uses it."""
    runs = [*(run.id for run in list_runs(workspace)), *damaged_runs(workspace)]
    known = {f"Dataset {name}": ("dataset", name) for name in list_datasets(workspace)}
    known |= {f"Run {run_id}": ("run", run_id) for run_id in sorted(runs, reverse=True)}
    chosen = st.selectbox(
        "Delete a dataset or a run",
        known,
        index=None,
        key="delete_what",
        placeholder="Choose one: what goes and who uses it is said first",
    )
    if chosen is None:
        return
    kind, name = known[chosen]
    removal = (dataset_removal if kind == "dataset" else run_removal)(workspace, name)
    told = st.error if removal.obstacle else st.warning if removal.uses else st.info
    told("  \n".join(map(fmt.literal, removal.sentences())), icon=":material/delete_forever:")
    sure = st.checkbox(
        "Yes, delete it for good", key=f"delete_sure_{kind}_{name}", disabled=removal.obstacle is not None
    )
    if write_button(f"Delete {kind} {name}", icon=":material/delete:", key="delete_now", disabled=not sure):
        removal.execute()
        forget_datasets()
        st.toast(fmt.literal(removal.sentences(done=True)[0]), icon=":material/check:")
        st.rerun()
