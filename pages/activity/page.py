"""Activity: who did what, and when."""

import streamlit as st

from pages.shared import fmt
from pages.shared.grid.table import draw_table
from pages.shared.workbench import opened
from weakrec_core.access import Role, require
from weakrec_core.activity import entries

require(Role.OPERATOR, "read who did what")
st.title("Activity", anchor=False)
table = entries(opened().workspace)
asked = st.text_input("Search", placeholder="any text of a row", key="activity_search", width=320).strip().lower()
if asked:
    table = table[table.apply(lambda row: asked in " ".join(row).lower(), axis=1)]
if table.empty:
    st.info("Nothing fits." if asked else "Nothing has been saved yet.", icon=":material/info:")
else:
    draw_table(
        table.assign(at=table["at"].str.replace("T", " ").str.removesuffix("+00:00")).replace("", None),
        placeholder=fmt.NONE,
        hide_index=True,
        height="content" if len(table) <= 20 else 740,
        column_config={
            "at": st.column_config.TextColumn("When (UTC)", width=150),
            "who": st.column_config.TextColumn("Who", width=180),
            "what": st.column_config.TextColumn("What", width=140),
            "subject": st.column_config.TextColumn("Of", width=320),
            "before": st.column_config.TextColumn(
                "Before", width=120, help="The first digits of the content's fingerprint"
            ),
            "after": st.column_config.TextColumn(
                "After", width=120, help="The first digits of the content's fingerprint"
            ),
        },
        alt="What was changed, newest first",
    )
st.caption("Saved LF sets, datasets, runs, labels by hand and attached votes; drafts and notes are not among them.")
