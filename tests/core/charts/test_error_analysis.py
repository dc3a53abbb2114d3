"""Charts of the error analysis: valid Vega-Lite over the values given."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from weakrec_core.charts.error_analysis import distance_bars, pair_heat_map, slice_intervals
from weakrec_core.error_analysis import near_threshold
from weakrec_core.error_analysis.pairs import pair_table
from weakrec_core.error_analysis.slices import Slicing, slice_table
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.labeling.vote_patterns import group_votes

L = np.random.default_rng(0).integers(-1, 2, (60, 3)).astype(np.int8)


def data(spec: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([row for rows in spec["datasets"].values() for row in rows])


@pytest.mark.parametrize("field", ["overlap", "conflict", "beyond_chance", "correlation"])
@pytest.mark.parametrize("dark", [False, True])
def test_heat_map(field: str, dark: bool) -> None:
    pairs = pair_table(group_votes(L, (L[:, 0] == 1).astype(np.int8))[0], ["a", "b", "c"])
    spec = pair_heat_map(pairs, ["a", "b", "c"], field, "text", dark).to_dict()
    assert len(data(spec)) == pairs[field].notna().sum()
    assert spec["description"] == "text"


def test_slices_keep_the_order_of_the_table() -> None:
    codes = np.repeat([0, 1, 2], 40)
    correct = np.concatenate([np.ones(40), np.zeros(40), np.tile([0, 1], 20)]).astype(int)
    table = slice_table([Slicing("x_y", ["a", "b", "c"], codes)], correct, np.ones(120, bool))
    spec = slice_intervals(table, 0.5, "text").to_dict()
    assert spec["layer"][1]["encoding"]["y"]["sort"] == ["x y: b", "x y: c", "x y: a"]


def test_bars_are_named_by_the_range_they_stand_for() -> None:
    spec = {"kind": "threshold", "name": "t", "signal": "polarity", "op": ">", "threshold": 0.5, "label": "POSITIVE"}
    table = near_threshold.errors_by_distance(
        parse_lf(spec), np.linspace(0, 1, 50), np.tile([0, 1], 25).astype(np.int8)
    )  # type: ignore[arg-type]
    chart = distance_bars(table, "text").to_dict()
    labels = chart["layer"][0]["encoding"]["x"]["axis"]["labelExpr"]
    assert labels.count(",") == len(table) - 1 and labels.startswith("['0 to ")
