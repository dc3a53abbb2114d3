"""Charts of a table that is about to become a dataset."""

import altair as alt
import pandas as pd

from weakrec_core.charts.colors import BAND_COLOR, Chart

_SERIES = [BAND_COLOR, "#b07aa1", "#c9a227", "#7f8fa3", "#6c9a5b", "#a0674b", "#4f6d9a", "#9aa5b1"]


def rating_histogram(bins: pd.DataFrame, cut: float, unit: str, title: str) -> Chart:
    """Rows by rating and notation, with the cut from which on a rating is POSITIVE as a line.

    Parameters
    ----------
    bins : DataFrame
        notation, low, high, rows.
    cut : float
        In the unit of low and high.
    unit : str
        Of the x axis.
    """
    percent = unit.endswith("%")
    axis = alt.Axis(format="%" if percent else "~g", tickCount=10)
    bars = (
        alt.Chart(bins)
        .mark_bar(binSpacing=1)
        .encode(
            alt.X("low:Q", bin="binned", title=unit, axis=axis),
            alt.X2("high:Q"),
            alt.Y("rows:Q", title="rows"),
            alt.Color(
                "notation:N", title=None, scale=alt.Scale(range=_SERIES), legend=alt.Legend(orient="top", columns=4)
            ),
            tooltip=[
                "notation:N",
                alt.Tooltip("low:Q", format=".0%" if percent else "~g"),
                alt.Tooltip("high:Q", format=".0%" if percent else "~g"),
                alt.Tooltip("rows:Q", format=","),
            ],
        )
    )
    rule = alt.Chart(pd.DataFrame({"cut": [cut]})).mark_rule(strokeWidth=2, strokeDash=[5, 3]).encode(alt.X("cut:Q"))
    return alt.layer(bars, rule).properties(height=230, description=title)
