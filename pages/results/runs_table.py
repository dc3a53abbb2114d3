"""The table of runs on the Results page: filter, sort, choose one or several."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.address import keep_view, write_query
from pages.shared.grid.row_box import row_box
from pages.shared.grid.table import draw_table
from weakrec_core.runs import test_looks
from weakrec_core.runs.inputs import label_model_named
from weakrec_core.runs.pinned import is_pinned
from weakrec_core.runs.store import Run

_FILTERS = {"dataset": "Dataset", "lf_set": "LF set", "preset": "Preset", "state": "State"}
_TEXTS = {
    "run": "Run",
    "name": "Name",
    "state": "State",
    "dataset": "Dataset",
    "lf_set_title": "LF set",
    "label_model": "Label model",
    "preset": "Preset",
}
_SHOWN_ROWS = 7
_LIMIT = 8  # runs compared at once
_WRITTEN, _ASKED = "runs_in_address", "runs_asked"


def choose_runs(runs: list[Run]) -> list[Run]:
    """Show the runs that the filters let through and return the selected ones, in the order of the table.

    That their test metrics are looked at is recorded before the table is drawn, which shows them at once.
    """
    table = pd.DataFrame([_inputs(run) for run in runs])
    table = table[_filtered(table)].reset_index(drop=True)
    if table.empty:
        st.info("No run fits these filters: clear one of them.", icon=":material/filter_alt_off:")
        return []
    ids, by_id = table["run"].tolist(), {run.id: run for run in runs}
    grid = f"runs_{_times_asked()}_{abs(hash(tuple(ids)))}"
    selected = row_box(grid, "Runs", [by_id[run_id].title for run_id in ids], _at_first(table), many=True)
    chosen = [by_id[ids[row]] for row in selected.rows][:_LIMIT]
    _say_missing(by_id, chosen)
    for run in chosen:
        if run.result:
            test_looks.record(run)
    table = table.join(pd.DataFrame([_metrics(by_id[run_id]) for run_id in ids]))
    draw_table(
        table.rename(columns=_TEXTS)[[*_TEXTS.values(), "Valid AUC", "Test AUC", "NDCG@10"]],
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default=selected.default,
        key=selected.key,
        placeholder="–",
        height="content" if len(ids) <= _SHOWN_ROWS else 35 * (_SHOWN_ROWS + 1) + 2,
        column_config={
            "Run": st.column_config.TextColumn(width=152),
            "Name": st.column_config.TextColumn(width=116),
            "State": st.column_config.TextColumn(width=76),
            "Dataset": st.column_config.TextColumn(width=72),
            "LF set": st.column_config.TextColumn(width=144),
            "Label model": st.column_config.TextColumn(width=112),
            "Preset": st.column_config.TextColumn(width=94),
            "Valid AUC": _metric("AUC on valid, best epoch: what to choose between runs by"),
            "Test AUC": _metric(
                "Empty until the run has been opened: looking at many test results makes the best one optimistic"
            ),
            "NDCG@10": _metric("On test; empty until the run has been opened"),
        },
        alt="Runs: select some to read or compare their test metrics",
    )
    _keep_chosen([run.id for run in chosen], runs)
    return chosen


def _keep_chosen(chosen: list[str], runs: list[Run]) -> None:
    """Put the chosen runs into the address, where they are others than those that it opens without saying so."""
    opens = [run.id for run in runs if run.status.state == "succeeded"][:1]
    if "run" in st.query_params or chosen != opens:
        write_query({"run": chosen})
    st.session_state[_WRITTEN] = st.query_params.get_all("run")
    keep_view("Results", ["run"])


def _times_asked() -> int:
    """Part of the table's key: it goes up when the address asks for other runs, as the browser's way back does."""
    before, asked = st.session_state.get(_WRITTEN), st.query_params.get_all("run")
    times = int(st.session_state.get(_ASKED, 0)) + (before not in (None, asked))
    st.session_state[_ASKED] = times
    return times


def _say_missing(by_id: dict[str, Run], chosen: list[Run]) -> None:
    """A run of the address that there is none of."""
    missing = [run_id for run_id in st.query_params.get_all("run") if run_id not in by_id]
    if missing:
        instead = f"{', '.join(run.id for run in chosen)} is open instead" if chosen else "select one below"
        st.warning(
            fmt.literal(f"There is no run {', '.join(map(repr, missing))} (any more): {instead}."),
            icon=":material/info:",
        )


def _filtered(table: pd.DataFrame) -> pd.Series:
    keep = pd.Series(True, index=table.index)
    first, *others = st.columns([1.3] + [1] * len(_FILTERS), gap="small")
    text = first.text_input("Search", placeholder="any text of a row", key="run_search")
    for place, (column, label) in zip(others, _FILTERS.items(), strict=True):
        wanted = place.multiselect(label, sorted(table[column].unique()), placeholder="all", key=f"run_{column}")
        if wanted:
            keep &= table[column].isin(wanted)
    for word in text.casefold().split():
        texts = table[[*_TEXTS, "notes"]].astype(str).agg(" ".join, axis=1).str.casefold()
        keep &= texts.str.contains(word, regex=False)
    return keep


def _at_first(table: pd.DataFrame) -> list[int]:
    """The runs of the URL, else the newest finished one."""
    wanted = st.query_params.get_all("run")
    rows = [int(i) for i in table.index[table["run"].isin(wanted)]]
    return rows or [int(i) for i in table.index[table["state"] == "succeeded"][:1]]


def _inputs(run: Run) -> dict[str, Any]:
    summary = run.summary()
    return summary | {
        "name": " · ".join(filter(None, ["pinned" if is_pinned(run) else "", summary["name"]])),
        "lf_set_title": run.config.lf_set_title,
        "label_model": label_model_named(run, short=True),
    }


def _metrics(run: Run) -> dict[str, Any]:
    result = run.result
    shown = result if result and test_looks.seen(run) else {}
    return {
        "Valid AUC": ((result or {}).get("valid") or {}).get("auc"),
        "Test AUC": shown.get("test", {}).get("auc"),
        "NDCG@10": (shown.get("ranking") or {}).get("ndcg@10"),
    }


def _metric(help_text: str) -> Any:
    return st.column_config.NumberColumn(format="%.3f", width=72, help=help_text)
