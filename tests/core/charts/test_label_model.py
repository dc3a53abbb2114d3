"""Charts: their data, what they show of it, and their text alternatives."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from weakrec_core.charts.colors import NEGATIVE_COLOR, POSITIVE_COLOR
from weakrec_core.charts.label_model import fit_losses, posterior_histogram, reliability_curve
from weakrec_core.charts.threshold import threshold_histogram, threshold_sweep, threshold_trace
from weakrec_core.charts.training import learning_curves, metric_curve
from weakrec_core.labeling.sweep import histogram, sweep
from weakrec_core.stats.domain import Domain, domain

Spec = dict[str, Any]
EPOCHS = pd.DataFrame({"epoch": [1, 2], "loss": [0.9, 0.5], "val_loss": [0.8, 0.7], "seconds": [1.0, 1.0]})
CURVES = pd.DataFrame(
    {"model": ["a", "a", "b"], "predicted": [0.1, 0.9, 0.5], "observed": [0.2, 0.8, 0.6], "rows": [5, 6, 7]}
)
VALUES = np.array([0.0, 0.1, 0.1, 0.2, 0.4, 0.5, 0.9, np.nan])
GOLD = np.array([0, 0, 1, 1, 0, 1, 1, 1], np.int8)


def units(spec: Spec, data: str | None = None, encoding: Spec | None = None) -> Iterator[tuple[Any, str, Spec]]:
    """Mark, name of the data and encoding of every layer."""
    data, encoding = spec.get("data", {}).get("name", data), (encoding or {}) | spec.get("encoding", {})
    for layer in spec.get("layer", []):
        yield from units(layer, data, encoding)
    if "mark" in spec:
        assert data is not None
        yield spec["mark"], data, encoding


def fields(encoding: Any) -> Iterator[str]:
    """Every field that an encoding reads."""
    if isinstance(encoding, dict):
        if "field" in encoding:
            yield encoding["field"]
        for value in encoding.values():
            yield from fields(value)
    elif isinstance(encoding, list):
        for value in encoding:
            yield from fields(value)


def find(spec: Spec, mark: str) -> tuple[pd.DataFrame, Spec]:
    """Data and encoding of the first layer with that mark."""
    data, encoding = next((data, e) for m, data, e in units(spec) if (m["type"] if isinstance(m, dict) else m) == mark)
    return pd.DataFrame(spec["datasets"][data]), encoding


def threshold_specs(op: str = ">", bounds: tuple[float, ...] = (0.2,), dark: bool = False) -> tuple[Spec, Spec]:
    shown = domain(VALUES)
    assert shown is not None
    bins, table = histogram(VALUES, GOLD, shown), sweep(VALUES, GOLD, op, 1, len(VALUES))
    fired = (bounds[0], np.inf) if op == ">" else (-np.inf, bounds[0])
    return (
        threshold_histogram(bins, shown, bounds, fired, "Histogram", dark),
        threshold_sweep(table, shown, bounds, 0.625, "polarity", "Sweep", dark),
    )


def all_specs() -> dict[str, Spec]:
    found = {
        "learning curves": learning_curves(EPOCHS, "learning curves").to_dict(),
        "metric": metric_curve(EPOCHS, "val_loss", "Log loss", "metric").to_dict(),
        "posterior": posterior_histogram(np.linspace(0, 1, 11), np.arange(11), "posterior").to_dict(),
        "reliability": reliability_curve(CURVES, "reliability", dark=False).to_dict(),
        "losses": fit_losses(np.array([0.5, 0.1]), "losses").to_dict(),
    }
    found["Histogram"], found["Sweep"] = threshold_specs()
    return found


@pytest.mark.parametrize(
    "title", ["learning curves", "metric", "posterior", "reliability", "losses", "Histogram", "Sweep"]
)
def test_every_chart_has_a_text_alternative_and_reads_fields_that_its_data_has(title: str) -> None:
    spec = all_specs()[title]
    assert spec["description"] == title
    layers = list(units(spec))
    assert layers
    for _, data, encoding in layers:
        read = set(fields(encoding))
        assert read
        assert read <= set(pd.DataFrame(spec["datasets"][data]).columns)
    as_values = {name: pd.DataFrame(frame).to_dict("records") for name, frame in spec["datasets"].items()}
    json.dumps(spec | {"datasets": as_values}, allow_nan=False)


def test_labels_have_their_colours_everywhere() -> None:
    assert (POSITIVE_COLOR, NEGATIVE_COLOR) == ("#14958a", "#e07b39")
    _, encoding = find(threshold_specs()[0], "bar")
    assert encoding["color"]["scale"] == {
        "domain": ["POSITIVE", "NEGATIVE"],
        "range": [POSITIVE_COLOR, NEGATIVE_COLOR],
    }
    _, encoding = find(all_specs()["posterior"], "bar")
    assert encoding["color"]["scale"]["domain"] == [0.5]
    assert encoding["color"]["scale"]["range"] == [NEGATIVE_COLOR, POSITIVE_COLOR]


def test_learning_curves() -> None:
    data, _ = find(learning_curves(EPOCHS, "t").to_dict(), "line")
    got = set(data[["epoch", "part", "value"]].itertuples(index=False, name=None))
    assert got == {(1, "train", 0.9), (2, "train", 0.5), (1, "valid", 0.8), (2, "valid", 0.7)}
    data, _ = find(learning_curves(EPOCHS[["epoch", "loss"]], "t").to_dict(), "line")
    assert data["part"].tolist() == ["train", "train"]
    assert "val_loss" in EPOCHS  # the frame is not changed


def test_metric_curve() -> None:
    data, encoding = find(metric_curve(EPOCHS, "val_loss", "Log loss", "t").to_dict(), "line")
    assert data[["epoch", "value"]].to_numpy().tolist() == [[1, 0.8], [2, 0.7]]
    assert encoding["y"]["title"] == "Log loss"


def test_posterior_histogram() -> None:
    data, _ = find(posterior_histogram(np.array([0.0, 0.01, 0.5, 1.0]), np.array([1, 2, 3, 4]), "t").to_dict(), "bar")
    assert len(data) == 40
    assert data["rows"].to_numpy()[[0, 20, 39]].tolist() == [3, 3, 4]
    assert data["rows"].sum() == 10
    assert (data["low"].iloc[0], data["high"].iloc[-1]) == (0, 1)


def test_reliability_has_the_diagonal_under_the_models() -> None:
    spec = all_specs()["reliability"]
    (_, diagonal, at), (_, lines, encoding) = units(spec)
    assert spec["datasets"][diagonal] == [{"p": 0.0}, {"p": 1.0}]
    assert (at["x"]["field"], at["y"]["field"]) == ("p", "p")
    assert pd.DataFrame(spec["datasets"][lines]).equals(CURVES)
    assert encoding["x"]["scale"]["domain"] == encoding["y"]["scale"]["domain"] == [0, 1]


def test_fit_losses() -> None:
    data, encoding = find(all_specs()["losses"], "line")
    assert data.to_dict("list") == {"epoch": [1, 2], "loss": [0.5, 0.1]}
    assert encoding["y"]["scale"]["type"] == "log"


def test_the_part_that_votes_is_shaded_within_what_is_shown() -> None:
    shown = Domain(0.0, 1.0)
    bins = histogram(VALUES, GOLD, shown)
    for fired, zone in (((0.2, np.inf), (0.2, 1.0)), ((-np.inf, 0.2), (0.0, 0.2)), ((0.1, 0.3), (0.1, 0.3))):
        spec = threshold_histogram(bins, shown, (0.2,), fired, "t", dark=False)
        data, _ = find(spec, "rect")
        assert data.to_numpy().tolist() == [list(zone)]
        bars, _ = find(spec, "bar")
        pd.testing.assert_frame_equal(bars[bins.columns.tolist()], bins)


@pytest.mark.parametrize("bounds", [(0.2,), (0.1, 0.3)])
def test_the_threshold_is_a_line_in_both(bounds: tuple[float, ...]) -> None:
    for spec in threshold_specs(bounds=bounds):
        assert spec["datasets"]["rules"]["at"].tolist() == list(bounds)
        light, dark = (
            [m["color"] for m, data, _ in units(s) if data == "rules"]
            for s in (spec, threshold_specs(bounds=bounds, dark=True)[spec["description"] == "Sweep"])
        )
        assert light != dark


def test_both_have_the_same_x_axis() -> None:
    bars, sweep_ = threshold_specs()
    scales = [e["x"]["scale"]["domain"] for s in (bars, sweep_) for _, _, e in units(s) if "scale" in e.get("x", {})]
    assert len(scales) >= 4
    assert all(scale == scales[0] for scale in scales)


def test_the_sweep_reads_values_in_the_browser_and_picks_a_threshold_by_a_click() -> None:
    spec = threshold_specs()[1]
    params = {p["name"]: p["select"] for p in spec["params"]}
    assert params["pick"]["fields"] == params["hover"]["fields"] == ["threshold"]
    assert (params["pick"]["on"], params["hover"]["on"]) == ("click", "pointermove")
    tips = [{t["field"] for t in e["tooltip"]} for _, data, e in units(spec) if data == "table" and "tooltip" in e]
    assert tips == [{"threshold", "precision", "ci_low", "ci_high", "lift", "n", "coverage"}]
    assert spec["datasets"]["rate"].to_dict("records") == [{"y": 0.625, "text": "base rate 0.62"}]


def test_a_spike_is_cut_and_says_how_many_rows_it_has() -> None:
    """Of 1,000 rows at 0 the others would be a line along the axis."""
    shown = Domain(-1.0, 1.0)
    values, gold = np.r_[np.zeros(1000), np.linspace(-1, 1, 97)], (np.arange(1097) % 4 > 0).astype(np.int8)
    bins = histogram(values, gold, shown)
    spec = threshold_histogram(bins, shown, (0.3,), (0.3, np.inf), "t", dark=False)
    bars, encoding = find(spec, "bar")
    assert encoding["y"]["field"] == "height"
    spike = bars[bars.groupby("low")["rows"].transform("sum") > 100]
    others = bars.drop(spike.index)
    assert spec["datasets"]["cut"]["text"].tolist() == [f"↑ {spike['rows'].sum():,}"]
    assert encoding["y"]["scale"]["domain"][1] == pytest.approx(spike["height"].sum())
    assert spike["height"].sum() < 2 * others.groupby("low")["rows"].sum().max()
    np.testing.assert_allclose(spike["height"] / spike["height"].sum(), spike["rows"] / spike["rows"].sum())
    assert (others["height"] == others["rows"]).all()
    even = threshold_histogram(histogram(VALUES, GOLD, shown), shown, (0.3,), (0.3, np.inf), "t", dark=False)
    assert even["datasets"]["cut"].empty


def test_coverage_and_gain_lie_under_the_precision_over_the_threshold_or_over_coverage() -> None:
    table = sweep(VALUES, GOLD, ">=", 1, len(VALUES))
    table = table.assign(set_log_loss=0.6, set_gain=np.where(np.arange(len(table)) % 2, 0.01, np.nan))
    for over, shown in (("threshold", Domain(0.0, 0.5)), ("coverage", Domain(0.0, 1.0))):
        precision = threshold_sweep(table, shown, (0.2,), 0.625, "x", "t", dark=False, over=over)
        gain, coverage = (threshold_trace(table, shown, (0.2,), c, "t", False, over) for c in ("set_gain", "coverage"))
        for spec in (precision, gain, coverage):
            data, encoding = find(spec, "line")
            assert (encoding["x"]["field"], encoding["x"]["scale"]["domain"]) == (over, [shown.low, shown.high])
            assert data[over].between(shown.low, shown.high).all()
        assert find(gain, "line")[0]["set_gain"].eq(0.01).all()
        assert len(find(coverage, "line")[0]) == len(find(precision, "line")[0])


def test_the_sweep_shows_what_the_axis_shows() -> None:
    table = sweep(VALUES, GOLD, ">=", 1, len(VALUES))
    spec = threshold_sweep(table, Domain(0.1, 0.5), (0.2,), 0.625, "polarity", "t", dark=False)
    assert spec["datasets"]["table"]["threshold"].tolist() == [0.1, 0.2, 0.4, 0.5]
    lowest = min(spec["datasets"]["table"]["ci_low"].min(), 0.625)
    (low, high) = next(e["y"]["scale"]["domain"] for _, data, e in units(spec) if data == "table" and "y" in e)
    assert low <= lowest
    assert high == 1
    empty = threshold_sweep(table, Domain(5.0, 6.0), (5.5,), 0.625, "polarity", "t", dark=False)
    assert empty["datasets"]["table"].empty
    assert "NaN" not in json.dumps({k: v for k, v in empty.items() if k != "datasets"})


def test_an_edit_does_not_change_a_chart_drawn_before() -> None:
    first = threshold_specs(bounds=(0.2,))
    kept = [json.dumps({k: v for k, v in s.items() if k != "datasets"}) for s in first]
    for other in (threshold_specs("<", bounds=(0.4,)), threshold_specs(bounds=(0.2,))):
        other[0]["layer"].clear()
        other[1]["layer"].clear()
    again = threshold_specs(bounds=(0.2,))
    assert [json.dumps({k: v for k, v in s.items() if k != "datasets"}) for s in again] == kept
    assert first[0]["datasets"]["rules"]["at"].tolist() == [0.2]
