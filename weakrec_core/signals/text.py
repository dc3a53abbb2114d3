"""Signals over the review text."""

import math
import re
from collections.abc import Sequence
from functools import lru_cache

from weakrec_core.signals.registry import Signal, text_signal
from weakrec_core.signals.stars import stated_stars

_NO_REVIEW = "there is no review"
_LETTER = re.compile(r"[^\W\d_]")


@lru_cache(256)  # the rows beside an editor mostly stay the same from edit to edit
def _scored_words(text: str) -> tuple[tuple[int, int], ...]:
    """Where the words are that TextBlob's lexicon scores, intensifiers left out; all are plain ASCII."""
    from textblob import TextBlob

    found = TextBlob(text).sentiment_assessments.assessments
    words = {words[-1] for words, polarity, subjectivity, _ in found if polarity or subjectivity}
    pattern = rf"\b(?:{'|'.join(map(re.escape, sorted(words)))})\b"
    return tuple(match.span() for match in re.finditer(pattern, text, re.IGNORECASE)) if words else ()


@text_signal(
    Signal(
        "polarity",
        "TextBlob's sentiment of the review",
        "-1 (negative) to 1 (positive)",
        _NO_REVIEW,
        step=0.01,
        words=_scored_words,
        language="en",
    ),
    Signal(
        "subjectivity",
        "TextBlob's subjectivity of the review",
        "0 (factual) to 1 (opinion)",
        _NO_REVIEW,
        step=0.01,
        words=_scored_words,
        language="en",
    ),
)
def sentiment(text: str) -> Sequence[float]:
    from textblob import en

    return tuple(en.sentiment(text))  # what ``TextBlob(text).sentiment`` calls, without what that makes around it


@text_signal(
    Signal(
        "stated_stars",
        "The rating that the review itself states: '4.5/5', '4-star', '★★★★☆', 'five out of five'",
        "stars, 0 to 5",
        "the review states no rating, or not clearly",
        step=0.5,
    )
)
def stars(text: str) -> Sequence[float]:
    return (stated_stars(text),)


@text_signal(
    Signal("review_length", "Length of the review", "characters", _NO_REVIEW, step=10),
    Signal("exclamation_marks", "Exclamation marks in the review", "marks", _NO_REVIEW),
    Signal(
        "capitals_share",
        "Share of the review's letters that are capitals",
        "0 to 1",
        "there is no review, or no letter in it",
        step=0.01,
    ),
)
def surface(text: str) -> Sequence[float]:
    letters = _LETTER.findall(text)
    capitals = sum(map(str.isupper, letters))
    return len(text), text.count("!"), capitals / len(letters) if letters else math.nan
