"""The chart of what labels are worth."""

from typing import Any

import altair as alt
import pandas as pd

from weakrec_core.charts.colors import ABSTAIN_COLOR, BAND_COLOR, Chart

_NAMES = {"dev_only": "gold labels alone", "with_labels": "with weak labels, too"}


def gold_learning_curve(curve: list[dict[str, Any]], title: str) -> Chart:
    """Test AUC by number of gold labels, without weak labels and with them, each with its 95 % interval.

    Parameters
    ----------
    curve : list of dict
        As `weakrec_core.runs.worth.measure_worth` gives it.
    """
    rows = []
    for point in curve:
        for kind, name in _NAMES.items():
            low, high = point[kind]["interval"] or (None, None)
            rows.append((point["dev_rows"], name, point[kind]["auc"], low, high, point[kind]["log_loss"]))
    table = pd.DataFrame(rows, columns=["labels", "kind", "auc", "low", "high", "log_loss"])
    color = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=list(_NAMES.values()), range=[ABSTAIN_COLOR, BAND_COLOR]),
        legend=alt.Legend(orient="top", labelLimit=260, symbolOpacity=1),
    )
    base = alt.Chart(table).encode(
        alt.X(
            "labels:Q",
            title="gold labels of dev",
            scale=alt.Scale(type="log", nice=False, padding=12),
            axis=alt.Axis(values=sorted(set(table["labels"])), format="~s", labelOverlap=True),
        ),
        color=color,
        tooltip=[
            alt.Tooltip("kind:N", title="trained on"),
            alt.Tooltip("labels:Q", format=",", title="gold labels"),
            alt.Tooltip("auc:Q", format=".4f", title="test AUC"),
            alt.Tooltip("low:Q", format=".4f", title="95 % from"),
            alt.Tooltip("high:Q", format=".4f", title="95 % to"),
            alt.Tooltip("log_loss:Q", format=".4f", title="log loss"),
        ],
    )
    y = alt.Scale(zero=False, nice=True)
    band = base.mark_area(opacity=0.15).encode(alt.Y("low:Q", scale=y, title="test AUC"), alt.Y2("high:Q"))
    line = base.mark_line(point=True).encode(alt.Y("auc:Q", scale=y))
    return alt.layer(band, line).properties(height=300, description=title)
