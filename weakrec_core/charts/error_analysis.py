"""Charts of the error analysis, from small frames."""

from typing import Any

import altair as alt
import pandas as pd

from weakrec_core.charts.colors import ABSTAIN_COLOR, BAND_COLOR, NEGATIVE_COLOR, POSITIVE_COLOR

Chart = Any  # altair's own annotations are too loose to say more

_DIVERGING = {"beyond_chance", "correlation"}
_WRITTEN = 12  # LFs whose pairs have room for a number
_VERDICTS = {
    "worse": NEGATIVE_COLOR,
    "better": POSITIVE_COLOR,
    "not distinguishable": BAND_COLOR,
    "too few rows": ABSTAIN_COLOR,
}


def pair_heat_map(pairs: pd.DataFrame, names: list[str], field: str, title: str, dark: bool) -> Chart:
    """One field of `weakrec_core.error_analysis.pairs.pair_table` for every pair of LFs; NaN is left empty."""
    height = max(20, min(44, 700 // max(len(names), 1)))
    if field in _DIVERGING:
        middle = "#30363d" if dark else "#f2f2f2"
        color = alt.Scale(domain=[-1, 0, 1], range=[NEGATIVE_COLOR, middle, POSITIVE_COLOR])
        told = f"format(datum.{field}, '+.2f')"
    else:
        low = "#22303a" if dark else "#eef5f7"
        color = alt.Scale(domain=[0, max(float(pairs[field].max()), 1e-4)], range=[low, BAND_COLOR])
        told = f"format(100 * datum.{field}, '.1f') + ' %'"
    base = alt.Chart(pairs.dropna(subset=[field])).encode(
        alt.X(
            "b:N",
            sort=names,
            title=None,
            scale=alt.Scale(domain=names),
            axis=alt.Axis(labelAngle=-40, labelLimit=150, labelOverlap=False),
        ),
        alt.Y(
            "a:N",
            sort=names,
            title=None,
            scale=alt.Scale(domain=names),
            axis=alt.Axis(labelLimit=180, labelOverlap=False, labelFlush=False),
        ),
        tooltip=[
            alt.Tooltip("a:N", title="LF"),
            alt.Tooltip("b:N", title="and"),
            alt.Tooltip("both:Q", title="rows with both"),
            alt.Tooltip("overlap:Q", format=".2%"),
            alt.Tooltip("conflict:Q", format=".2%"),
            alt.Tooltip("agreement:Q", format=".0%"),
            alt.Tooltip("beyond_chance:Q", title="beyond chance", format="+.2f"),
            alt.Tooltip("correlation:Q", format="+.2f"),
        ],
    )
    cells = base.mark_rect().encode(alt.Color(f"{field}:Q", scale=color, legend=None))
    layers = [cells]
    if len(names) <= _WRITTEN:
        words = "#f2f5f7" if dark else "#1f2933"
        layers.append(base.transform_calculate(told=told).mark_text(fontSize=11, color=words).encode(text="told:N"))
    return alt.layer(*layers).properties(height=alt.Step(height), description=title)


def slice_intervals(table: pd.DataFrame, overall: float, title: str) -> Chart:
    """Accuracy of slices with intervals, in the order of the table, and the accuracy over all rows as a line.

    Parameters
    ----------
    table : DataFrame
        From `weakrec_core.error_analysis.slices.slice_table`.
    """
    shown = table.assign(label=table["by"].str.replace("_", " ") + ": " + table["slice"])
    y = alt.Y("label:N", sort=shown["label"].tolist(), title=None, axis=alt.Axis(labelLimit=230, labelFlush=False))
    x = alt.Scale(domain=[0, 1])
    present = [verdict for verdict in _VERDICTS if (shown["verdict"] == verdict).any()]
    colors = alt.Scale(domain=present, range=[_VERDICTS[verdict] for verdict in present])
    base = alt.Chart(shown).encode(
        y,
        alt.Color("verdict:N", scale=colors, title=None, legend=alt.Legend(orient="top", columns=1)),
        tooltip=[
            "label:N",
            alt.Tooltip("accuracy:Q", format=".3f"),
            alt.Tooltip("ci_low:Q", title="95 % from", format=".3f"),
            alt.Tooltip("ci_high:Q", title="95 % to", format=".3f"),
            alt.Tooltip("n:Q", title="judged rows"),
            alt.Tooltip("coverage:Q", format=".1%"),
            "verdict:N",
        ],
    )
    whiskers = base.mark_rule(strokeWidth=2).encode(alt.X("ci_low:Q", scale=x, title="accuracy"), alt.X2("ci_high:Q"))
    points = base.mark_point(filled=True, size=60, opacity=1).encode(alt.X("accuracy:Q", scale=x))
    line = (
        alt.Chart(pd.DataFrame({"at": [overall]}))
        .mark_rule(strokeDash=[4, 3], color=ABSTAIN_COLOR)
        .encode(alt.X("at:Q", scale=x))
    )
    return alt.layer(line, whiskers, points).properties(height=alt.Step(20), description=title)


def distance_bars(table: pd.DataFrame, title: str) -> Chart:
    """Share of errors by distance from a threshold, the side that votes and the side that would.

    Parameters
    ----------
    table : DataFrame
        From `weakrec_core.error_analysis.near_threshold.errors_by_distance`.
    """
    shown = table.assign(
        range=[
            f"{low:.3g} to {high:.3g}" if low < high else f"{low:.3g}"
            for low, high in zip(table["low"], table["high"], strict=True)
        ]
    )
    shown["order"] = range(len(shown))
    base = alt.Chart(shown).encode(
        alt.X(
            "order:O",
            title="signal, nearest to the threshold where the colours meet",
            axis=alt.Axis(labelExpr=_labels(shown), labelAngle=0),
        ),
        alt.Color(
            "side:N",
            title=None,
            scale=alt.Scale(domain=["would vote", "votes"], range=[ABSTAIN_COLOR, BAND_COLOR]),
            legend=alt.Legend(orient="top"),
        ),
        tooltip=[
            "side:N",
            "range:N",
            alt.Tooltip("errors:Q"),
            alt.Tooltip("n:Q", title="rows"),
            alt.Tooltip("error_rate:Q", title="share of errors", format=".3f"),
            alt.Tooltip("ci_low:Q", title="95 % from", format=".3f"),
            alt.Tooltip("ci_high:Q", title="95 % to", format=".3f"),
        ],
    )
    y = alt.Scale(domain=[0, max(0.5, float(table["ci_high"].max()) if len(table) else 0.5)])
    bars = base.mark_bar(opacity=0.75).encode(alt.Y("error_rate:Q", title="share of errors", scale=y))
    whiskers = base.mark_rule().encode(
        alt.Y("ci_low:Q", scale=y, title="share of errors"), alt.Y2("ci_high:Q"), color=alt.value("#7b8794")
    )
    return alt.layer(bars, whiskers).properties(height=260, description=title)


def _labels(shown: pd.DataFrame) -> str:
    """A Vega expression that gives each bar the range it stands for."""
    return "[" + ", ".join(f"'{words}'" for words in shown["range"]) + "][datum.value]"
