"""What a run was made of."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.grid.columns import right
from pages.shared.grid.table import draw_table
from weakrec_core.runs.inputs import label_settings, train_settings
from weakrec_core.runs.store import Run


def show_inputs(run: Run, result: dict[str, Any]) -> None:
    """LFs with their learned weights, settings and libraries."""
    config = run.config
    lfs, settings, versions = st.columns([1.5, 1, 1], gap="medium")
    weights = result["labels"]["weights"]
    with lfs:
        st.markdown(f"**LF set {fmt.literal(config.lf_set_title)}**")
        on = [lf for lf in config.lf_set["lfs"] if lf.get("enabled", True)]
        draw_table(
            pd.DataFrame(
                [(lf["name"], lf["kind"], fmt.number(weights.get(lf["name"]), 2)) for lf in on],
                columns=["LF", "Kind", "Learned weight"],
            ),
            hide_index=True,
            height="content" if len(on) <= 12 else 460,
            column_config={"Learned weight": right(110)},
            alt="LFs of the run and their learned weights",
        )
    with settings:
        st.markdown("**Label model and hyperparameters**")
        _pairs(label_settings(run) | train_settings(run), "Settings of the run")
    with versions:
        st.markdown("**Made with**")
        _pairs(
            {"created": config.created.replace("T", " ")[:16], "dataset fingerprint": config.fingerprint[:12]}
            | ({} if config.hand_gold is None else {"dev gold": str(config.hand_gold)})
            | config.libraries,
            "Libraries and data of the run",
        )


def _pairs(values: dict[str, Any], alt: str) -> None:
    frame = pd.DataFrame([(key, fmt.text(value)) for key, value in values.items()], columns=["What", "Value"])
    draw_table(frame, hide_index=True, height="content", column_config={"Value": right()}, alt=alt)
