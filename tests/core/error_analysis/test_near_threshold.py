"""What happens around a threshold, by hand."""

from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.error_analysis.near_threshold import (
    errors_by_distance,
    nearest_rows,
    price_of_a_step,
    signed_distance,
)
from weakrec_core.labeling.kinds import ThresholdLF
from weakrec_core.labeling.parsing import parse_lf

VALUES = np.array([0.1, 0.29, 0.3, 0.305, 0.4, 0.9, np.nan])
GOLD = np.array([0, 1, 0, 1, 0, 1, 1], np.int8)


def lf(op: str = ">", **bounds: float) -> ThresholdLF:
    spec: dict[str, Any] = {"kind": "threshold", "name": "t", "signal": "polarity", "op": op, "label": "POSITIVE"}
    return cast(ThresholdLF, parse_lf(spec | (bounds or {"threshold": 0.3})))


def test_the_nearest_rows_on_both_sides() -> None:
    votes, abstains = nearest_rows(lf(), VALUES, 2)
    assert votes.tolist() == [3, 4]
    assert abstains.tolist() == [2, 1]
    votes, abstains = nearest_rows(lf("<="), VALUES, 9)
    assert votes.tolist() == [2, 1, 0]
    assert abstains.tolist() == [3, 4, 5]


@given(
    st.lists(st.floats(-5, 5) | st.just(float("nan")) | st.sampled_from([1.0, 2.0]), max_size=30),
    st.sampled_from([">", ">=", "<", "<=", "between"]),
)
def test_the_sign_of_the_distance_is_the_vote(values: list[float], op: str) -> None:
    one = lf(op, low=1.0, high=2.0) if op == "between" else lf(op, threshold=1.0)
    at = np.array(values, float)
    distance = signed_distance(one, at)
    assert (distance >= 0).tolist() == one.fires(at).tolist()
    assert np.isnan(distance).tolist() == np.isnan(at).tolist()


def test_the_price_of_a_step() -> None:
    table = price_of_a_step(lf(), VALUES, GOLD, 0.01)
    assert table["move"].tolist() == ["threshold 0.3 → 0.29", "threshold 0.3 → 0.31"]
    assert table[["rows", "correct", "errors"]].to_numpy().tolist() == [[1, 0, 1], [-1, -1, 0]]


def test_each_end_of_a_range_is_moved_by_itself() -> None:
    table = price_of_a_step(lf("between", low=0.29, high=0.3), VALUES, GOLD, 0.01)
    assert table["move"].tolist() == ["low 0.29 → 0.28", "low 0.29 → 0.3", "high 0.3 → 0.29", "high 0.3 → 0.31"]
    assert table["rows"].tolist() == [0, -1, -1, 1]
    assert len(price_of_a_step(lf("between", low=0.3, high=0.3), VALUES, GOLD, 0.01)) == 2  # the others would cross


def test_errors_by_distance() -> None:
    table = errors_by_distance(lf(), VALUES, GOLD)
    assert table["side"].tolist() == ["would vote"] * 3 + ["votes"] * 3
    assert table["n"].sum() == 6
    assert table["errors"].tolist() == [1, 0, 1, 0, 1, 0]
    assert table["middle"].is_monotonic_increasing
    assert (table["ci_low"] <= table["error_rate"]).all() and (table["error_rate"] <= table["ci_high"]).all()


def test_equal_values_are_never_parted() -> None:
    values = np.repeat([1.0, 2.0, 3.0], 50)
    table = errors_by_distance(lf(">=", threshold=2.0), values, np.ones(150, np.int8))
    assert table["low"].tolist() == table["high"].tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("threshold", [-1.0, 2.0])
def test_one_side_may_be_empty(threshold: float) -> None:
    table = errors_by_distance(lf(threshold=threshold), VALUES, GOLD)
    assert table["side"].nunique() == 1 and table["n"].sum() == 6
    assert errors_by_distance(lf(), np.full(3, np.nan), GOLD[:3]).empty
