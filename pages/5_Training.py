"""Training: launch a run in its own process, watch it, cancel it."""

import pandas as pd
import streamlit as st

from pages.ui import fmt
from pages.ui.strip import strip
from pages.ui.workbench import Workbench, errors_shown, page_setup
from weakrec_core import charts
from weakrec_core.label_model.fitting import KINDS
from weakrec_core.label_model.labels import AUTO
from weakrec_core.runs.job import launch
from weakrec_core.runs.store import ACTIVE, Run, list_runs, new_run

_COLUMNS = {
    "Run": "run",
    "State": "state",
    "Dataset": "dataset",
    "LF set": "lf_set",
    "Version": "lf_version",
    "Label model": "label_model",
    "Preset": "preset",
}
_ICONS = {
    "queued": ":material/schedule:",
    "running": ":material/play_circle:",
    "succeeded": ":material/check_circle:",
    "failed": ":material/error:",
    "cancelled": ":material/cancel:",
    "lost": ":material/help:",
}


def launch_form(wb: Workbench) -> None:
    """The form; a run freezes the LF set as it is now."""
    draft = wb.draft
    with st.form("launch"):
        st.markdown("**New run**")
        kind = st.selectbox("Label model", (AUTO, *KINDS), format_func=fmt.MODELS.__getitem__, key="run_label_model")
        preset = st.selectbox(
            "Preset",
            ["recommended", "tutorial"],
            key="run_preset",
            help="tutorial: the network of the tutorial with its defects mended",
        )
        left, right = st.columns(2)
        epochs = left.number_input(
            "Epochs", min_value=1, max_value=500, value=None, placeholder="preset", key="run_epochs"
        )
        seed = right.number_input("Seed", min_value=0, value=0, key="run_seed")
        text = st.checkbox(
            "Text model where it helps on dev", True, key="run_text", help="Labels reviews that no LF votes on"
        )
        version = f"v{draft.base.number}" + (" + unsaved edits" if draft.dirty else "")
        cut = float(st.session_state.get("min_confidence", 0.5))
        rows = "all rows with a vote" if cut <= 0.5 else f"rows at least {cut:.2f} sure (set on the Label model page)"
        st.caption(f"Labels from LF set {draft.base.name} {version}, {rows}; frozen when you launch.")
        if st.form_submit_button("Launch", type="primary", icon=":material/rocket_launch:", key="launch"):
            with errors_shown():
                run = new_run(
                    wb.dataset.name,
                    wb.lf_set,
                    version,
                    kind,
                    min_confidence=cut,
                    text_model="auto" if text else "off",
                    preset=preset,
                    epochs=epochs,
                    seed=int(seed),
                )
                launch(run)
                st.session_state["watched"] = run.id
                st.rerun()


def watch(run: Run) -> bool:
    """One run: state, curves, log. Returns whether it is still active."""
    status = run.status
    config = run.config
    active = status.state in ACTIVE
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(f"{_ICONS[status.state]} {run.id} :gray-badge[{status.state}]", anchor=False, width="content")
        if active and st.button("Cancel", icon=":material/stop_circle:", key=f"cancel_{run.id}"):
            run.cancel()
            st.toast("Cancelling after the batch at hand.")
    st.caption(
        f"{config.dataset} · {config.lf_set['name']} {config.lf_version} · {fmt.MODELS[config.label_model]} · preset {config.train['preset']}"
    )
    epochs = pd.DataFrame(run.epochs)
    if active:
        done = len(epochs) / status.epochs if status.epochs else 0.0
        left = ""
        if len(epochs) and status.epochs:
            seconds = epochs["seconds"].mean() * (status.epochs - len(epochs))
            left = f" · epoch {len(epochs)} of {status.epochs} · at most {seconds:.0f} s left"
        st.progress(min(done, 1.0), text=f"{status.stage}{left}")
    if status.error:
        st.error(status.error, icon=":material/error:")
    if len(epochs):
        st.altair_chart(charts.learning_curves(epochs, f"Loss of run {run.id} by epoch on train and valid"))
    if status.state == "succeeded":
        st.page_link("pages/6_Results.py", label="Read its test metrics", icon=":material/arrow_forward:")
    if run.log:
        with st.expander("Log", expanded=status.state in ("failed", "lost")):
            st.code(run.log[-5000:], language=None, height=240)
    return active


def panel() -> None:
    """The watched run, and the queue."""
    runs = list_runs()
    if not runs:
        st.info("No run yet: launch one on the left.", icon=":material/info:")
        return
    ids = [run.id for run in runs]
    watched = st.session_state.get("watched")
    run = runs[ids.index(watched)] if watched in ids else runs[0]
    active = watch(run)
    if st.session_state.get("was_active") == run.id and not active:
        st.session_state["was_active"] = None
        st.rerun(scope="app")
    st.session_state["was_active"] = run.id if active else None
    others = [r.summary() for r in runs[:20]]
    st.markdown("**Runs, newest first**")
    event = st.dataframe(
        pd.DataFrame([{title: r[key] for title, key in _COLUMNS.items()} for r in others]),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="queue",
    )
    if event.selection.rows and ids[event.selection.rows[0]] != run.id:
        st.session_state["watched"] = ids[event.selection.rows[0]]
        st.rerun(scope="fragment")


wb = page_setup("Training")
with errors_shown():
    strip(wb)
    form, live = st.columns([1, 2], gap="large")
    with form:
        launch_form(wb)
    with live:
        running = any(run.status.state in ACTIVE for run in list_runs())
        st.fragment(panel, run_every=1 if running else None)()
