"""Several runs beside each other: what differs in their inputs, and in their test metrics on the same users."""

import pandas as pd
import streamlit as st

from pages.results.result_tables import choose_cut
from pages.shared import fmt
from pages.shared.grid.columns import right
from pages.shared.grid.table import draw_table
from weakrec_core.charts.results import differences as difference_bars
from weakrec_core.runs import test_looks
from weakrec_core.runs.compare import Difference, RunComparison, compare_runs
from weakrec_core.runs.pinned import baseline_of, is_pinned
from weakrec_core.runs.result_tables import figure, title
from weakrec_core.runs.store import Run

_LINES = 8  # so many changes stand there, more are folded away
_VERDICTS = {"better": "▲ better", "worse": "▼ worse", "not distinguishable": "≈ same"}


def compared(runs: list[Run]) -> None:
    """Each run against the one chosen as reference, at first the pinned one, else the oldest."""
    pinned = next((run for run in runs if is_pinned(run)), None) or baseline_of(runs[0])
    by_id = {run.id: run for run in sorted({*runs, *([] if pinned is None else [pinned])}, key=lambda run: run.id)}
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.header(f"{len(runs)} runs compared", anchor=False, width="content")
        reference = st.selectbox(
            "Reference",
            list(by_id),
            list(by_id).index(pinned.id) if pinned else 0,
            format_func=lambda run_id: by_id[run_id].title,
            key="reference",
            width=280,
        )
    test_looks.record(by_id[reference])
    _show(by_id[reference], [run for run in reversed(runs) if run.id != reference])


def against_pinned(run: Run, pinned: Run) -> None:
    """One run against the pinned one; a look at that one's test metrics, too."""
    test_looks.record(pinned)
    _show(pinned, [run])


def _show(reference: Run, runs: list[Run]) -> None:
    found = [_compared(reference, run) for run in runs]
    for problem in dict.fromkeys(c.problem for c in found if c.problem):
        st.warning(fmt.literal(problem), icon=":material/warning:")
    for note in dict.fromkeys(note for c in found for note in c.notes):
        st.caption(fmt.literal(note))
    _metrics(reference, found)
    st.markdown("**What differs in their inputs**")
    for comparison in found:
        _inputs(comparison)


@st.cache_data(max_entries=64, show_spinner="Drawing bootstrap samples …")
def _compared(first: Run, second: Run) -> RunComparison:
    return compare_runs(first, second)


def _metrics(reference: Run, found: list[RunComparison]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        users = next((c.users for c in found if c.users), None)
        same = f", on the same {users:,} test users" if users else ""
        st.markdown(
            f"**Test metrics beside those of {fmt.literal(reference.title)}**{same}",
            help="Users are drawn with replacement 1,000 times, the same for all runs; the interval is the middle 95 % of the "
            "differences.",
            width="content",
        )
        cuts = sorted({int(d.metric.split("@")[1]) for c in found for d in c.ranking if "@" in d.metric})
        k = choose_cut(cuts, "compare_k") if cuts else 0
    shown = [_shown(comparison, k) for comparison in found]
    rows: dict[str, dict[str, str]] = {}
    for comparison, differences in zip(found, shown, strict=True):
        for d in differences:
            row = rows.setdefault(d.metric, {"Metric": title(d.metric), "Reference": fmt.number(d.first)})
            row |= _cells(d, comparison.second, len(found) > 1)
    left, beside = st.columns([1.5, 1], gap="medium")
    with left:
        table = pd.DataFrame(rows.values())
        draw_table(
            table,
            hide_index=True,
            height="content",
            column_config={"Metric": st.column_config.TextColumn(width=100)}
            | {c: right() for c in table.columns[1:]}
            | {"Verdict": st.column_config.TextColumn(width=76)},
            alt="Metrics of the runs compared and their differences",
        )
        st.caption(
            "Differences are the run minus the reference; lower is better for log loss only. One interval in twenty leaves out "
            "zero by chance: decide which metric counts before you look."
        )
    drawn = [
        {
            "pair": _short(c.second),
            "metric": title(d.metric),
            "difference": d.difference,
            "low": d.low,
            "high": d.high,
            "verdict": d.verdict,
        }
        for c, differences in zip(found, shown, strict=True)
        for d in differences
        if d.low is not None
    ]
    if drawn:
        with beside:
            chart = difference_bars(pd.DataFrame(drawn), "Differences of test metrics with 95 % intervals")
            st.altair_chart(chart, key="differences_chart")


def _shown(comparison: RunComparison, k: int) -> list[Difference]:
    return comparison.rating + [d for d in comparison.ranking if d.metric.partition("@")[2] in ("", str(k))]


def _cells(d: Difference, run: str, several: bool) -> dict[str, str]:
    interval = "" if d.low is None or d.high is None else f" [{d.low:+.3f}, {d.high:+.3f}]"
    difference = f"{fmt.signed(d.difference)}{interval}"
    if several:
        return {_short(run): fmt.number(d.second), f"{_short(run)} vs ref.": difference}
    return {
        _short(run): fmt.number(d.second),
        "Difference, 95 %": difference,
        "p": figure(d.p_value),
        "Verdict": _VERDICTS.get(d.verdict or "", fmt.NONE),
    }


def _short(run_id: str) -> str:
    """The end of a run's id, which is random: the whole id is too wide for a column."""
    return f"…{run_id[-4:]}"


def _inputs(comparison: RunComparison) -> None:
    with st.container(border=True):
        st.markdown(f"**{comparison.first} → {comparison.second}**")
        lfs, settings = st.columns(2, gap="medium")
        with lfs:
            _lf_changes(comparison.lfs)
        with settings:
            if comparison.settings:
                values = [(c.what, fmt.text(c.first), fmt.text(c.second)) for c in comparison.settings]
                frame = pd.DataFrame(values, columns=["What", comparison.first, comparison.second])
                draw_table(frame, hide_index=True, height="content", alt="Settings that differ")
            else:
                st.caption("The same label model, hyperparameters and libraries.")


def _lf_changes(lines: list[str]) -> None:
    said = [f"- {fmt.literal(line)}" for line in lines] or ["The same LFs."]
    st.markdown("\n".join(said[:_LINES]))
    if more := said[_LINES:]:
        with st.expander(f"{len(more)} more"):
            st.markdown("\n".join(more))
