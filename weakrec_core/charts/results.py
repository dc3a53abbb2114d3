"""Altair charts of test results, for the Results page and the report alike."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from weakrec_core.charts.colors import ABSTAIN_COLOR, BAND_COLOR, NEGATIVE_COLOR, POSITIVE_COLOR, Chart

ROW = 24  # px a model
_VERDICTS = alt.Scale(
    domain=["better", "not distinguishable", "worse"], range=[POSITIVE_COLOR, ABSTAIN_COLOR, NEGATIVE_COLOR]
)


def model_figures(figures: pd.DataFrame, highlighted: Sequence[str], title: str) -> Chart:
    """One metric of every model as a dot with its 95 % interval, in the order of the rows.

    Parameters
    ----------
    figures : DataFrame
        model, metric, value, low, high (NaN where there is none).
    highlighted : sequence of str
        Models drawn in blue; the others are grey.
    """
    figures = figures.dropna(subset=["value"])
    marked = figures.assign(own=figures["model"].isin(highlighted))
    order = list(dict.fromkeys(figures["model"]))
    base = alt.Chart(marked).encode(
        alt.Y(
            "model:N",
            sort=order,
            title=None,
            axis=alt.Axis(labelLimit=220, ticks=False, domain=False, labelFlush=False),
        ),
        color=alt.Color("own:N", legend=None, scale=alt.Scale(domain=[True, False], range=[BAND_COLOR, ABSTAIN_COLOR])),
        tooltip=[
            "model:N",
            "metric:N",
            alt.Tooltip("value:Q", format=".4f"),
            alt.Tooltip("low:Q", title="95 % from", format=".4f"),
            alt.Tooltip("high:Q", title="95 % to", format=".4f"),
        ],
    )
    metric = figures["metric"].iloc[0] if len(figures) else ""
    x = alt.X("value:Q", title=metric, axis=alt.Axis(tickCount=6), scale=alt.Scale(zero=False, nice=True, padding=12))
    whiskers = (
        base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2).encode(alt.X("low:Q"), alt.X2("high:Q"))
    )
    dots = base.mark_point(filled=True, size=80, opacity=1).encode(x)
    return alt.layer(whiskers, dots).properties(height=alt.Step(ROW), description=title)


def valid_curves(epochs: pd.DataFrame, title: str) -> Chart | None:
    """Metrics on valid by epoch; None if only losses were measured.

    Parameters
    ----------
    epochs : DataFrame
        epoch, and columns such as ``val_auc`` and ``val_ndcg@10``; one row an epoch.
    """
    columns = [c for c in map(str, epochs) if c.startswith("val_") and c != "val_loss" and epochs[c].notna().any()]
    if not columns:
        return None
    long = epochs.melt("epoch", columns, "metric", "value")
    long["metric"] = long["metric"].str.removeprefix("val_").replace({"auc": "AUC"}).str.replace("ndcg", "NDCG")
    return (
        alt.Chart(long)
        .mark_line(point=True)
        .encode(
            alt.X("epoch:Q", axis=alt.Axis(tickMinStep=1, format="d"), scale=alt.Scale(zero=False)),
            alt.Y("value:Q", title="on valid", scale=alt.Scale(zero=False)),
            alt.Color(
                "metric:N",
                title=None,
                scale=alt.Scale(range=[BAND_COLOR, "#b07aa1", ABSTAIN_COLOR]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=["metric:N", "epoch:Q", alt.Tooltip("value:Q", format=".4f")],
        )
        .properties(height=260, description=title)
    )


def reliability_bars(bins: pd.DataFrame, title: str) -> Chart:
    """Observed share of POSITIVE against the predicted probability, with intervals; on the diagonal a model is calibrated.

    Parameters
    ----------
    bins : DataFrame
        predicted, observed, low, high, rows; see `weakrec_core.runs.scores.reliability_bins`.
    """
    square = alt.Scale(domain=[0, 1])
    diagonal = (
        alt.Chart(pd.DataFrame({"p": [0.0, 1.0]}))
        .mark_line(color=ABSTAIN_COLOR, strokeDash=[4, 3])
        .encode(alt.X("p:Q", scale=square), alt.Y("p:Q", scale=square))
    )
    base = alt.Chart(bins).encode(
        alt.X("predicted:Q", title="predicted P(POSITIVE)", scale=square),
        tooltip=[
            alt.Tooltip("predicted:Q", format=".3f"),
            alt.Tooltip("observed:Q", format=".3f"),
            alt.Tooltip("low:Q", title="95 % from", format=".3f"),
            alt.Tooltip("high:Q", title="95 % to", format=".3f"),
            alt.Tooltip("rows:Q", format=","),
        ],
    )
    whiskers = base.mark_rule(color=BAND_COLOR, strokeWidth=2).encode(
        alt.Y("low:Q", scale=square, title="observed share"), alt.Y2("high:Q")
    )
    line = base.mark_line(color=BAND_COLOR, strokeWidth=1.5).encode(alt.Y("observed:Q", scale=square))
    dots = base.mark_point(color=BAND_COLOR, filled=True, size=50, opacity=1).encode(alt.Y("observed:Q", scale=square))
    return alt.layer(diagonal, whiskers, line, dots).properties(height=300, description=title)


def differences(table: pd.DataFrame, title: str) -> Chart:
    """Differences of metrics with their 95 % intervals around zero.

    Parameters
    ----------
    table : DataFrame
        metric, difference, low, high, verdict, pair (which runs), in the order to draw.
    """
    order = list(dict.fromkeys(table["metric"]))
    pairs = list(dict.fromkeys(table["pair"]))
    base = alt.Chart(table).encode(
        alt.Y(
            "metric:N",
            sort=order,
            title=None,
            axis=alt.Axis(ticks=False, domain=False, labelLimit=160, labelFlush=False),
        ),
        color=alt.Color("verdict:N", scale=_VERDICTS, title=None, legend=alt.Legend(orient="top")),
        tooltip=[
            "pair:N",
            "metric:N",
            alt.Tooltip("difference:Q", format="+.4f"),
            alt.Tooltip("low:Q", title="95 % from", format="+.4f"),
            alt.Tooltip("high:Q", title="95 % to", format="+.4f"),
            "verdict:N",
        ],
    )
    if len(pairs) > 1:
        base = base.encode(yOffset=alt.YOffset("pair:N", sort=pairs))
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=ABSTAIN_COLOR, strokeDash=[4, 3]).encode(x="x:Q")
    whiskers = base.mark_rule(strokeWidth=2).encode(alt.X("low:Q", title="difference"), alt.X2("high:Q"))
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(alt.X("difference:Q"))
    if len(pairs) > 1:
        dots = dots.encode(shape=alt.Shape("pair:N", sort=pairs, title=None, legend=alt.Legend(orient="bottom")))
    step = alt.Step(ROW * max(1.0, len(pairs) * 0.7), **{"for": "position"})
    return alt.layer(zero, whiskers, dots).properties(height=step, description=title)
