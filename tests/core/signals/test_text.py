"""Signals over the review text."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textblob import TextBlob

from weakrec_core.signals.registry import FAMILIES, SIGNALS
from weakrec_core.signals.text import sentiment, surface


@pytest.mark.parametrize(
    "text", ["", "I loved it!", "not bad at all", "<b>terrible</b> 😭", "とても好き", "great " * 2000]
)
def test_sentiment_is_textblobs(text: str) -> None:
    blob = TextBlob(text)
    assert sentiment(text) == (blob.polarity, blob.subjectivity)


@pytest.mark.parametrize(
    ("text", "length", "marks", "capitals"),
    [
        ("", 0, 0, math.nan),
        ("WOW!! ok", 8, 2, 3 / 5),
        ("123 !", 5, 1, math.nan),
        ("ПЛОХО", 5, 0, 1.0),
        ("とても", 3, 0, 0.0),
        ("Ⓐ🅰B", 3, 0, 1.0),  # symbols that Python calls upper case
        ("snake_Case", 10, 0, 1 / 9),
    ],
)
def test_surface(text: str, length: int, marks: int, capitals: float) -> None:
    assert surface(text) == pytest.approx((length, marks, capitals), nan_ok=True)


@given(st.text())
def test_the_share_of_capitals_is_a_share(text: str) -> None:
    share = surface(text)[2]
    assert math.isnan(share) or 0 <= share <= 1


@given(st.text())
def test_every_text_signal_reads_every_text(text: str) -> None:
    for family in dict.fromkeys(FAMILIES.values()):
        if family.of_text:
            values = family.of_text(text)
            assert len(values) == len(family.signals)
            assert all(isinstance(float(v), float) and not math.isinf(v) for v in values)


def test_every_signal_says_what_it_is() -> None:
    assert SIGNALS.keys() == FAMILIES.keys()
    for name, signal in SIGNALS.items():
        assert signal.name == name
        assert signal.meaning and signal.unit and signal.nan and signal.step > 0
        assert signal in FAMILIES[name].signals
    for family in FAMILIES.values():
        assert (family.of_text is None) != (family.of_rows is None)
