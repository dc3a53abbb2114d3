"""What is kept of a table, and what is dropped for which reason."""

import pandas as pd
import streamlit as st

from pages.shared.downloads import download_table
from pages.shared.grid.table import draw_table
from weakrec_core.data.ingest.table import TablePreview

_EXAMPLES = 3


def show_rows(found: TablePreview, file_name: str) -> None:
    """Kept and dropped rows, which make what was read, with examples."""
    ratings, dropped = found.summary["ratings"], found.summary["dropped"]
    n_dropped = found.read - found.kept
    st.markdown(
        f"**{found.read:,}** rows read = **{ratings['parsed']:,}** rated + **{ratings['not_rated']:,}** not rated, for histories "
        f"only + **{n_dropped:,}** dropped. {found.summary['users']:,} users, {found.summary['items']:,} items."
    )
    if not n_dropped:
        return
    examples = (
        found.examples(_EXAMPLES)
        .groupby("reason", sort=False)["line"]
        .agg(lambda lines: ", ".join(f"{int(line):,}" for line in lines))
    )
    table = pd.DataFrame({"Dropped, as each": list(dropped), "Rows": list(dropped.values())})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        draw_table(
            table.assign(**{"Such as line": table["Dropped, as each"].map(examples)}),
            hide_index=True,
            width=640,
            height="content",
            column_config={"Rows": st.column_config.NumberColumn(format="localized", width=80)},
            alt="Dropped rows by reason",
        )
        download_table(
            "Dropped rows", lambda: found.dropped_rows, f"dropped-{file_name.split('.')[0]}.csv", "dropped_rows"
        )
