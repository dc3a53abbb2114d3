"""Signals are computed once and kept by the content of the dataset."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from weakrec_core.data.dataset import SPLITS
from weakrec_core.errors import SpecError
from weakrec_core.signals import SignalStore
from weakrec_core.signals.registry import FAMILIES, SIGNALS, Family, Signal
from weakrec_core.workspace import Workspace

TEXTS = ["good", None, "", "very bad!", None]


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Register signals ``size`` and ``half`` of a text; the texts they are asked about are collected."""
    asked: list[str] = []

    def of_text(text: str) -> Sequence[float]:
        asked.append(text)
        return len(text), len(text) / 2

    signals = tuple(Signal(name, "a test", "characters", "no review") for name in ("size", "half"))
    for signal in signals:
        monkeypatch.setitem(SIGNALS, signal.name, signal)
        monkeypatch.setitem(FAMILIES, signal.name, Family(signals, 1, of_text=of_text))
    return asked


def test_values_and_rows_without_a_review(make_dataset: Any, probe: list[str]) -> None:
    store = SignalStore(make_dataset(TEXTS))
    np.testing.assert_array_equal(store.values("size", "dev"), [4, np.nan, 0, 9, np.nan])
    np.testing.assert_array_equal(store.values("half", "dev"), [2, np.nan, 0, 4.5, np.nan])
    assert probe == ["good", "", "very bad!"]
    assert store.values("size", "dev").dtype == np.float64
    with pytest.raises(ValueError, match="read-only"):
        store.values("size", "dev")[0] = 1


def test_no_review_at_all(make_dataset: Any, probe: list[str]) -> None:
    store = SignalStore(make_dataset([None] * 3))
    assert np.isnan(store.values("size", "train")).all()
    assert probe == []


def test_what_is_on_disk_is_not_computed_again(make_dataset: Any, probe: list[str], workspace: Workspace) -> None:
    dataset = make_dataset(TEXTS)
    first = SignalStore(dataset).values("size", "dev")
    probe.clear()
    np.testing.assert_array_equal(SignalStore(dataset).values("size", "dev"), first)
    same_content = make_dataset(TEXTS, name="other")
    np.testing.assert_array_equal(SignalStore(same_content).values("half", "dev"), first / 2)
    assert probe == []
    SignalStore(make_dataset([*TEXTS[:-1], "more"], name="more")).values("size", "dev")
    assert len(probe) == 4
    assert not list((workspace.root / "cache").rglob("*.tmp"))


def test_a_new_version_is_computed_again(make_dataset: Any, probe: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = make_dataset(TEXTS)
    SignalStore(dataset).values("size", "dev")
    probe.clear()
    family = Family(FAMILIES["size"].signals, 2, of_text=lambda text: (-1.0, -2.0))
    for name in ("size", "half"):
        monkeypatch.setitem(FAMILIES, name, family)
    np.testing.assert_array_equal(SignalStore(dataset).values("size", "dev"), [-1, np.nan, -1, -1, np.nan])


def test_precompute_does_what_is_missing_and_says_how_far_it_is(make_dataset: Any) -> None:
    dataset = make_dataset([t and t * 3 for t in TEXTS] * 3)
    store = SignalStore(dataset)
    store.values("polarity", "dev")
    missing = store.missing()
    assert len(missing) == len(set(FAMILIES.values())) * len(SPLITS) - 1
    seen: list[tuple[float, str]] = []
    store.precompute(lambda fraction, message: seen.append((fraction, message)))
    fractions = [fraction for fraction, _ in seen]
    assert np.diff(fractions).min() > -1e-9
    assert fractions[0] == 0
    assert fractions[-1] == pytest.approx(1)
    assert any("polarity" in message and "train" in message for _, message in seen)
    assert SignalStore(dataset).missing() == []
    store.precompute()  # nothing left to do


def test_a_pool_gives_the_same_values(make_dataset: Any) -> None:
    texts = [f"text {'!' * (i % 7)}" if i % 3 else None for i in range(2000)]
    alone = SignalStore(make_dataset(texts, name="alone"))
    values = {split: alone.values("exclamation_marks", split) for split in SPLITS}
    (files,) = (alone._dir.parent).iterdir()
    for path in files.rglob("*.npy"):
        path.unlink()
    with ThreadPoolExecutor(2) as pool:
        for split in SPLITS:
            with_pool = SignalStore(alone.dataset, pool).values("exclamation_marks", split)
            np.testing.assert_array_equal(with_pool, values[split])
    assert list(files.rglob("*.npy"))


def test_two_threads_computing_the_same_signal(make_dataset: Any) -> None:
    """As two browser tabs do; both write the same file."""
    dataset = make_dataset(["word " * (i % 50) for i in range(600)])
    with ThreadPoolExecutor(4) as threads:
        tasks = [threads.submit(SignalStore(dataset).values, "review_length", "train") for _ in range(4)]
        results = [task.result() for task in tasks]
    for values in results:
        np.testing.assert_array_equal(values, [5 * (i % 50) for i in range(600)])


def test_unknown_names(make_dataset: Any) -> None:
    with pytest.raises(SpecError, match=r"no signal 'polarty' in dataset 'tiny'; the signals are .*polarity"):
        SignalStore(make_dataset(["x"])).values("polarty", "dev")


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"PK\x03\x04", b"none of it"])
def test_a_damaged_file_is_computed_again(make_dataset: Any, probe: list[str], content: bytes) -> None:
    dataset = make_dataset(TEXTS)
    whole = SignalStore(dataset).values("size", "dev")
    (path,) = dataset.workspace.signals.glob("*/dev/size-v1.npy")
    for damage in (content, path.read_bytes()[:-8]):
        path.write_bytes(damage)
        np.testing.assert_array_equal(SignalStore(dataset).values("size", "dev"), whole)
    np.save(path, np.zeros(2))  # of other rows
    np.testing.assert_array_equal(SignalStore(dataset).values("size", "dev"), whole)
