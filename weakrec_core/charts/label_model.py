"""Charts of label models."""

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.charts.colors import ABSTAIN_COLOR, BAND_COLOR, NEGATIVE_COLOR, POSITIVE_COLOR, Chart

_SIDES = alt.Scale(type="threshold", domain=[0.5], range=[NEGATIVE_COLOR, POSITIVE_COLOR])
_SERIES = ["#5b8def", "#b07aa1", "#14958a", "#e07b39", "#9aa5b1"]


def posterior_histogram(p_positive: NDArray[np.float64], rows: NDArray[np.int64], title: str) -> Chart:
    """How the probabilities of a label model spread over [0, 1]; `rows` have each of them."""
    counts, edges = np.histogram(p_positive, bins=40, range=(0, 1), weights=rows)
    bins = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "rows": counts})
    return (
        alt.Chart(bins)
        .mark_bar(binSpacing=0)
        .encode(
            alt.X("low:Q", bin="binned", title="P(POSITIVE)", scale=alt.Scale(domain=[0, 1])),
            alt.X2("high:Q"),
            alt.Y("rows:Q", title="train rows"),
            alt.Color("low:Q", scale=_SIDES, legend=None),
            tooltip=[alt.Tooltip("low:Q", format=".3f"), alt.Tooltip("high:Q", format=".3f"), "rows:Q"],
        )
        .properties(height=220, description=title)
    )


def reliability_curve(curves: pd.DataFrame, title: str, dark: bool) -> Chart:
    """Observed share of POSITIVE against the predicted probability; on the diagonal a model is calibrated.

    Parameters
    ----------
    curves : DataFrame
        model, predicted, observed, rows.
    """
    square = alt.Scale(domain=[0, 1])
    diagonal = (
        alt.Chart(pd.DataFrame({"p": [0.0, 1.0]}))
        .mark_line(color=ABSTAIN_COLOR, strokeDash=[4, 3])
        .encode(alt.X("p:Q", scale=square), alt.Y("p:Q", scale=square))
    )
    lines = (
        alt.Chart(curves)
        .mark_line(point=alt.OverlayMarkDef(size=50))
        .encode(
            alt.X("predicted:Q", title="predicted P(POSITIVE)", scale=square),
            alt.Y("observed:Q", title="observed share", scale=square),
            alt.Color("model:N", title=None, scale=alt.Scale(range=_SERIES), legend=alt.Legend(orient="top")),
            tooltip=[
                "model:N",
                alt.Tooltip("predicted:Q", format=".3f"),
                alt.Tooltip("observed:Q", format=".3f"),
                "rows:Q",
            ],
        )
    )
    return alt.layer(diagonal, lines).properties(height=300, description=title)


def fit_losses(losses: NDArray[np.float64], title: str) -> Chart:
    """The loss of a label model's fit by epoch."""
    frame = pd.DataFrame({"epoch": np.arange(1, len(losses) + 1), "loss": losses})
    return (
        alt.Chart(frame)
        .mark_line(color=BAND_COLOR)
        .encode(alt.X("epoch:Q"), alt.Y("loss:Q", scale=alt.Scale(type="log")))
        .properties(height=180, description=title)
    )
