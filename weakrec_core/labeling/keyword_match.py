"""How keywords are found in reviews: RE2 patterns, the same for votes and for the words that are marked."""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from weakrec_core.errors import quoted
from weakrec_core.labeling.review_tests import folded
from weakrec_core.labeling.word_stems import Forms, forms_by_stem, inflected, words_of
from weakrec_core.limits import ALL_REGEXES_CHARACTERS, REGEX_CHARACTERS

# RE2's \b knows ASCII letters only; a word ends where no letter, digit or underscore of any script goes on. The
# selector that makes a heart red counts as a mark.
_NO_WORD = r"[^\p{L}\p{M}\p{N}_]|\x{FE0F}"
_BEFORE, _AFTER = rf"(?:^|{_NO_WORD})", rf"(?:$|{_NO_WORD})"
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")  # scripts without spaces between words
_REASON = 120  # characters of RE2's own words
_OPEN, _CLOSE = "\ue000", "\ue001"  # private use: no review has them by accident


def keyword_pattern(keywords: Sequence[str], match: str, case_sensitive: bool, forms: Forms | None = None) -> str:
    """One RE2 pattern that matches where one of the keywords does.

    Parameters
    ----------
    match : str
        substring, word, regex; or word:LANGUAGE, where words match by their stems.
    forms : mapping, optional
        For these: all words of the texts by their stems; see `forms_by_stem`.
    """
    pattern = "|".join(f"{before}(?:{body}){after}" for before, body, after in _parts(keywords, match, forms))
    return pattern if case_sensitive else f"(?i){pattern}"


def check_keywords(keywords: Sequence[str], match: str, case_sensitive: bool) -> None:
    """`ValueError` for a keyword that is not a regular expression in RE2's syntax."""
    patterns = keywords if match == "regex" else ()
    if sum(map(len, patterns)) > ALL_REGEXES_CHARACTERS:
        raise ValueError(f"the regular expressions have more than {ALL_REGEXES_CHARACTERS:,} characters together")
    for keyword in patterns:
        if len(keyword) > REGEX_CHARACTERS:
            raise ValueError(
                f"{quoted(keyword)} has {len(keyword):,} characters; a regular expression has at most {REGEX_CHARACTERS:,}"
            )
        try:
            pc.match_substring_regex(pa.array([""], pa.string()), keyword_pattern([keyword], match, case_sensitive))
        except pa.ArrowInvalid as e:
            reason = str(e).removeprefix("Invalid regular expression: ")[:_REASON]
            raise ValueError(
                f"{quoted(keyword)} is not a regular expression that RE2 takes ({reason}); look-around and back-references "
                "are not supported"
            ) from None


def matched_characters(text: str, keywords: Sequence[str], match: str, case_sensitive: bool) -> NDArray[np.bool_]:
    """Whether each character is matched by a keyword, by the engine that the votes come from; shape [len(text)]."""
    flags = "" if case_sensitive else "(?i)"
    plain = text.replace(_OPEN, " ").replace(_CLOSE, " ")  # as many characters, none of them a mark
    found = np.zeros(len(text), bool)
    language = stemmed_in(match)
    forms = forms_by_stem(words_of(folded(text)), language) if language else None
    for before, body, after in _parts(keywords, match, forms):
        pattern = f"{flags}({before})({body})({after})"
        last = "\\3" if after else ""  # in a regular expression group 3 may be one of its own
        marked = pa.array([plain], pa.large_string())
        # A word's match takes the characters around it along, so that its neighbour is found in a second pass only.
        for _ in range(2 if match.startswith("word") else 1):
            marked = pc.replace_substring_regex(marked, pattern, f"\\1{_OPEN}\\2{_CLOSE}{last}")
        characters = np.array(list(marked[0].as_py()), dtype="U1")
        opened, closed = characters == _OPEN, characters == _CLOSE
        found |= (np.cumsum(opened) > np.cumsum(closed))[~(opened | closed)]
    return found


def stemmed_in(match: str) -> str:
    """The language whose stems words match by; empty where they match as they are written."""
    return match.partition(":")[2]


def _parts(keywords: Sequence[str], match: str, forms: Forms | None = None) -> list[tuple[str, str, str]]:
    """Patterns for what is before, matched, and after, one triple for all keywords with the same surroundings."""
    if match == "regex":
        return [("", "|".join(f"(?:{k})" for k in keywords), "")]
    parts: dict[tuple[str, str], list[str]] = {}
    for keyword in keywords:
        around = (_BEFORE if _in_word(keyword[0]) else "", _AFTER if _in_word(keyword[-1]) else "")
        parts.setdefault(around if match.startswith("word") else ("", ""), []).append(
            _body(keyword, match, forms or {})
        )
    return [(before, "|".join(bodies), after) for (before, after), bodies in parts.items()]


def _body(keyword: str, match: str, forms: Forms) -> str:
    if not (language := stemmed_in(match)):
        return re.escape(keyword)
    parts = inflected(folded(keyword), forms, language)
    return "".join(f"(?:{'|'.join(map(re.escape, part))})" for part in parts)


def _in_word(character: str) -> bool:
    """Whether a word could go on beyond this character: not so beside punctuation, and in scripts without spaces."""
    if character == "\ufe0f" or unicodedata.name(character, "").startswith(_UNSPACED):
        return False
    return character == "_" or unicodedata.category(character)[0] in "LMN"
