"""Charts of results: valid specs that hold what was given."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import vl_convert

from weakrec_core.charts.results import differences, model_figures, reliability_bars, valid_curves


def rows_of(spec: dict[str, Any]) -> list[list[dict[str, Any]]]:
    return list(spec["datasets"].values())


def test_models_without_a_figure_are_left_out_and_the_run_is_highlighted() -> None:
    figures = pd.DataFrame(
        {
            "model": ["This run", "Constant", "EASE"],
            "metric": "NDCG@10",
            "value": [0.2, np.nan, 0.19],
            "low": [0.15, np.nan, np.nan],
            "high": [0.25, np.nan, np.nan],
        }
    )
    spec = model_figures(figures, ["This run"], "NDCG").to_dict()
    (rows,) = rows_of(spec)
    assert [(r["model"], r["own"]) for r in rows] == [("This run", True), ("EASE", False)]
    assert spec["height"] == {"step": 24} and spec["description"] == "NDCG"


def test_curves_of_valid_metrics_leave_the_loss_out() -> None:
    epochs = pd.DataFrame({"epoch": [1, 2], "loss": [0.7, 0.6], "val_loss": [0.7, 0.6], "val_auc": [0.6, 0.7]})
    chart = valid_curves(epochs, "valid")
    assert chart is not None
    (rows,) = rows_of(chart.to_dict())
    assert {(r["metric"], r["value"]) for r in rows} == {("AUC", 0.6), ("AUC", 0.7)}
    assert valid_curves(epochs.drop(columns="val_auc"), "valid") is None


def test_reliability_has_a_diagonal() -> None:
    bins = pd.DataFrame({"predicted": [0.2], "observed": [0.3], "low": [0.1], "high": [0.5], "rows": [10]})
    spec = reliability_bars(bins, "reliability").to_dict()
    assert {len(rows) for rows in rows_of(spec)} == {1, 2}
    assert len(spec["layer"]) == 4


def test_differences_of_several_pairs_stand_apart() -> None:
    one = {"metric": "AUC", "difference": 0.1, "low": 0.05, "high": 0.15, "verdict": "better"}
    single = differences(pd.DataFrame([one | {"pair": "a"}]), "d").to_dict()
    double = differences(pd.DataFrame([one | {"pair": "a"}, one | {"pair": "b"}]), "d").to_dict()
    assert "yOffset" not in single["layer"][1]["encoding"]
    assert double["layer"][1]["encoding"]["yOffset"]["field"] == "pair"
    assert double["height"]["step"] > single["height"]["step"]


def test_percentages_are_written_as_in_texts() -> None:
    chart = alt.Chart(pd.DataFrame({"a": [0.0, 1.0]})).mark_point().encode(alt.X("a", axis=alt.Axis(format=".0%")))
    svg = vl_convert.vegalite_to_svg(chart.to_dict())
    assert ">100 %<" in svg and "100%" not in svg
