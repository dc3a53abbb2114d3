"""The two charts that follow every move of a threshold: histogram and sweep on one x axis.

Altair takes tens of milliseconds to build and check a chart, so each is built once as a template over named data, and an
edit fills in the data. The functions give Vega-Lite specs whose ``datasets`` are data frames, as ``st.vega_lite_chart`` takes them.
"""

import copy
import math
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from weakrec_core.charts.colors import ABSTAIN_COLOR, BAND_COLOR, NEGATIVE_COLOR, POSITIVE_COLOR, Chart
from weakrec_core.stats.domain import Domain

Spec = dict[str, Any]
_TOP_LEVEL = ("$schema", "config", "datasets", "params")  # keys that a part of a chart does not have
_AXIS = 46  # width of both y axes, so that the x axes lie above each other
_LABELS = alt.Scale(domain=["POSITIVE", "NEGATIVE"], range=[POSITIVE_COLOR, NEGATIVE_COLOR])


def threshold_histogram(
    bins: pd.DataFrame, shown: Domain, bounds: tuple[float, ...], fired: tuple[float, float], title: str, dark: bool
) -> Spec:
    """A signal by gold label, the threshold as a line and the part that votes shaded.

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
    return _filled(_histogram(shown, dark), title, bins=bins, zone=zone, rules=_rules(bounds))


def threshold_sweep(
    table: pd.DataFrame, shown: Domain, bounds: tuple[float, ...], base_rate: float, signal: str, title: str, dark: bool
) -> Spec:
    """Precision with its interval at every threshold; click picks one (selection ``pick``, field ``threshold``).

    Parameters
    ----------
    table : DataFrame
        From `weakrec_core.labeling.sweep.sweep`.
    base_rate : float
        Share of the voted label in gold, drawn as a dashed line.
    """
    table = table[table["threshold"].between(shown.low, shown.high)]
    lowest = min(float(table["ci_low"].min()) if len(table) else 1.0, base_rate)
    rate = pd.DataFrame({"y": [base_rate], "text": [f"base rate {base_rate:.2f}"]})
    template = _sweep(shown, math.floor(lowest * 10) / 10, signal, dark)
    return _filled(template, title, table=table, rate=rate, rules=_rules(bounds))


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
    return copy.deepcopy(template) | {"datasets": datasets, "description": title}


def _rules(bounds: tuple[float, ...]) -> pd.DataFrame:
    return pd.DataFrame({"at": list(bounds)})


@lru_cache(maxsize=64)
def _histogram(shown: Domain, dark: bool) -> Spec:
    x = alt.Scale(domain=[shown.low, shown.high], nice=False, zero=False, clamp=True)
    y_axis = alt.Axis(minExtent=_AXIS, maxExtent=_AXIS, tickCount=4)
    area = _over("zone").mark_rect(color=POSITIVE_COLOR, opacity=0.07).encode(alt.X("low:Q", scale=x), x2="high:Q")
    bars = (
        _over("bins")
        .mark_bar(binSpacing=0)
        .encode(
            alt.X("low:Q", bin="binned", scale=x, title=None, axis=alt.Axis(labels=False, ticks=False)),
            alt.X2("high:Q"),
            alt.Y("rows:Q", stack="zero", title="dev rows", axis=y_axis),
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
    return dict(alt.layer(area, bars, _threshold_line(x, dark)).properties(height=190).to_dict())


@lru_cache(maxsize=64)
def _sweep(shown: Domain, lowest: float, signal: str, dark: bool) -> Spec:
    x = alt.Scale(domain=[shown.low, shown.high], nice=False, zero=False)
    y = alt.Scale(domain=[lowest, 1.0], nice=False, zero=False)
    axis = alt.Axis(minExtent=_AXIS, maxExtent=_AXIS, tickCount=5, format=".1f")
    base = _over("table").encode(alt.X("threshold:Q", scale=x, title=signal))
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
    layers = [band, dashes, words, line, values.add_params(hover, pick), _threshold_line(x, dark)]
    return dict(alt.layer(*layers).properties(height=190).to_dict())


def _threshold_line(scale: alt.Scale, dark: bool) -> Any:
    color = "#f2f5f7" if dark else "#1f2933"
    return _over("rules").mark_rule(color=color, strokeWidth=2).encode(alt.X("at:Q", scale=scale))


def _over(dataset: str) -> Any:
    return alt.Chart(alt.NamedData(name=dataset))
