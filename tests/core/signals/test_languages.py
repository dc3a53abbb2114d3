"""The guess of a review's language."""

from typing import Any

import pytest

from weakrec_core.signals import languages as module
from weakrec_core.signals.languages import NO_REVIEW, NOT_READ, TOO_SHORT, languages

ENGLISH = "This is the story of a girl who finds a map in her grandmother's kitchen."
FINNISH = "Tämä oli todella hyvä kirja, ja pidin siitä enemmän kuin odotin etukäteen."


def test_guesses(make_dataset: Any) -> None:
    dataset = make_dataset([ENGLISH, FINNISH, None, "ok!!! 10/10 ***********************"])
    assert languages(dataset, "dev").tolist() == ["en", "fi", NO_REVIEW, TOO_SHORT]


def test_read_once(make_dataset: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = make_dataset([ENGLISH, None])
    first = languages(dataset, "dev").tolist()
    monkeypatch.setattr(module, "_guessed", None)
    assert languages(dataset, "dev").tolist() == first


def test_a_damaged_file_is_made_again(make_dataset: Any) -> None:
    dataset = make_dataset([ENGLISH, None])
    first = languages(dataset, "dev").tolist()
    (path,) = dataset.workspace.signals.glob("*/language*.dev.parquet")
    path.write_bytes(path.read_bytes()[:40])
    assert languages(dataset, "dev").tolist() == first


def test_of_very_many_reviews_a_sample_is_read(make_dataset: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_READ", 3)
    found = languages(make_dataset([ENGLISH] * 10), "dev").tolist()
    assert sorted(found) == ["en"] * 3 + [NOT_READ] * 7


def test_where_nothing_can_be_kept_they_are_guessed_each_time(make_dataset: Any) -> None:
    dataset = make_dataset([ENGLISH])
    dataset.workspace.signals.parent.write_text("no directory")
    assert languages(dataset, "dev").tolist() == ["en"]
