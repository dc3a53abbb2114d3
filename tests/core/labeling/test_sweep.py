"""What a threshold would do, at every threshold."""

import operator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binomtest

from weakrec_core.errors import SpecError
from weakrec_core.labeling.sweep import best_threshold, cheapest_threshold, costs, histogram, sweep
from weakrec_core.stats.domain import Domain, domain

COMPARE = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
ROW = st.tuples(st.one_of(st.just(np.nan), st.sampled_from([-1.0, 0.0, 0.25, 0.5, 3.0])), st.integers(-1, 1))
ROWS = st.lists(ROW, max_size=30)


def arrays(rows: list[tuple[float, int]]) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    values, gold = zip(*rows, strict=True) if rows else ((), ())
    return np.array(values, np.float64), np.array(gold, np.int8)


def brute_force(values: NDArray[np.float64], gold: NDArray[np.int8], op: str, label: int, total: int) -> pd.DataFrame:
    records = []
    for threshold in sorted(set(values[~np.isnan(values)])):
        fires = [bool(COMPARE[op](v, threshold)) for v in values]
        of_gold = [int(g) for g, f in zip(gold, fires, strict=True) if f and g >= 0]
        if not of_gold:
            continue
        n, correct = len(of_gold), sum(g == label for g in of_gold)
        interval = binomtest(correct, n).proportion_ci(method="wilson")
        base_rate = np.mean(gold[gold >= 0] == label)
        records.append(
            {"threshold": threshold, "n": n, "correct": correct, "incorrect": n - correct}
            | {"missing": sum(g == label and not f for g, f in zip(gold, fires, strict=True)), "precision": correct / n}
            | {"ci_low": interval.low, "ci_high": interval.high, "coverage": sum(fires) / total}
            | {"lift": correct / n - base_rate}
        )
    return pd.DataFrame(records)


@settings(max_examples=60)
@given(ROWS, st.sampled_from(list(COMPARE)), st.sampled_from([0, 1]))
def test_equals_brute_force(rows: list[tuple[float, int]], op: str, label: int) -> None:
    values, gold = arrays(rows)
    found, want = sweep(values, gold, op, label, max(len(rows), 1)), brute_force(values, gold, op, label, len(rows))
    assert len(found) == len(want)
    if len(want):
        assert found.columns.tolist() == want.columns.tolist()
        np.testing.assert_allclose(found.to_numpy(float), want.to_numpy(float), atol=1e-12)


@pytest.mark.parametrize("op", list(COMPARE))
@pytest.mark.parametrize(("scale", "digits"), [(1.0, 3), (1000.0, 0), (1e-5, 8), (1e9, 0)])
def test_many_values_are_swept_at_round_thresholds(op: str, scale: float, digits: int) -> None:
    rng = np.random.default_rng(0)
    values, gold = rng.normal(size=5000) * scale, rng.integers(0, 2, 5000).astype(np.int8)
    table = sweep(values, gold, op, 1, 5000)
    assert 100 <= len(table) <= 160
    assert table["threshold"].is_monotonic_increasing
    np.testing.assert_array_equal(table["threshold"], table["threshold"].round(digits))
    for row in table.iloc[::20].itertuples():
        fires = COMPARE[op](values, row.threshold)
        assert (row.n, row.correct) == (fires.sum(), (fires & (gold == 1)).sum())
        assert row.coverage == pytest.approx(fires.mean())


@settings(max_examples=60)
@given(ROWS, st.sampled_from(list(COMPARE)), st.sampled_from([0.0, 0.2, 0.5, 0.8, 0.99]))
def test_the_best_threshold_has_the_most_coverage_of_those_allowed(
    rows: list[tuple[float, int]], op: str, precision: float
) -> None:
    values, gold = arrays(rows)
    table = sweep(values, gold, op, 1, max(len(rows), 1))
    best = best_threshold(table, precision)
    allowed = [row for row in table.itertuples() if row.ci_low >= precision]
    if best is None:
        assert not allowed
    else:
        (row,) = table[table["threshold"] == best].itertuples()
        assert row.ci_low >= precision
        assert row.coverage == max(other.coverage for other in allowed)


def test_the_best_threshold_needs_its_interval_above_the_precision() -> None:
    """Nine of ten are right at 1 and 90 of 100 at 0: the same precision, and only the second is sure of 0.8."""
    values = np.array([1.0] * 10 + [0.0] * 90)
    gold = np.array([1] * 9 + [0] + [1] * 81 + [0] * 9, np.int8)
    table = sweep(values, gold, ">=", 1, 100)
    assert table["precision"].tolist() == [0.9, 0.9]
    assert best_threshold(table, 0.8) == 0.0
    assert best_threshold(table.iloc[1:], 0.8) is None
    assert best_threshold(table, 0.85) is None
    assert best_threshold(table.iloc[:0], 0.0) is None


@given(ROWS, st.sampled_from(list(COMPARE)), st.floats(0, 10), st.floats(0.01, 10))
def test_the_cheapest_threshold_costs_no_more_than_any_other(
    rows: list[tuple[float, int]], op: str, wrong: float, missing: float
) -> None:
    values, gold = arrays(rows)
    table = sweep(values, gold, op, 1, max(len(rows), 1))
    cheapest = cheapest_threshold(table, wrong, missing)
    if cheapest is None:
        assert table.empty
        return

    def cost(threshold: float) -> float:
        fires = COMPARE[op](values, threshold)
        return wrong * int((fires & (gold == 0)).sum()) + missing * int((~fires & (gold == 1)).sum())

    np.testing.assert_allclose(costs(table, wrong, missing), [cost(t) for t in table["threshold"]])
    assert cost(cheapest) == pytest.approx(min(map(cost, table["threshold"])))


@pytest.mark.parametrize(("wrong", "missing"), [(0.0, 0.0), (-1.0, 1.0), (1.0, np.nan), (np.inf, 1.0)])
def test_costs_that_say_nothing_are_refused(wrong: float, missing: float) -> None:
    table = sweep(np.array([0.0, 1.0]), np.array([0, 1], np.int8), ">=", 1, 2)
    with pytest.raises(SpecError, match="costs are 0 or more"):
        cheapest_threshold(table, wrong, missing)


@pytest.mark.parametrize("values", [[], [np.nan, np.nan], [0.5, np.nan]])
def test_nothing_to_sweep(values: list[float]) -> None:
    gold = np.full(len(values), -1, np.int8)
    assert sweep(np.array(values), gold, ">", 1, len(values)).empty
    assert sweep(np.array(values), np.ones(len(values), np.int8), ">", 1, len(values)).empty


# --- histogram and the range that is shown


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.one_of(st.just(np.nan), st.floats(-20, 60)), st.integers(-1, 1)), max_size=40), st.booleans()
)
def test_every_row_with_gold_is_in_the_bin_of_its_value(rows: list[tuple[float, int]], whole: bool) -> None:
    values, gold = arrays(rows)
    values = np.round(values) if whole else values
    shown = domain(values)
    if shown is None:
        assert np.isnan(values).all()
        return
    table = histogram(values, gold, shown)
    for label, name in ((0, "NEGATIVE"), (1, "POSITIVE")):
        part = table[table["label"] == name]
        known = values[(gold == label) & ~np.isnan(values)]
        assert part["rows"].sum() == len(known)
        for bin_ in part.iloc[1:-1].itertuples():
            assert bin_.rows == ((known >= bin_.low) & (known < bin_.high)).sum()
        np.testing.assert_array_equal(part["low"].iloc[1:], part["high"].iloc[:-1])


def test_counts_have_a_bin_each() -> None:
    values = np.array([0.0, 1, 1, 2, 5, np.nan, 2])
    gold = np.array([1, 1, 0, 0, 1, 1, -1], np.int8)
    table = histogram(values, gold, Domain(0, 5))
    assert ((table["low"] + table["high"]) / 2).tolist() == [0, 1, 2, 3, 4, 5] * 2
    assert table["rows"].tolist() == [0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1]
    assert table["label"].tolist() == ["NEGATIVE"] * 6 + ["POSITIVE"] * 6
    assert len(histogram(values + 0.5, gold, Domain(0, 5), bins=20)) == 40


def test_what_lies_beyond_is_in_the_outermost_bins() -> None:
    values, gold = np.array([-9.5, 0.25, 0.75, 99.5]), np.ones(4, np.int8)
    table = histogram(values, gold, Domain(0, 1), bins=4)
    assert table["rows"].tolist() == [0, 0, 0, 0, 1, 1, 0, 2]


def test_the_range_cuts_off_long_tails() -> None:
    values = np.concatenate([np.linspace(0, 1, 10_000), [1e6, np.nan]])
    shown = domain(values)
    assert shown is not None
    assert shown.low == pytest.approx(0.0005, abs=1e-4)
    assert shown.high == pytest.approx(1, abs=1e-3)
    assert domain(np.array([3.0, 3.0])) == Domain(2.5, 3.5)
    assert domain(np.array([np.nan])) is None
    assert domain(np.zeros(0)) is None
