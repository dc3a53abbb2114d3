"""How far predicted probabilities agree with what is observed on dev."""

import pandas as pd
import streamlit as st

from pages.shared.workbench import is_dark
from weakrec_core.charts.label_model import reliability_curve
from weakrec_core.label_model.comparing import Comparison, calibration_curve
from weakrec_core.label_model.fitting import label_model_title


def reliability(comparison: Comparison, kind: str) -> None:
    """The reliability curve of the selected model beside Snorkel's."""
    st.header("Reliability on dev", anchor=False)
    kinds = [k for k in dict.fromkeys(("snorkel", kind)) if comparison.reports[k].problem is None]
    curves = pd.concat(
        [calibration_curve(comparison.reports[k], comparison).assign(model=label_model_title(k)) for k in kinds],
        ignore_index=True,
    )
    st.altair_chart(
        reliability_curve(curves, "Observed share of POSITIVE against predicted probability on dev", is_dark())
    )
    st.caption("On the dashed line, of the rows given 70 %, 70 % are POSITIVE.")
