"""The runs as the Training page shows them: the one that is watched, the queue, the list."""

import pandas as pd
import streamlit as st

from pages.people.write_button import write_button
from pages.results.run_about import edit_about, pinned_badge, show_notes
from pages.shared import fmt
from pages.shared.address import page_link
from pages.shared.errors import errors_shown, sentence
from pages.shared.grid.row_box import row_box
from pages.shared.grid.table import draw_table
from pages.shared.left_out import say_left_out
from weakrec_core.access import may_write
from weakrec_core.charts.training import learning_curves, metric_curve
from weakrec_core.data.noun import counted
from weakrec_core.jobs.status import ACTIVE, UNFINISHED
from weakrec_core.runs.inputs import label_model_named
from weakrec_core.runs.job import launch
from weakrec_core.runs.learning import best_epoch, how_it_went, what_the_losses_are
from weakrec_core.runs.listing import list_runs, queue
from weakrec_core.runs.store import Run
from weakrec_core.runs.timing import seconds_left
from weakrec_core.workspace import Workspace

_LISTED = 50
_LOG_CHARACTERS = 5000
_COLUMNS = {
    "Run": "run",
    "Name": "name",
    "State": "state",
    "Epoch": "epoch",
    "Dataset": "dataset",
    "LF set": "lf_set",
    "Preset": "preset",
}
_WIDTHS = {"Run": 152, "Name": 84, "State": 76, "Dataset": 64, "LF set": 132, "Preset": 92}
_METRICS = {"val_auc": "AUC", "val_ndcg": "NDCG@10"}
_STATES = {
    "queued": (":material/schedule:", "gray"),
    "running": (":material/play_circle:", "blue"),
    "succeeded": (":material/check_circle:", "green"),
    "failed": (":material/error:", "red"),
    "cancelled": (":material/cancel:", "gray"),
    "lost": (":material/help:", "orange"),
}


@errors_shown()
def panel(workspace: Workspace) -> None:
    """The watched run, who waits behind it, and all runs."""
    runs = list_runs(workspace)
    say_left_out(workspace)
    if not runs:
        st.info("No run yet: launch one on the left.", icon=":material/info:")
        return
    ids = [run.id for run in runs]
    active = queue(workspace)
    watched = st.session_state.get("watched")
    run = runs[ids.index(watched)] if watched in ids else (active or runs)[0]
    _watch(run, active)
    _queue(run, active)
    # The timer stops with the last active run: the page then draws once more without it.
    if st.session_state.get("any_active") and not active:
        st.session_state["any_active"] = False
        st.rerun(scope="app")
    st.session_state["any_active"] = bool(active)
    _list(runs)


def _watch(run: Run, active: list[Run]) -> None:
    """State, curves and log of one run."""
    status, config = run.status, run.config
    icon, color = _STATES[status.state]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.header(
            f"{icon} {fmt.literal(run.title)} :{color}-badge[{status.state}]{pinned_badge(run)}",
            anchor=False,
            width="content",
        )
        with st.container(horizontal=True, width="content", gap="small"):
            _actions(run)
            edit_about(run)
    show_notes(run)
    limits = f"seed {config.train['seed']}" + (f" · budget {config.budget:g} min" if config.budget else "")
    st.caption(
        f"{fmt.literal(config.dataset)} · {fmt.literal(config.lf_set_title)} · "
        f"{label_model_named(run)} · preset {fmt.literal(config.train['preset'])} · {limits}"
    )
    records = run.epochs
    if status.state in ACTIVE:
        _progress(run, active, records)
    if status.error:
        st.error(sentence(status.error), icon=":material/error:")
    if records:
        _curves(run, records)
    if status.state == "succeeded":
        page_link("pages/results/page.py", "Read its test metrics", run=run.id)
    if run.log:
        with st.expander("Log", expanded=status.state in ("failed", "lost")):
            st.code(run.log[-_LOG_CHARACTERS:], language=None, height=240)


def _curves(run: Run, records: list[dict[str, float]]) -> None:
    """Loss, and beside it each metric on valid that the preset reports."""
    epochs = pd.DataFrame(records)
    metrics = {column: name for column, name in _METRICS.items() if column in epochs}
    loss, *others = st.columns(1 + len(metrics), gap="small")
    loss.altair_chart(learning_curves(epochs, f"Loss of run {run.id} by epoch on train and valid", best_epoch(records)))
    for place, (column, name) in zip(others, metrics.items(), strict=True):
        place.altair_chart(metric_curve(epochs, column, name, f"{name} of run {run.id} on valid by epoch"))
    st.caption(f"{how_it_went(run, records)} {what_the_losses_are(run)}")


def _actions(run: Run) -> None:
    """What can be done with a run in its state."""
    if not may_write():
        return
    state = run.status.state
    if state in ACTIVE and st.button("Cancel", icon=":material/stop_circle:", key=f"cancel_{run.id}"):
        run.cancel()
        st.toast("Cancelling after the batch at hand.")
    if state in UNFINISHED:
        done = len(run.epochs)
        where = f"Goes on after epoch {done}, the last finished one" if done else "Begins again: no epoch was finished"
        if st.button("Resume", icon=":material/resume:", key=f"resume_{run.id}", help=where):
            with errors_shown():
                run.resume()
                _start(run)
        if st.button("Retry", icon=":material/replay:", key=f"retry_{run.id}", help="A new run with the same inputs"):
            with errors_shown():
                _start(run.retry())


def _start(run: Run) -> None:
    launch(run)
    st.session_state["watched"] = run.id
    st.rerun(scope="app")


def _progress(run: Run, active: list[Run], records: list[dict[str, float]]) -> None:
    status = run.status
    if status.state == "queued" and run in active[1:]:
        before = active.index(run)
        st.progress(0.0, text=f"Waiting: {counted(before, 'run')} before it")
        return
    done, text = 0.0, fmt.literal(status.stage)
    if status.epochs:
        done = len(records) / status.epochs
        text += f" · epoch {len(records)} of {status.epochs}"
    left = seconds_left(records, run.config.budget)
    if left is not None and status.stage == "Training":
        text += f" · at most {fmt.duration(left)} left"
    st.progress(min(done, 1.0), text=text)


def _queue(watched: Run, active: list[Run]) -> None:
    """Who has the processor and who waits, each with a way out."""
    if len(active) < 2:
        return
    st.markdown("**Queue**")
    for place, run in enumerate(active):
        config = run.config
        where = "running" if run.status.state == "running" else f"{place} before it" if place else "next"
        with st.container(horizontal=True, vertical_alignment="center", key=f"queue_{place}"):
            name = f"**{place + 1}** · {run.id} · {fmt.literal(config.lf_set_title)}"
            st.markdown(f"{name} · {config.train['preset']} :gray-badge[{where}]", width="stretch")
            if run != watched:
                st.button("Watch", key=f"watch_{run.id}", on_click=_choose, args=(run.id,))
                write_button("Cancel", key=f"cancel_queued_{run.id}", on_click=run.cancel)


def _choose(run_id: str) -> None:
    st.session_state["watched"] = run_id


def _list(runs: list[Run]) -> None:
    st.markdown("**Runs, newest first**")
    listed = runs[:_LISTED]
    records = [run.summary() | {"lf_set": run.config.lf_set_title} for run in listed]
    for r in records:
        r["epoch"] = f"{r['epoch']} of {r['epochs']}" if r["epochs"] else fmt.NONE
    ids = [run.id for run in listed]

    def choose(rows: list[int]) -> None:
        for row in rows:
            _choose(ids[row])

    chosen = row_box(f"runs_{abs(hash(tuple(ids)))}", "Run to watch", [run.title for run in listed], choose=choose)
    draw_table(
        pd.DataFrame([{title: r[key] for title, key in _COLUMNS.items()} for r in records]),
        hide_index=True,
        on_select=lambda: choose(st.session_state[chosen.key].selection.rows),
        selection_default=chosen.default,
        selection_mode="single-row",
        column_config={name: st.column_config.TextColumn(width=width) for name, width in _WIDTHS.items()}
        | {"Epoch": st.column_config.TextColumn(width=56, alignment="right")},
        key=chosen.key,
        alt="Runs, newest first",
    )
