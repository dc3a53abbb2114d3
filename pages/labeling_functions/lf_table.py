"""The table that is both LFAnalysis and the list of LFs; a row selects."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.labeling_functions.lf_figures import Figures, figures_of
from pages.labeling_functions.listing import listed, listing_said
from pages.shared import fmt
from pages.shared.grid.row_box import row_box
from pages.shared.grid.table import draw_table
from pages.shared.selection import keep_selected, selected_lf, table_revision
from pages.shared.workbench import Workbench
from weakrec_core.engine.sampled_train import on_same_rows, sampled
from weakrec_core.labeling.base import LF

_MARKS = {"better": "▲ better", "worse": "▼ worse", "not distinguishable": "≈ chance", "no votes": fmt.NONE}
_TEXT: dict[str, Any] = {"alignment": "right"}

_COLUMNS = {
    "on": st.column_config.TextColumn("On", width=30),
    "name": st.column_config.TextColumn("LF", width=118),
    "kind": st.column_config.TextColumn("Kind", width=64),
    "polarity": st.column_config.TextColumn("Polarity", width=52, help="The labels it votes: 1 POSITIVE, 0 NEGATIVE"),
    "coverage": st.column_config.ProgressColumn(
        "Coverage", format="%.2f %%", min_value=0, max_value=25, width=66, help="Share of dev rows it votes on"
    ),
    "train": st.column_config.TextColumn(
        "On train",
        width=60,
        help="Share of train rows; ≠ where it differs from dev by more than a quarter and by more than chance",
        **_TEXT,
    ),
    "overlaps": st.column_config.TextColumn(
        "Overlaps", width=58, help="Share of dev rows where another LF votes too", **_TEXT
    ),
    "conflicts": st.column_config.TextColumn(
        "Conflicts", width=58, help="Share of dev rows where another LF votes differently", **_TEXT
    ),
    "n": st.column_config.TextColumn("n", width=44, help="Votes on dev rows with gold", **_TEXT),
    "correct": st.column_config.TextColumn("Correct", width=54, **_TEXT),
    "incorrect": st.column_config.TextColumn("Incorrect", width=60, **_TEXT),
    "accuracy": st.column_config.TextColumn(
        "Emp. Acc., 95 %", width=108, help="Correct / n with Wilson's 95 % interval", **_TEXT
    ),
    "lift": st.column_config.TextColumn(
        "Lift (base)",
        width=78,
        help="Accuracy minus the base rate in brackets: what the same votes would reach at random",
        **_TEXT,
    ),
    "verdict": st.column_config.TextColumn(
        "Verdict", width=66, help="Whether the interval lies above or below the base rate"
    ),
    "since": st.column_config.TextColumn(
        "Since saved", width=78, help="Correct and incorrect votes gained or lost since the saved version"
    ),
    "tags": st.column_config.TextColumn("Tags", width=90),
}
_TRAIN_SAMPLE = st.column_config.TextColumn(
    "On train",
    width=124,
    help="Share of train rows; with its 95 % interval in brackets where it is of a sample, until all are counted; ≠ where it differs from "
    "dev by more than a quarter and by more than chance",
    **_TEXT,
)
_FIELDS = (
    "polarity",
    "coverage",
    "train",
    "overlaps",
    "conflicts",
    "n",
    "correct",
    "incorrect",
    "accuracy",
    "lift",
)


def lf_table(wb: Workbench, differences: bool) -> str | None:
    """Draw the table; returns the name of the selected LF.

    `differences` shows each cell as its difference to the saved version.
    """
    draft = wb.draft
    if not draft.lf_set.lfs:
        st.info("This set has no LF yet: add one.", icon=":material/add:")
        return None
    listing_said(wb)
    frame = _frame(wb, differences)
    if frame.empty:
        st.caption("No LF is as looked for.")
        return None
    names = frame["name"].tolist()
    selected = selected_lf(names)
    columns: dict[str, Any] = dict(_COLUMNS)
    if differences:
        columns["coverage"] = st.column_config.TextColumn("Coverage", width=66, **_TEXT)
    elif sampled(wb.applied) is not None:  # the same columns once all is counted, so that nothing jumps
        columns |= {"train": _TRAIN_SAMPLE, "kind": None}
    grid = f"lf_table_{differences}_{table_revision()}_{abs(hash(tuple(names)))}"
    chosen = row_box(grid, "Labeling function", names, [names.index(selected)])
    event = draw_table(
        frame,
        key=chosen.key,
        column_config=columns,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default=chosen.default,
        height="content" if len(names) <= 12 else 460,
        placeholder=fmt.NONE,
        alt="LF analysis on dev: one row a labeling function",
    )
    rows = event.selection.rows
    selected = names[rows[0]] if rows else selected
    keep_selected(selected)
    return selected


def _frame(wb: Workbench, differences: bool) -> pd.DataFrame:
    draft = wb.draft
    one, other = on_same_rows(wb.applied, wb.saved) if differences else (wb.applied, wb.saved)
    now, before = figures_of(one), figures_of(other)
    base = {lf.name: lf for lf in draft.base.lf_set.lfs}
    rows = []
    for lf in listed(wb):
        row: dict[str, Any] = {"on": "✓" if lf.enabled else "", "name": lf.name, "kind": lf.kind}
        if lf.enabled and lf.name not in now:
            row["on"], row["verdict"] = "⚠", "error"
        elif differences:
            row |= _differences(now, before, lf.name)
        elif lf.name in now:
            row |= _values(now[lf.name])
        rows.append(row | {"since": _since(lf, now, before, base), "tags": ", ".join(lf.tags)})
    tagged = ["tags"] if any(row["tags"] for row in rows) else []
    return pd.DataFrame(rows, columns=["on", "name", "kind", *tagged, *_FIELDS, "verdict", "since"])


def _values(s: dict[str, Any]) -> dict[str, Any]:
    voted = s["n"] > 0
    return {
        "polarity": ", ".join(map(str, s["polarity"])) or fmt.NONE,
        "coverage": 100 * s["coverage"],
        "train": ("≠ " if s["drifts"] else "") + fmt.estimate(s["train_share"], 2),
        "overlaps": fmt.percent(s["overlaps"], 2) if voted else fmt.NONE,
        "conflicts": fmt.percent(s["conflicts"], 2) if voted else fmt.NONE,
        "n": f"{s['n']:,}",
        "correct": f"{s['correct']:,}" if voted else fmt.NONE,
        "incorrect": f"{s['incorrect']:,}" if voted else fmt.NONE,
        "accuracy": fmt.interval(s["emp_acc"], s["ci_low"], s["ci_high"]),
        "lift": f"{s['lift']:+.2f} ({s['base_rate']:.2f})" if voted else fmt.NONE,
        "verdict": _MARKS[s["verdict"]],
    }


def _differences(now: Figures, before: Figures, name: str) -> dict[str, Any]:
    if name not in now or name not in before:
        return {}
    a, b = before[name], now[name]
    shares = {"coverage": "coverage", "train": "train", "overlaps": "overlaps", "conflicts": "conflicts"}
    counts = {"n": "n", "correct": "correct", "incorrect": "incorrect"}
    rates = {"accuracy": "emp_acc", "lift": "lift"}
    zero = fmt.NONE
    return (
        {key: zero if a[f] == b[f] else f"{100 * (b[f] - a[f]):+.2f} %" for key, f in shares.items()}
        | {key: zero if a[f] == b[f] else f"{b[f] - a[f]:+,}" for key, f in counts.items()}
        | {key: zero if a[f] == b[f] else fmt.signed(b[f] - a[f]) for key, f in rates.items()}
        | {"verdict": zero if a["verdict"] == b["verdict"] else f"was {a['verdict']}"}
    )


def _since(lf: LF, now: Figures, before: Figures, base: dict[str, LF]) -> str:
    if lf.name not in base:
        return "new"
    if lf == base[lf.name]:
        return fmt.NONE
    if lf.without_notes() == base[lf.name].without_notes():
        return "notes"
    if not lf.enabled and base[lf.name].enabled:
        return "switched off"
    if lf.name not in before:
        return "switched on"
    if lf.name not in now:
        return fmt.NONE
    correct, incorrect = (int(now[lf.name][k] - before[lf.name][k]) for k in ("correct", "incorrect"))
    return f"{correct:+d} ✓ {incorrect:+d} ✗" if correct or incorrect else "same votes"
