"""A map of reviews: a point each, what is alike close together."""

import altair as alt
import pandas as pd

from weakrec_core.charts.colors import ABSTAIN_COLOR, BAND_COLOR, NEGATIVE_COLOR, POSITIVE_COLOR, Chart

MAP_COLORS = {
    "Gold": {"POSITIVE": POSITIVE_COLOR, "NEGATIVE": NEGATIVE_COLOR, "unknown": ABSTAIN_COLOR},
    "Label model": {"POSITIVE": POSITIVE_COLOR, "NEGATIVE": NEGATIVE_COLOR, "no vote": ABSTAIN_COLOR},
    "Errors": {"right": BAND_COLOR, "wrong": NEGATIVE_COLOR, "no vote": ABSTAIN_COLOR, "no gold": "#7d8794"},
}
BRUSH = "brush"


def text_map(points: pd.DataFrame, field: str, description: str, height: int = 380) -> Chart:
    """Points to be brushed: selection `BRUSH` over x and y.

    Parameters
    ----------
    points : DataFrame
        x, y; `field`; title and review, for the tooltip.
    field : str
        A key of `MAP_COLORS`, which says what its values are; or another column, whose values are groups.
    """
    brush = alt.selection_interval(name=BRUSH, encodings=["x", "y"])
    colors = MAP_COLORS.get(field)
    scale = alt.Scale(scheme="tableau20") if colors is None else alt.Scale(domain=[*colors], range=[*colors.values()])
    color = alt.Color(
        f"{field}:N", scale=scale, title=None, legend=alt.Legend(orient="top", columns=4, symbolOpacity=1)
    )
    plain = alt.Scale(zero=False, nice=False, padding=8)
    return (
        alt.Chart(points)
        .mark_circle(size=26)
        .encode(
            alt.X("x:Q", scale=plain, axis=None),
            alt.Y("y:Q", scale=plain, axis=None),
            color=alt.when(brush).then(color).otherwise(alt.value(ABSTAIN_COLOR)),
            opacity=alt.when(brush).then(alt.value(0.75)).otherwise(alt.value(0.15)),
            tooltip=[alt.Tooltip("title:N"), alt.Tooltip(f"{field}:N"), alt.Tooltip("review:N")],
        )
        .add_params(brush)
        .properties(height=height, description=description)
    )
