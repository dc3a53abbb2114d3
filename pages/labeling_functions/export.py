"""The LF set and its votes as files."""

import streamlit as st

from pages.shared.downloads import download, download_table
from pages.shared.workbench import Workbench
from weakrec_core.errors import SpecError
from weakrec_core.labeling.snorkel_module import needs_of, snorkel_module


def export_button(wb: Workbench) -> None:
    """What other tools read of the draft, as it is now."""
    lf_set, noun, applied = wb.draft.lf_set, wb.dataset.noun, wb.applied
    with st.popover("Export", icon=":material/download:", width="content"):
        download("LF set (YAML)", lf_set.to_yaml, f"{lf_set.name}.yaml", "export_yaml", "For `--lfs` and `import`")
        try:
            needs_of(lf_set, noun)
            download(
                "Snorkel functions (Python)",
                lambda: snorkel_module(lf_set, noun),
                f"{lf_set.name}_lfs.py",
                "export_python",
                "A module that needs Snorkel and TextBlob, not this workbench, and votes the same",
            )
        except SpecError as e:
            st.caption(str(e))
        named = f"{wb.dataset.name}-{lf_set.name}"
        download_table("LF analysis on dev (CSV)", applied.summary, f"{named}-analysis.csv", "export_analysis")
        download_table(
            "Votes on dev (Parquet)", lambda: applied.vote_table("dev"), f"{named}-votes.parquet", "export_votes"
        )
        download_table(
            "Vote patterns on dev (CSV)",
            lambda: applied.pattern_table("dev"),
            f"{named}-patterns.csv",
            "export_patterns",
        )
