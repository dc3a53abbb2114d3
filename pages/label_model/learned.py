"""What a label model took from the votes, beside what dev says."""

import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.grid.table import draw_table
from pages.shared.workbench import Workbench
from weakrec_core.charts.label_model import fit_losses
from weakrec_core.label_model.fitting import label_model_title
from weakrec_core.label_model.label_train import TrainLabels
from weakrec_core.label_model.snorkel_model import SnorkelModel
from weakrec_core.stats.intervals import wilson


def learned(wb: Workbench, step: TrainLabels) -> None:
    """What the model took from the votes, beside what dev says."""
    st.header(f"What {label_model_title(step.model.kind)} learned", anchor=False)
    summary = step.applied.summary()
    table = pd.DataFrame(
        {
            "LF": summary["name"],
            "Learned weight": [fmt.number(w, 2) for w in step.model.weights],
            "Emp. Acc., 95 %": [
                fmt.interval(*v) for v in zip(summary["emp_acc"], summary["ci_low"], summary["ci_high"], strict=True)
            ],
        }
    )
    dev = step.dev
    for label, name in ((1, "POSITIVE"), (0, "NEGATIVE")):
        for gold, of in ((1, "liked"), (0, "disliked")):
            n = dev.gold_counts[:, gold].sum()
            k = dev.gold_counts[:, gold] @ (dev.votes == label)
            low, high = wilson(k, n)
            said = [
                fmt.NONE
                if not (dev.votes[:, j] == label).any()
                else f"{100 * k[j] / n:.1f} % [{100 * low[j]:.1f}, {100 * high[j]:.1f}]"
                for j in range(dev.m)
            ]
            if isinstance(step.model, SnorkelModel):
                mu = step.model.mu[:, label, gold]
                said = [fmt.NONE if s == fmt.NONE else f"{100 * mu[j]:.1f} % · dev {s}" for j, s in enumerate(said)]
            table[f"votes {name} on {of}"] = said
    draw_table(
        table,
        hide_index=True,
        height="content" if len(table) <= 12 else 460,
        column_config={
            "LF": st.column_config.TextColumn(width=160),
            "Learned weight": st.column_config.TextColumn(width=110, alignment="right", help=step.model.weights_mean),
            "Emp. Acc., 95 %": st.column_config.TextColumn(width=130, alignment="right"),
        }
        | {c: st.column_config.TextColumn(alignment="right") for c in table.columns[3:]},
        alt="What the label model learned of each LF",
    )
    if isinstance(step.model, SnorkelModel):
        st.caption("Class-conditional vote rates as learned, beside those on dev with Wilson's 95 % interval.")
        st.altair_chart(fit_losses(step.model.losses, "Loss of the label model's fit by epoch"))
