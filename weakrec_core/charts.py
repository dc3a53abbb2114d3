"""Altair charts from small frames, for pages, notebooks and reports alike."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.labeling.sweep import Domain

POSITIVE_COLOR = "#14958a"
NEGATIVE_COLOR = "#e07b39"
ABSTAIN_COLOR = "#9aa5b1"
BAND_COLOR = "#5b8def"
_SERIES = ["#5b8def", "#b07aa1", "#14958a", "#e07b39", "#9aa5b1"]
_LABELS = alt.Scale(domain=["POSITIVE", "NEGATIVE"], range=[POSITIVE_COLOR, NEGATIVE_COLOR])
Chart = Any  # altair's own annotations are too loose to say more
_AXIS = 46  # width of every y axis, so that charts above each other share their x axis


def threshold_histogram(
    bins: pd.DataFrame, shown: Domain, bounds: tuple[float, ...], fired: tuple[float, float], title: str, dark: bool
) -> Chart:
    """A signal by gold label, the threshold as a line and the part that votes shaded.

    Parameters
    ----------
    bins : DataFrame
        From `weakrec_core.labeling.sweep.histogram`.
    bounds : floats
        Threshold, or low and high.
    fired : (low, high)
        The range that votes.
    """
    x = alt.Scale(domain=[shown.low, shown.high], nice=False, zero=False, clamp=True)
    zone = pd.DataFrame({"low": [max(fired[0], shown.low)], "high": [min(fired[1], shown.high)]})
    area = alt.Chart(zone).mark_rect(color=POSITIVE_COLOR, opacity=0.07).encode(alt.X("low:Q", scale=x), x2="high:Q")
    bars = (
        alt.Chart(bins)
        .mark_bar(binSpacing=0)
        .encode(
            alt.X("low:Q", bin="binned", scale=x, title=None, axis=alt.Axis(labels=False, ticks=False)),
            alt.X2("high:Q"),
            alt.Y(
                "rows:Q", stack="zero", title="dev rows", axis=alt.Axis(minExtent=_AXIS, maxExtent=_AXIS, tickCount=4)
            ),
            alt.Color("label:N", scale=_LABELS, title="gold", legend=alt.Legend(orient="top", titleOrient="left")),
            alt.Order("label:N", sort="ascending"),
            tooltip=[
                alt.Tooltip("label:N", title="gold"),
                alt.Tooltip("rows:Q"),
                alt.Tooltip("low:Q", title="from", format=".3~f"),
                alt.Tooltip("high:Q", title="to", format=".3~f"),
            ],
        )
    )
    return alt.layer(area, bars, _rules(bounds, x, dark)).properties(height=190, description=title)


def threshold_sweep(
    table: pd.DataFrame, shown: Domain, bounds: tuple[float, ...], base_rate: float, signal: str, title: str, dark: bool
) -> Chart:
    """Precision with its interval at every threshold; click picks one (selection ``pick``, field ``threshold``).

    Parameters
    ----------
    table : DataFrame
        From `weakrec_core.labeling.sweep.sweep`.
    base_rate : float
        Share of the voted label in gold, drawn as a dashed line.
    """
    table = table[table["threshold"].between(shown.low, shown.high)]
    scale_x = alt.Scale(domain=[shown.low, shown.high], nice=False, zero=False)
    base = alt.Chart(table).encode(alt.X("threshold:Q", scale=scale_x, title=signal))
    axis = alt.Axis(minExtent=_AXIS, maxExtent=_AXIS, tickCount=5, format=".1f")
    scale = alt.Scale(domain=[float(min(table["ci_low"].min(), base_rate, 1.0)), 1.0], nice=True, zero=False)
    y = alt.Y("precision:Q", scale=scale, title="precision", axis=axis)
    band = base.mark_area(color=BAND_COLOR, opacity=0.18).encode(
        alt.Y("ci_low:Q", scale=scale, title="precision"), alt.Y2("ci_high:Q")
    )
    line = base.mark_line(color=BAND_COLOR, strokeWidth=2).encode(y)
    rate = alt.Chart(pd.DataFrame({"y": [base_rate], "text": [f"base rate {base_rate:.2f}"]}))
    dashes = rate.mark_rule(strokeDash=[4, 3], color=ABSTAIN_COLOR).encode(alt.Y("y:Q", scale=scale))
    words = rate.mark_text(align="left", dx=4, dy=-6, color=ABSTAIN_COLOR, fontSize=11).encode(
        alt.Y("y:Q", scale=scale), x=alt.value(0), text="text:N"
    )
    hover = alt.selection_point(
        name="hover", fields=["threshold"], nearest=True, on="pointermove", empty=False, clear="pointerout"
    )
    pick = alt.selection_point(name="pick", fields=["threshold"], nearest=True, on="click", empty=False)
    values = base.mark_rule(strokeWidth=1).encode(
        opacity=alt.condition(hover, alt.value(0.5), alt.value(0)),
        tooltip=[
            alt.Tooltip("threshold:Q", format=".4~f"),
            alt.Tooltip("precision:Q", format=".3f"),
            alt.Tooltip("ci_low:Q", title="95 % from", format=".3f"),
            alt.Tooltip("ci_high:Q", title="95 % to", format=".3f"),
            alt.Tooltip("lift:Q", format="+.3f"),
            alt.Tooltip("n:Q", title="votes"),
            alt.Tooltip("coverage:Q", format=".2%"),
        ],
    )
    layers = [band, dashes, words, line, values.add_params(hover, pick), _rules(bounds, scale_x, dark)]
    return alt.layer(*layers).properties(height=190, description=title)


def _rules(bounds: tuple[float, ...], scale: alt.Scale, dark: bool) -> Chart:
    color = "#f2f5f7" if dark else "#1f2933"
    return (
        alt.Chart(pd.DataFrame({"at": list(bounds)}))
        .mark_rule(color=color, strokeWidth=2)
        .encode(alt.X("at:Q", scale=scale))
    )


def learning_curves(epochs: pd.DataFrame, title: str) -> Chart:
    """Loss on train and valid by epoch.

    Parameters
    ----------
    epochs : DataFrame
        epoch, loss, val_loss; one row an epoch.
    """
    long = epochs.melt("epoch", [c for c in ("loss", "val_loss") if c in epochs], "part", "value")
    long["part"] = long["part"].map({"loss": "train", "val_loss": "valid"})
    color = alt.Scale(domain=["train", "valid"], range=[ABSTAIN_COLOR, BAND_COLOR])
    return (
        alt.Chart(long)
        .mark_line(point=True)
        .encode(
            alt.X("epoch:Q", axis=alt.Axis(tickMinStep=1, format="d")),
            alt.Y("value:Q", title="loss", scale=alt.Scale(zero=False)),
            alt.Color("part:N", scale=color, title=None, legend=alt.Legend(orient="top")),
            tooltip=["part:N", "epoch:Q", alt.Tooltip("value:Q", format=".4f")],
        )
        .properties(height=260, description=title)
    )


def posterior_histogram(p_positive: NDArray[np.float64], title: str) -> Chart:
    """How the probabilities of a label model spread over [0, 1]."""
    counts, edges = np.histogram(p_positive, bins=40, range=(0, 1))
    bins = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "rows": counts})
    return (
        alt.Chart(bins)
        .mark_bar(binSpacing=0)
        .encode(
            alt.X("low:Q", bin="binned", title="P(POSITIVE)", scale=alt.Scale(domain=[0, 1])),
            alt.X2("high:Q"),
            alt.Y("rows:Q", title="train rows"),
            alt.Color(
                "low:Q",
                scale=alt.Scale(domain=[0, 0.5, 1], range=[NEGATIVE_COLOR, ABSTAIN_COLOR, POSITIVE_COLOR]),
                legend=None,
            ),
            tooltip=[alt.Tooltip("low:Q", format=".3f"), alt.Tooltip("high:Q", format=".3f"), "rows:Q"],
        )
        .properties(height=220, description=title)
    )


def reliability(curves: pd.DataFrame, title: str, dark: bool) -> Chart:
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
