"""A run's results as one HTML file for stakeholders: charts and all, no request to any host."""

import json
from collections.abc import Hashable
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from weakrec_core.charts.colors import Chart
from weakrec_core.charts.results import ROW, model_figures, reliability_bars, valid_curves
from weakrec_core.charts.training import learning_curves
from weakrec_core.charts.worth import gold_learning_curve
from weakrec_core.errors import WeakrecError
from weakrec_core.runs import result_tables, test_looks
from weakrec_core.runs.inputs import label_model_named
from weakrec_core.runs.learning import how_it_went, what_the_losses_are
from weakrec_core.runs.presentation.drawn import TEMPLATES, slide_html, slide_style, theme_variables
from weakrec_core.runs.presentation.slide import ReaderLists
from weakrec_core.runs.presentation.slides import slides
from weakrec_core.runs.scores import RATING_METRICS, calibration_error, rating_intervals, read_scores, reliability_bins
from weakrec_core.runs.store import Run
from weakrec_core.runs.worth import read_worth

_CUT = 10
_HEADLINE = (f"ndcg@{_CUT}", f"hit_rate@{_CUT}", "auc", "accuracy")  # what comes first
_FONT = (
    'system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif'  # of the template, so that labels are measured right
)
_STYLE: dict[str, Any] = {
    "font": _FONT,
    "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "tickCount": 6},
    "legend": {"labelFontSize": 12},
}
_AUTOSIZE = {"type": "fit-x", "contains": "padding"}


def render_report(run: Run, lists: ReaderLists | None = None) -> str:
    """The HTML page of a finished run.

    Every text from outside (names of datasets and LFs) is escaped; Vega and its chart specs are inlined.

    Parameters
    ----------
    lists : ReaderLists, optional
        What a reader is recommended, for the slides: see `weakrec_core.serving.reader_lists`.

    Raises
    ------
    WeakrecError
        If the run has no result.
    """
    from jinja2 import Environment, FileSystemLoader

    result, intervals = result_tables.finished(run), rating_intervals(run)
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.globals |= {"figure": result_tables.figure, "title": result_tables.title}
    drawn, notes = _charts(run, result, intervals)
    return environment.get_template("report.html").render(
        run=run,
        config=run.config,
        noun=run.config.noun,
        created=datetime.fromisoformat(run.config.created).strftime("%-d %B %Y"),
        result=result,
        labels=result["labels"],
        label_model=label_model_named(run),
        headline=result_tables.headlines(result, _HEADLINE, intervals),
        how_it_went=how_it_went(run, run.epochs),
        losses=what_the_losses_are(run),
        better_rivals=result_tables.better_rivals(result),
        rankings={
            k: _cells(result_tables.figures(result, "ranking", result_tables.ranking_at(result, k)))
            for k in result_tables.cuts(result)
        },
        ratings=_cells(result_tables.figures(result, "test", _rated(result), intervals)),
        lfs=_lf_rows(run),
        looks=test_looks.sentence(run.workspace, run.config.data),
        notes=notes,
        worth=read_worth(run),
        decisions=result_tables.decisions(result).to_dict("split"),
        cut=_CUT if _CUT in result_tables.cuts(result) else None,
        charts=drawn,
        slides=[slide_html(slide) for slide in slides(run, lists, intervals)],
        slide_style=slide_style(),
        themes=(theme_variables(dark=False), theme_variables(dark=True)),
        vega=_vega(),
    )


@lru_cache(maxsize=1)
def _vega() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, safe inside a script element."""
    import altair
    import vl_convert

    version = ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    bundle: Any = vl_convert.javascript_bundle  # its annotations ask for a snippet, which it does without
    return str(bundle(vl_version=version)).replace("</script", "<\\/script")


def _rated(result: dict[str, Any]) -> list[str]:
    return [metric for metric in RATING_METRICS if metric in result["test"]]


def _cells(figures: pd.DataFrame) -> dict[str, Any]:
    """A table for the template: its columns, and for each model its cells; the best of a column is marked."""
    if figures.empty:
        return {"columns": [], "rows": []}
    wide = result_tables.wide(figures)
    values = (
        figures.pivot(index="model", columns="metric", values="value").loc[wide.index, wide.columns].to_numpy(float)
    )
    lower = np.isin(wide.columns, [result_tables.title(metric) for metric in result_tables.LOWER_IS_BETTER])
    directed = np.where(np.isnan(values), -np.inf, np.where(lower, -values, values))
    best = (directed == directed.max(axis=0)) & ~np.isnan(values)
    rows = [
        {
            "model": model,
            "own": model == result_tables.THIS_RUN,
            # The interval goes below the value: beside it, seven columns are too wide for a page.
            "cells": [(*text.partition(" ")[::2], mark) for text, mark in zip(texts, marks, strict=True)],
        }
        for model, texts, marks in zip(wide.index, wide.to_numpy(), best.tolist(), strict=True)
    ]
    return {"columns": list(wide.columns), "rows": rows}


def _lf_rows(run: Run) -> list[dict[Hashable, Any]] | str:
    """The LFs on the dev set, or why they cannot be measured any more."""
    try:
        summary = run.config.frozen_lf_set.apply(run.open_dataset()).summary()
    except WeakrecError as e:
        return str(e)
    return summary.to_dict("records")


def _charts(
    run: Run, result: dict[str, Any], intervals: result_tables.Intervals
) -> tuple[dict[str, str], dict[str, float]]:
    """Vega-Lite specs by the id of their place, and figures that belong to them."""
    drawn: dict[str, Any] = {}
    notes: dict[str, float] = {}
    if f"ndcg@{_CUT}" in result_tables.ranking_names(result):
        ranked = result_tables.figures(result, "ranking", [f"ndcg@{_CUT}"])
        drawn["ranking"] = _model_figures(ranked)
    rated = result_tables.figures(result, "test", ["auc"], intervals)
    drawn["ratings"] = _model_figures(rated)
    epochs = pd.DataFrame(run.epochs)
    if len(epochs):
        drawn["loss"] = learning_curves(epochs, "Loss on train and valid by epoch")
        if (valid := valid_curves(epochs, "Metrics on valid by epoch")) is not None:
            drawn["valid"] = valid
    if (worth := read_worth(run)) is not None:
        drawn["worth"] = gold_learning_curve(worth["curve"], "Test AUC by number of gold labels")
    scores = read_scores(run)
    if scores is not None:
        bins = reliability_bins(scores.rows)
        notes["calibration_error"] = calibration_error(bins)
        drawn["reliability"] = reliability_bars(
            bins, f"Observed share of liked {run.config.noun.many} by predicted probability"
        )
    return {place: _spec(chart) for place, chart in drawn.items()}, notes


def _model_figures(figures: pd.DataFrame) -> Chart:
    """The height is fixed: Vega-Lite warns of a chart as wide as its place and as high as its rows."""
    title = f"{figures['metric'].iloc[0]} on test of the run and its baselines"
    chart = model_figures(figures, [result_tables.THIS_RUN, result_tables.NETWORK], title)
    return chart.properties(height=ROW * int(figures["value"].notna().sum()))


def _spec(chart: Chart) -> str:
    """The spec as wide as its place and without a background, as JSON that cannot end a script element."""
    spec = (
        chart.properties(width="container", autosize=_AUTOSIZE).configure(background="transparent", **_STYLE).to_dict()
    )
    spec.pop("$schema", None)
    return json.dumps(spec, ensure_ascii=True, allow_nan=False).replace("<", "\\u003c")
