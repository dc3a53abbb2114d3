"""Slices: what is worse is found, what is noise is not."""

from typing import Any

import numpy as np
import pytest

from weakrec_core.data.dataset import Dataset
from weakrec_core.error_analysis.slices import BY_DEFAULT, Slicing, cut, slice_table
from weakrec_core.errors import SpecError
from weakrec_core.labeling.apply import Applier
from weakrec_core.signals import SIGNALS, SignalStore


def sliced(size: int, n_slices: int, rng: np.random.Generator, right: list[float]) -> tuple[Slicing, np.ndarray]:
    codes = np.repeat(np.arange(n_slices), size)
    correct = (rng.random(len(codes)) < np.array(right)[codes]).astype(np.int8)
    return Slicing("x", [f"s{i}" for i in range(n_slices)], codes), correct


def test_a_literal_table() -> None:
    codes = np.array([0] * 30 + [1] * 30 + [2] * 5)
    correct = np.array([1] * 9 + [0] * 21 + [1] * 28 + [0] * 2 + [0] * 4 + [-1])
    covered = np.array([True] * 64 + [False])
    table = slice_table([Slicing("x", ["low", "high", "tiny", "none"], codes)], correct, covered).set_index("slice")
    assert table.index.tolist() == ["low", "high", "tiny"]
    assert table["verdict"].tolist() == ["worse", "better", "too few rows"]
    assert table.loc["low", ["rows", "n", "correct", "accuracy"]].tolist() == [30, 30, 9, 0.3]
    assert table.loc["low", "difference"] == pytest.approx(0.3 - 28 / 34)
    assert table.loc["tiny", ["rows", "n", "coverage"]].tolist() == [5, 4, 0.8]
    assert np.isnan(table.loc["tiny", "p_value"])


def test_of_many_slices_of_pure_noise_hardly_one_is_called_worse() -> None:
    """Uncorrected, 5 % of the slices would be: about 60 of these 1,200."""
    rng = np.random.default_rng(0)
    called = 0
    for _ in range(30):
        slicing, correct = sliced(60, 40, rng, [0.7] * 40)
        table = slice_table([slicing], correct, np.ones(len(correct), bool))
        called += int(table["verdict"].isin(["worse", "better"]).sum())
    assert called <= 4


def test_a_real_difference_is_found_among_many_slices() -> None:
    slicing, correct = sliced(200, 40, np.random.default_rng(0), [0.5] + [0.75] * 39)
    table = slice_table([slicing], correct, np.ones(len(correct), bool))
    assert table["verdict"].tolist().count("worse") == 1
    assert table["slice"][0] == "s0"  # worst first


@pytest.mark.parametrize("by", [*BY_DEFAULT, *(s.name for s in SIGNALS.values() if s.installed)])
def test_every_way_to_cut_puts_every_row_into_one_slice(demo: Dataset, by: str) -> None:
    slicing = cut(demo, SignalStore(demo), "dev", by)
    assert len(slicing.codes) == demo.n_rows("dev")
    assert slicing.codes.min() >= 0 and slicing.codes.max() < len(slicing.names)
    assert len(set(slicing.names)) == len(slicing.names)


def test_quartiles_do_not_part_equal_values_and_name_their_range(demo: Dataset) -> None:
    signals = SignalStore(demo)
    slicing, values = cut(demo, signals, "dev", "history_length"), signals.values("history_length", "dev")
    for value in np.unique(values):
        assert len(set(slicing.codes[values == value])) == 1
    shares = np.bincount(slicing.codes) / len(values)
    assert np.allclose(shares[:4], 0.25, atol=0.05)
    assert slicing.names[0].endswith("books") and slicing.names[-1] == "not known"


def test_rows_without_a_review_are_a_slice_of_their_own(make_dataset: Any) -> None:
    texts = [
        "A long enough review in plain English, about a book that I loved very much.",
        None,
        "short",
        "Das ist ein Buch, das mir sehr gefallen hat, und ich würde es jedem empfehlen.",
    ]
    dataset = make_dataset(texts)
    slicing = cut(dataset, SignalStore(dataset), "dev", "language")
    assert [slicing.names[code] for code in slicing.codes] == ["en", "no review", "too short to tell", "de"]


def test_an_unknown_signal_is_named(demo_applier: Applier) -> None:
    with pytest.raises(SpecError, match="no signal 'gone'"):
        cut(demo_applier.dataset, demo_applier.signals, "dev", "gone")
