"""The charts that follow every move of a threshold, on one x axis: histogram, precision, coverage, the set's gain.

Altair takes tens of milliseconds to build and check a chart, so each is built once as a template over named data, and an
edit fills in the data. The functions give Vega-Lite specs whose ``datasets`` are data frames, as ``st.vega_lite_chart`` takes them.
"""

import copy
import math
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from weakrec_core.charts.colors import ABSTAIN_COLOR, BAND_COLOR, NEGATIVE_COLOR, POSITIVE_COLOR, Chart
from weakrec_core.stats.domain import Domain

Spec = dict[str, Any]
_TOP_LEVEL = ("$schema", "config", "datasets", "params", "padding")  # keys that a part of a chart does not have
_AXIS = 46  # width of all y axes, so that the x axes lie above each other
SLIDER_INDENT = 68  # px: a slider over the charts that begins so far right has its ends above those of the x axis
_PADDING = {"left": 0, "right": 5, "top": 0, "bottom": 0}  # px; at the right as much as a slider has beside its track
_SPIKE = 2.5  # a bin with so many times the rows of the next highest is cut, or the others would be flat
_HEIGHT = 190
# Columns that the charts read: what else a table has would be sent with every edit.
_SWEPT = ("threshold", "precision", "ci_low", "ci_high", "lift", "n", "coverage")
_TRACED = ("threshold", "coverage", "set_gain", "set_log_loss")
_LABELS = alt.Scale(domain=["POSITIVE", "NEGATIVE"], range=[POSITIVE_COLOR, NEGATIVE_COLOR])


def threshold_histogram(
    bins: pd.DataFrame, shown: Domain, bounds: tuple[float, ...], fired: tuple[float, float], title: str, dark: bool
) -> Spec:
    """A signal by gold label, the threshold as a line and the part that votes shaded.

    A bin that stands far above all others is cut, its colours in their shares, and its rows are written beside it.

    Parameters
    ----------
    bins : DataFrame
        From `weakrec_core.labeling.sweep.histogram`.
    bounds : floats
        Threshold, or low and high.
    fired : (low, high)
        The range that votes.
    title : str
        The text alternative.
    """
    zone = pd.DataFrame({"low": [max(fired[0], shown.low)], "high": [min(fired[1], shown.high)]})
    drawn, cut, top = _without_spike(bins)
    leftwards = bool((cut["high"] > (shown.low + shown.high) / 2).any())
    return _filled(_histogram(shown, top, leftwards, dark), title, bins=drawn, cut=cut, zone=zone, rules=_rules(bounds))


def _without_spike(bins: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, float]:
    """The bins with the height that each is drawn with, the one that is cut with its rows, and the height of the axis."""
    low, first, of_bin = np.unique(bins["low"].to_numpy(), return_index=True, return_inverse=True)
    total = np.bincount(of_bin, bins["rows"].to_numpy(), len(low))
    second, highest = np.sort(np.append(total, [0, 0]))[-2:]
    top = float(max(highest, 1))
    if highest > _SPIKE * second > 0:
        top = 1.3 * second
    cut = total > top
    high, text = bins["high"].to_numpy()[first[cut]], [f"↑ {int(rows):,}" for rows in total[cut]]
    drawn = bins.assign(height=bins["rows"].to_numpy() * (top / np.maximum(total, top))[of_bin])
    return drawn, pd.DataFrame({"low": low[cut], "high": high, "text": pd.array(text, "str")}), top


def threshold_sweep(
    table: pd.DataFrame,
    shown: Domain,
    bounds: tuple[float, ...],
    base_rate: float,
    name: str,
    title: str,
    dark: bool,
    over: str = "threshold",
) -> Spec:
    """Precision with its interval at every threshold; click picks one (selection ``pick``, field ``threshold``).

    Parameters
    ----------
    table : DataFrame
        From `weakrec_core.labeling.sweep.sweep`.
    shown : Domain
        Of the x axis.
    bounds : floats
        Where the LF stands on it.
    base_rate : float
        Share of the voted label in gold, drawn as a dashed line.
    name : str
        What the x axis is called.
    over : {"threshold", "coverage"}
        What the x axis is.
    """
    table = table.loc[table[over].between(shown.low, shown.high), list(_SWEPT)]
    lowest = min(float(table["ci_low"].min()) if len(table) else 1.0, base_rate)
    rate = pd.DataFrame({"y": [base_rate], "text": [f"base rate {base_rate:.2f}"]})
    template = _sweep(shown, math.floor(lowest * 10) / 10, name, over, dark)
    return _filled(template, title, table=table, rate=rate, rules=_rules(bounds))


def threshold_trace(
    table: pd.DataFrame,
    shown: Domain,
    bounds: tuple[float, ...],
    column: str,
    title: str,
    dark: bool,
    over: str = "threshold",
) -> Spec:
    """Coverage or the set's gain at every threshold, to stand under `threshold_sweep` of the same x axis.

    Parameters
    ----------
    table : DataFrame
        From `weakrec_core.label_model.threshold_gain.sweep_with_gain`; thresholds without a value are left out.
    column : {"coverage", "set_gain"}
    """
    table = table.loc[table[over].between(shown.low, shown.high) & table[column].notna(), list(_TRACED)]
    return _filled(_trace(shown, column, over, dark), title, table=table, rules=_rules(bounds))


def sweep_chart(
    bins: pd.DataFrame,
    table: pd.DataFrame,
    shown: Domain | None,
    bounds: tuple[float, ...],
    fired: tuple[float, float],
    base_rate: float,
    signal: str,
    dark: bool = False,
) -> Chart:
    """Both charts, one above the other, as an Altair chart for notebooks; of a signal that is nowhere known an empty one."""
    shown = shown or Domain(0.0, 1.0)
    specs = (
        threshold_histogram(bins, shown, bounds, fired, f"Histogram of {signal} by gold label", dark),
        threshold_sweep(table, shown, bounds, base_rate, signal, f"Precision at every threshold on {signal}", dark),
    )
    datasets = {name: frame.to_dict("records") for spec in specs for name, frame in spec["datasets"].items()}
    parts = [{key: part for key, part in spec.items() if key not in _TOP_LEVEL} for spec in specs]
    top = {key: specs[0][key] for key in ("$schema", "config")}
    selections = [selection for spec in specs for selection in spec.get("params", [])]
    return alt.VConcatChart.from_dict(top | {"vconcat": parts, "datasets": datasets, "params": selections})


def _filled(template: Spec, title: str, **datasets: pd.DataFrame) -> Spec:
    return copy.deepcopy(template) | {"datasets": datasets, "description": title, "padding": _PADDING}


def _rules(bounds: tuple[float, ...]) -> pd.DataFrame:
    return pd.DataFrame({"at": list(bounds)})


@lru_cache(maxsize=64)
def _histogram(shown: Domain, top: float, leftwards: bool, dark: bool) -> Spec:
    x = alt.Scale(domain=[shown.low, shown.high], nice=False, zero=False, clamp=True)
    y = alt.Scale(domain=[0, top], nice=False)
    y_axis = _axis(tickCount=4, format="~s")
    area = _over("zone").mark_rect(color=POSITIVE_COLOR, opacity=0.07).encode(alt.X("low:Q", scale=x), x2="high:Q")
    bars = (
        _over("bins")
        .mark_bar(binSpacing=0)
        .encode(
            alt.X("low:Q", bin="binned", scale=x, title=None, axis=alt.Axis(labels=False, ticks=False)),
            alt.X2("high:Q"),
            alt.Y("height:Q", stack="zero", title="dev rows", axis=y_axis, scale=y),
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
    counts = (
        _over("cut")
        .mark_text(
            align="right" if leftwards else "left",
            baseline="top",
            dx=-4 if leftwards else 4,
            fontSize=11,
            color=_line_color(dark),
        )
        .encode(alt.X("low:Q" if leftwards else "high:Q", scale=x), y=alt.value(0), text="text:N")
    )
    return dict(alt.layer(area, bars, counts, _threshold_line(x, dark)).properties(height=_HEIGHT).to_dict())


@lru_cache(maxsize=64)
def _sweep(shown: Domain, lowest: float, name: str, over: str, dark: bool) -> Spec:
    x = alt.Scale(domain=[shown.low, shown.high], nice=False, zero=False)
    y = alt.Scale(domain=[lowest, 1.0], nice=False, zero=False)
    axis = _axis(tickCount=5, format=".1f")
    base = _over("table").encode(alt.X(f"{over}:Q", scale=x, title=name, axis=_x_axis(over)))
    band = base.mark_area(color=BAND_COLOR, opacity=0.18).encode(
        alt.Y("ci_low:Q", scale=y, title="precision"), alt.Y2("ci_high:Q")
    )
    line = base.mark_line(color=BAND_COLOR, strokeWidth=2).encode(
        alt.Y("precision:Q", scale=y, title="precision", axis=axis)
    )
    dashes = _over("rate").mark_rule(strokeDash=[4, 3], color=ABSTAIN_COLOR).encode(alt.Y("y:Q", scale=y))
    words = (
        _over("rate")
        .mark_text(align="left", dx=4, dy=-6, color=ABSTAIN_COLOR, fontSize=11)
        .encode(alt.Y("y:Q", scale=y), x=alt.value(0), text="text:N")
    )
    hover, values = _under_the_pointer(base)
    pick = alt.selection_point(name="pick", fields=["threshold"], nearest=True, on="click", empty=False)
    tips = [
        alt.Tooltip("threshold:Q", format=".4~f"),
        alt.Tooltip("precision:Q", format=".3f"),
        alt.Tooltip("ci_low:Q", title="95 % from", format=".3f"),
        alt.Tooltip("ci_high:Q", title="95 % to", format=".3f"),
        alt.Tooltip("lift:Q", format="+.3f"),
        alt.Tooltip("n:Q", title="votes"),
        alt.Tooltip("coverage:Q", format=".2%"),
    ]
    told = values.encode(tooltip=tips).add_params(hover, pick)
    layers = [band, dashes, words, line, told, _threshold_line(x, dark)]
    return dict(alt.layer(*layers).properties(height=_HEIGHT).to_dict())


_TRACES = {"coverage": ("coverage", ".0%"), "set_gain": ("set's gain", "+.3~f")}


@lru_cache(maxsize=64)
def _trace(shown: Domain, column: str, over: str, dark: bool) -> Spec:
    x = alt.Scale(domain=[shown.low, shown.high], nice=False, zero=False)
    title, number = _TRACES[column]
    axis = _x_axis(over, labels=False, ticks=False)
    base = _over("table").encode(alt.X(f"{over}:Q", scale=x, title=None, axis=axis))
    y = alt.Y(f"{column}:Q", title=title, axis=_axis(tickCount=3, format=number))
    tips = [
        alt.Tooltip("threshold:Q", format=".4~f"),
        alt.Tooltip("coverage:Q", format=".2%"),
        alt.Tooltip("set_gain:Q", title="set's gain", format="+.4f"),
        alt.Tooltip("set_log_loss:Q", title="set's log loss", format=".4f"),
    ]
    hover, values = _under_the_pointer(base)
    told = values.encode(tooltip=tips).add_params(hover)
    layers: list[Any] = [base.mark_line(color=BAND_COLOR, strokeWidth=2).encode(y), told]
    if column == "set_gain":
        without = _over("rules").mark_rule(strokeDash=[4, 3], color=ABSTAIN_COLOR, aria=False).encode(alt.YDatum(0))
        layers.insert(0, without)
    return dict(alt.layer(*layers, _threshold_line(x, dark)).properties(height=84).to_dict())


def _under_the_pointer(base: Any) -> tuple[Any, Any]:
    """The selection of the threshold nearest to the pointer, and the rule that stands there."""
    hover = alt.selection_point(
        name="hover", fields=["threshold"], nearest=True, on="pointermove", empty=False, clear="pointerout"
    )
    return hover, base.mark_rule(strokeWidth=1).encode(opacity=alt.condition(hover, alt.value(0.5), alt.value(0)))


def _axis(**settings: Any) -> alt.Axis:
    return alt.Axis(minExtent=_AXIS, maxExtent=_AXIS, **settings)


def _x_axis(over: str, **settings: Any) -> alt.Axis:
    return alt.Axis(format=".1~%", **settings) if over == "coverage" else alt.Axis(**settings)


def _line_color(dark: bool) -> str:
    return "#f2f5f7" if dark else "#1f2933"


def _threshold_line(scale: alt.Scale, dark: bool) -> Any:
    return _over("rules").mark_rule(color=_line_color(dark), strokeWidth=2).encode(alt.X("at:Q", scale=scale))


def _over(dataset: str) -> Any:
    return alt.Chart(alt.NamedData(name=dataset))
