"""Polarity in other languages: by a lexicon that is installed, of reviews in its language; else it is said."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from weakrec_core.errors import SpecError
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.signals import SignalStore, lexicons, registry, signals_of
from weakrec_core.signals.languages import languages, other_languages
from weakrec_core.signals.lexicons import german

GOOD = "Das ist ein wunderbares Buch, und ich habe es an einem Abend gelesen."
BAD = "Die Geschichte war nicht wunderbares Erzählen, sondern schrecklich und lang."
ENGLISH = "This is a wonderful book, and I have read it in the course of one evening."
LF = {"kind": "threshold", "name": "gut", "signal": "polarity_de", "op": ">", "threshold": 0.5, "label": "POSITIVE"}


def forget() -> None:
    lexicons._lexicon.cache_clear()
    registry._is_there.cache_clear()


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package as textblob-de is laid out, with a lexicon of two words."""
    path = tmp_path / "modules" / "textblob_de" / "data" / "de-sentiment.xml"
    path.parent.mkdir(parents=True)
    (path.parents[1] / "__init__.py").touch()
    words = (("wunderbares", 1.0), ("schrecklich", -0.8))
    lines = [f'<word form="{word}" pos="JJ" polarity="{p}" subjectivity="0.5" intensity="1.0"/>' for word, p in words]
    path.write_text(f"<sentiment>{''.join(lines)}</sentiment>", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "modules")
    forget()
    yield
    forget()


@pytest.fixture
def not_installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(lexicons._LEXICONS, "de", ("no_such_module", "", ()))
    monkeypatch.setattr(registry, "find_spec", lambda module: None)
    forget()
    yield
    forget()


@pytest.mark.usefixtures("installed")
def test_of_reviews_in_its_language(make_dataset: Any) -> None:
    applier = Applier(make_dataset([GOOD, BAD, ENGLISH, None, "wunderbares!"]))
    values = applier.signals.values("polarity_de", "dev")
    assert values[0] == 1 and values[1] == pytest.approx((-0.5 - 0.8) / 2) and all(map(math.isnan, values[2:]))
    assert applier.votes(parse_lf(LF), "dev").tolist() == [1, -1, -1, -1, -1]


@pytest.mark.usefixtures("not_installed")
def test_where_it_is_not_installed_it_is_said(make_dataset: Any) -> None:
    applier = Applier(make_dataset([GOOD]))
    assert "polarity_de" not in signals_of(applier.dataset) and "polarity" in signals_of(applier.dataset)
    said = "Signal polarity_de needs the package textblob-de, which is not installed: pip install textblob-de."
    for asked in (lambda: applier.votes(parse_lf(LF), "dev"), lambda: applier.signals.values("polarity_de", "dev")):
        with pytest.raises(SpecError, match=said):
            asked()
    assert math.isnan(german(GOOD)[0])
    assert not any(
        s.name == "polarity_de" for family, _ in SignalStore(applier.dataset).missing() for s in family.signals
    )


def test_of_how_many_reviews_a_lexicon_knows_nothing(make_dataset: Any) -> None:
    dataset = make_dataset([GOOD, BAD, ENGLISH, ENGLISH + "!", None, "ok"])
    assert other_languages(dataset, "dev", "en") is None  # not guessed yet: a page does not wait for it
    languages(dataset, "dev")
    found = other_languages(dataset, "dev", "en")
    assert found is not None and found.share == 0.5 and found.frequent == (("de", 0.5),)
    dataset = make_dataset(["ok", None], name="short")
    languages(dataset, "dev")
    assert other_languages(dataset, "dev", "en") is None
