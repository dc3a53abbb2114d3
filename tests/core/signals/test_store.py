"""Signals are computed once and kept by the content of the dataset."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from weakrec_core.data.dataset import SPLITS
from weakrec_core.errors import SpecError
from weakrec_core.signals import SignalStore, store
from weakrec_core.signals.registry import FAMILIES, SIGNALS, Family, Signal
from weakrec_core.signals.scored_texts import ScoredTexts
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
    signals = SignalStore(make_dataset(TEXTS))
    np.testing.assert_array_equal(signals.values("size", "dev"), [4, np.nan, 0, 9, np.nan])
    np.testing.assert_array_equal(signals.values("half", "dev"), [2, np.nan, 0, 4.5, np.nan])
    assert probe == ["good", "", "very bad!"]
    assert signals.values("size", "dev").dtype == np.float64
    with pytest.raises(ValueError, match="read-only"):
        signals.values("size", "dev")[0] = 1


def test_no_review_at_all(make_dataset: Any, probe: list[str]) -> None:
    signals = SignalStore(make_dataset([None] * 3))
    assert np.isnan(signals.values("size", "train")).all()
    assert probe == []


def test_what_is_on_disk_is_not_computed_again(make_dataset: Any, probe: list[str], workspace: Workspace) -> None:
    dataset = make_dataset(TEXTS)
    first = SignalStore(dataset).values("size", "dev")
    probe.clear()
    np.testing.assert_array_equal(SignalStore(dataset).values("size", "dev"), first)
    same_content = make_dataset(TEXTS, name="other")
    np.testing.assert_array_equal(SignalStore(same_content).values("half", "dev"), first / 2)
    assert probe == []
    more = SignalStore(make_dataset(["more", *TEXTS, "more"], name="more")).values("size", "dev")
    np.testing.assert_array_equal(more, [4, *first, 4])
    assert probe == ["more"]  # a text that was read for another dataset is known
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
    signals = SignalStore(dataset)
    signals.values("polarity", "dev")
    missing = signals.missing()
    there = {family for name, family in FAMILIES.items() if SIGNALS[name].installed}
    assert len(missing) == len(there) * len(SPLITS) - 1
    seen: list[tuple[float, str]] = []
    signals.precompute(lambda fraction, message: seen.append((fraction, message)))
    fractions = [fraction for fraction, _ in seen]
    assert np.diff(fractions).min() > -1e-9
    assert fractions[0] == 0
    assert fractions[-1] == pytest.approx(1)
    assert any("polarity" in message and "train" in message for _, message in seen)
    assert SignalStore(dataset).missing() == []
    signals.precompute()  # nothing left to do


def test_a_pool_gives_the_same_values(make_dataset: Any) -> None:
    texts = [f"text {'!' * (i % 7)}" if i % 3 else None for i in range(2000)]
    alone = SignalStore(make_dataset(texts, name="alone"))
    values = {split: alone.values("exclamation_marks", split) for split in SPLITS}
    (files,) = (alone._dir.parent).iterdir()
    for path in (alone.dataset.workspace.root / "cache").rglob("*.npy"):
        path.unlink()
    with ThreadPoolExecutor(2) as pool:
        for split in SPLITS:
            with_pool = SignalStore(alone.dataset, pool).values("exclamation_marks", split)
            np.testing.assert_array_equal(with_pool, values[split])
    assert list(files.rglob("*.npy"))


def test_work_that_was_broken_off_goes_on(make_dataset: Any, probe: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_CHUNK", 2)
    monkeypatch.setattr(store, "_KEEP_AFTER", 4)
    dataset = make_dataset([*"abcdefghij"])

    def stop(fraction: float, message: str) -> None:
        if fraction > 0.65:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SignalStore(dataset).values("size", "dev", stop)
    assert probe == [*"abcdefgh"]
    assert SignalStore(dataset).values("size", "dev").tolist() == [1] * 10
    assert probe == [*"abcdefgh", *"efghij"]  # the first four were kept
    (directory,) = dataset.workspace.scored_texts.iterdir()
    next(directory.iterdir()).write_bytes(b"damaged")
    values = SignalStore(make_dataset([*"abcdefghijk"], name="more")).values("half", "dev")
    assert values.tolist() == [0.5] * 11


def test_many_files_of_known_texts_become_one(tmp_path: Path) -> None:
    known = ScoredTexts(tmp_path, 2)
    for i in range(40):
        known.add(np.array([i, i + 100], np.uint64), np.array([[i, 0.5], [i + 100, np.nan]]))
    known.add(np.zeros(0, np.uint64), np.zeros((0, 2)))
    assert 1 <= len(list(tmp_path.iterdir())) <= 16
    there, values = known.of(np.array([139, 3, 50, 3], np.uint64))
    assert there.tolist() == [True, True, False, True]
    np.testing.assert_array_equal(values, [[139, np.nan], [3, 0.5], [np.nan, np.nan], [3, 0.5]])
    assert not ScoredTexts(tmp_path, 3).of(np.array([3], np.uint64))[0].any()  # of another width


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


def test_where_nothing_can_be_kept_they_are_computed_each_time(make_dataset: Any, probe: list[str]) -> None:
    """As in a workspace that may only be read; who makes a dataset is told."""
    dataset = make_dataset(TEXTS)
    cache = dataset.workspace.signals.parent
    cache.write_text("no directory")
    for _ in range(2):
        np.testing.assert_array_equal(SignalStore(dataset).values("size", "dev"), [4, np.nan, 0, 9, np.nan])
    assert len(probe) == 6
    with pytest.raises(OSError, match="cache"):
        SignalStore(dataset).precompute()
