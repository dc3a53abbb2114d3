"""What keyword LFs ask of one review, in plain Python: the same answers as `Columns.keyword_hits` gives for a whole split.

LF sets exported as a Snorkel module take these functions along as they stand here.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache

import pyarrow.compute as pc


def contains(text: object, keywords: Sequence[str]) -> bool:
    """Whether a review contains one of the keywords, written in lower case; case does not count."""
    return isinstance(text, str) and contains_cased(text.lower(), keywords)


def contains_cased(text: object, keywords: Sequence[str]) -> bool:
    """Whether a review contains one of the keywords, written just so."""
    return isinstance(text, str) and any(keyword in text for keyword in keywords)


def contains_word(text: object, keywords: Sequence[str]) -> bool:
    """Whether a review contains one of the keywords as words of their own; case does not count."""
    return isinstance(text, str) and contains_word_cased(folded(text), [folded(k) for k in keywords])


def contains_word_cased(text: object, keywords: Sequence[str]) -> bool:
    """Whether a review contains one of the keywords as words of their own, written just so."""
    if not isinstance(text, str):
        return False
    for keyword in keywords:
        start = text.find(keyword)
        while start >= 0:
            end = start + len(keyword)
            goes_on_before = start > 0 and joins(keyword[0]) and in_word(text[start - 1])
            goes_on_after = end < len(text) and joins(keyword[-1]) and in_word(text[end])
            if not goes_on_before and not goes_on_after:
                return True
            start = text.find(keyword, start + 1)
    return False


def matches(text: object, patterns: Sequence[str]) -> bool:
    """Whether a review contains a match of one of the regular expressions, which are RE2's."""
    return isinstance(text, str) and any(pc.match_substring_regex(text, pattern).as_py() for pattern in patterns)


@cache
def in_word(character: str) -> bool:
    """Whether a character is part of a word: a letter, mark, digit or underscore of any script."""
    # The selector that makes a heart red counts as a mark.
    return character == "_" or (unicodedata.category(character)[0] in "LMN" and character != "\ufe0f")


@cache
def joins(character: str) -> bool:
    """Whether a word could go on beyond this character: not so beside punctuation, and in scripts without spaces."""
    unspaced = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
    return in_word(character) and not unicodedata.name(character, "").startswith(unspaced)


def folded(text: str) -> str:
    """A text without case, letter by letter: of "ſ" it makes "s", but of "ß" or "ı" no other letter."""
    return text.lower() if text.isascii() else "".join(map(_folded, text))


@cache
def _folded(letter: str) -> str:
    return next((form for form in (letter.casefold(), letter.lower()) if len(form) == 1), letter)
