"""Two LF sets as one picture: the whole set's figures, and coverage and lift of every LF that was changed."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from weakrec_core.charts.colors import ABSTAIN_COLOR, BAND_COLOR, NEGATIVE_COLOR, POSITIVE_COLOR, Chart

_ROW, _PANEL, _COLUMN = 26, 200, 140  # px
_MOST = 20  # LFs
_SHARES = ("Train coverage", "Conflicts")
_BEFORE, _AFTER = "before", "after"
_FIGURES = ["coverage", "lift", "lift_low", "lift_high", "n", "correct", "incorrect"]
_WHEN = alt.Scale(domain=[_BEFORE, _AFTER], range=[ABSTAIN_COLOR, BAND_COLOR])
_INK, _LIGHT_INK = "#1f2933", "#e6eaee"


def set_comparison_chart(whole: pd.DataFrame, lfs: pd.DataFrame, title: str, dark: bool = False) -> Chart:
    """The picture.

    Parameters
    ----------
    whole, lfs : DataFrame
        As in `weakrec_core.label_model.set_comparison.SetComparison`; of more than 20 LFs those that vote most.
    title : str
        Which sets of which dataset.
    """
    votes = lfs[["n_before", "n_after"]].max(axis=1).fillna(0)
    shown = lfs.loc[votes.sort_values(ascending=False, kind="stable").index[:_MOST]].sort_index()
    parts = [_whole(whole, _LIGHT_INK if dark else _INK)] + ([_lfs(shown)] if len(shown) else [])
    left_out = f"{len(lfs) - len(shown)} more LFs, which vote on fewer rows, are left out" if len(lfs) > _MOST else ""
    return (
        alt.vconcat(*parts, spacing=22)
        .resolve_scale(color="independent")
        .properties(
            title=alt.TitleParams(title, subtitle=left_out, anchor="start", fontSize=15, offset=14), description=title
        )
    )


def _whole(whole: pd.DataFrame, ink: str) -> Chart:
    """Texts in columns: a table that is part of the picture."""
    cells = []
    for row in whole.to_dict("records"):
        share = row["figure"] in _SHARES
        color = {"better": POSITIVE_COLOR, "worse": NEGATIVE_COLOR}.get(row["verdict"], ink)
        texts = {
            _BEFORE: _number(row["before"], share),
            _AFTER: _number(row["after"], share),
            "difference": _difference(row, share),
        }
        cells += [
            {"figure": row["figure"], "column": column, "text": text, "color": color if column == "difference" else ink}
            for column, text in texts.items()
        ]
    across = alt.Axis(orient="top", labelAngle=0, ticks=False, domain=False, grid=False)
    down = alt.Axis(ticks=False, domain=False, grid=False)
    return (
        alt.Chart(pd.DataFrame(cells))
        .mark_text(fontSize=13)
        .encode(
            alt.X("column:N", sort=[_BEFORE, _AFTER, "difference"], title=None, axis=across),
            alt.Y("figure:N", sort=list(whole["figure"]), title=None, axis=down),
            alt.Text("text:N"),
            alt.Color("color:N", scale=None),
        )
        .properties(width=3 * _COLUMN, height=alt.Step(_ROW))
    )


def _lfs(lfs: pd.DataFrame) -> Chart:
    names = [f"{name} ({change})" for name, change in zip(lfs["name"], lfs["change"], strict=True)]
    rows = pd.concat(
        [
            pd.DataFrame({"lf": names, "when": when}).join(
                lfs[[f"{c}_{when}" for c in _FIGURES]].set_axis(_FIGURES, axis=1).reset_index(drop=True)
            )
            for when in (_BEFORE, _AFTER)
        ],
        ignore_index=True,
    ).dropna(subset=["coverage"])
    axis = alt.Axis(labelLimit=260, ticks=False, domain=False)
    panels = [
        _panel(rows, names, axis, "coverage", "coverage of dev", "%"),
        _panel(rows, names, None, "lift", "lift over the base rate, 95 %", "+.2f"),
    ]
    return alt.hconcat(*panels, spacing=24)


def _panel(rows: pd.DataFrame, names: list[str], axis: Any, figure: str, title: str, form: str) -> Chart:
    y = alt.Y("lf:N", sort=names, title=None, scale=alt.Scale(domain=names), axis=axis)
    offset = alt.YOffset("when:N", sort=[_BEFORE, _AFTER], scale=alt.Scale(paddingOuter=0.6))
    x = alt.X(
        f"{figure}:Q", title=title, axis=alt.Axis(format=form, tickCount=5), scale=alt.Scale(zero=True, nice=True)
    )
    base = alt.Chart(rows).encode(
        y,
        offset,
        color=alt.Color("when:N", scale=_WHEN, title=None, legend=alt.Legend(orient="bottom")),
        tooltip=[
            "lf:N",
            "when:N",
            alt.Tooltip("coverage:Q", format=".2%"),
            alt.Tooltip("lift:Q", format="+.3f"),
            alt.Tooltip("n:Q", title="votes", format=","),
            alt.Tooltip("correct:Q", format=","),
            alt.Tooltip("incorrect:Q", format=","),
        ],
    )
    layers = [base.mark_point(filled=True, size=70, opacity=1).encode(x)]
    if figure == "lift":
        zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=ABSTAIN_COLOR, strokeDash=[4, 3]).encode(x="x:Q")
        layers = [
            zero,
            base.mark_rule(strokeWidth=2).encode(alt.X("lift_low:Q", title=title), alt.X2("lift_high:Q")),
            *layers,
        ]
    return alt.layer(*layers).properties(width=_PANEL, height=alt.Step(_ROW, **{"for": "position"}))


def _number(value: float, share: bool) -> str:
    return "–" if np.isnan(value) else f"{100 * value:.1f} %" if share else f"{value:.3f}"


def _difference(row: Mapping[Any, Any], share: bool) -> str:
    if np.isnan(row["difference"]):
        return "–"
    if share:
        return f"{100 * row['difference']:+.1f} points".replace("-", "−")
    interval = "" if np.isnan(row["low"]) else f" [{row['low']:+.3f}, {row['high']:+.3f}]"
    return f"{row['difference']:+.3f}{interval}".replace("-", "−")
