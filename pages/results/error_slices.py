"""The slices of test on which a run does worse."""

import pandas as pd
import streamlit as st

from pages.results.result_tables import slices_of
from pages.shared import fmt
from pages.shared.grid.columns import right
from pages.shared.grid.table import draw_table
from weakrec_core.runs import result_tables
from weakrec_core.runs.store import Run

_BY = {
    "review_length": "length of the review",
    "history_length": "length of the history",
    "stated_stars": "stars the review states",
    "popularity": "popularity of the {item}",
    "author": "author",
    "language": "language of the review",
}


def show_error_slices(run: Run) -> None:
    """The table of slices, worst first."""
    table = slices_of(run, run.config.fingerprint)
    by = st.pills(
        "Cut by",
        [b for b in _BY if b in set(table["by"])],
        format_func=lambda b: run.config.noun.fill(_BY[b]),
        key="slice_by",
    )
    shown = table[table["by"] == by] if by else table
    worse = int((table["verdict"] == "worse").sum())
    st.markdown(
        f"**{worse} of {len(table)} slices are worse than all other rows**, at a false discovery rate of 5 % over all of them."
    )
    draw_table(
        pd.DataFrame(
            {
                "Cut by": [run.config.noun.fill(_BY.get(b, b)) for b in shown["by"]],
                "Slice": shown["slice"],
                "Rows": [f"{n:,}" for n in shown["n"]],
                "Accuracy, 95 %": [
                    result_tables.figure(*v)
                    for v in zip(shown["accuracy"], shown["ci_low"], shown["ci_high"], strict=True)
                ],
                "vs other rows": [fmt.signed(v) for v in shown["difference"]],
                "Verdict": shown["verdict"],
            }
        ),
        hide_index=True,
        height="content" if len(shown) <= 12 else 460,
        column_config={
            "Slice": st.column_config.TextColumn(width=260),
            "Rows": right(80),
            "Accuracy, 95 %": right(170),
            "vs other rows": right(100),
        },
        alt="Accuracy of the run by slice of test, worst first",
    )
