"""Polarity by lexicons of other languages than English, where packages that bring them are installed."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from weakrec_core.signals.languages import language_of
from weakrec_core.signals.registry import Signal, text_signal

# The lexicon within its package, and the words that turn round what comes after them.
_LEXICONS = {
    "de": (
        "textblob_de",
        "data/de-sentiment.xml",
        ("nicht", "ohne", "nie", "nein", "kein", "keine", "keiner", "nichts"),
    ),
    "fr": ("textblob_fr", "fr-sentiment.xml", ("ne", "ni", "non", "pas", "rien", "sans", "aucun", "aucune", "jamais")),
}


def _signal(name: str, language: str) -> Signal:
    package = _LEXICONS[language][0]
    return Signal(
        f"polarity_{language}",
        f"Sentiment of {name} reviews, by the lexicon of {package.replace('_', '-')}, where that is installed",
        "-1 (negative) to 1 (positive)",
        f"there is no review, or it is not {name}, or too short to tell",
        step=0.01,
        language=language,
        needs=package,
    )


@text_signal(_signal("German", "de"))
def german(text: str) -> Sequence[float]:
    return (_polarity(text, "de"),)


@text_signal(_signal("French", "fr"))
def french(text: str) -> Sequence[float]:
    return (_polarity(text, "fr"),)


def _polarity(text: str, language: str) -> float:
    lexicon = _lexicon(language)
    return math.nan if lexicon is None or language_of(text) != language else float(lexicon(text)[0])


@cache
def _lexicon(language: str) -> Callable[[str], Any] | None:
    """TextBlob's reader of such lexicons, without modifiers, whose rule is that of English; None where it is not installed."""
    from textblob._text import Sentiment

    package, file, negations = _LEXICONS[language]
    found = find_spec(package)
    if found is None or found.submodule_search_locations is None:
        return None
    path = Path(found.submodule_search_locations[0]) / file
    lexicon: Callable[[str], Any] = Sentiment(
        path=str(path), negations=negations, modifiers=(), modifier=lambda word: False
    )
    return lexicon
