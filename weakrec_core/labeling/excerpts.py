"""The part of a review that decided a vote, with the deciding words told apart."""

import re

import pyarrow as pa
import pyarrow.compute as pc

from weakrec_core.labeling.columns import keyword_parts
from weakrec_core.labeling.conditions import KeywordCondition
from weakrec_core.labeling.spec import LF, CombinedLF, KeywordLF, ThresholdLF

Excerpt = list[tuple[str, bool]]
"""Pieces of text in order, each with whether it decided the vote."""

_LENGTH = 320
_OPEN, _CLOSE = "\ue000", "\ue001"  # private use: no review has them by accident


def excerpt(lf: LF, text: str, length: int = _LENGTH) -> Excerpt:
    """About `length` characters of a review around the first deciding words of an LF."""
    marked = _mark(lf, text)
    first = marked.find(_OPEN)
    start = max(0, first - length // 3) if len(text) > length else 0
    piece = marked[start : start + length + 2 * marked[start : start + length].count(_OPEN)]
    pieces: Excerpt = [("… ", False)] if start else []
    deciding = False
    for part in re.split(f"([{_OPEN}{_CLOSE}])", piece):
        if part in (_OPEN, _CLOSE):
            deciding = part == _OPEN
        elif part:
            pieces.append((part, deciding))
    return [*pieces, (" …", False)] if start + len(piece) < len(marked) else pieces


def _mark(lf: LF, text: str) -> str:
    text = text.replace(_OPEN, "").replace(_CLOSE, "")
    if isinstance(lf, KeywordLF):
        return mark_keywords(text, [k for g in lf.groups for k in g.keywords], lf.match, lf.case_sensitive)
    if isinstance(lf, CombinedLF):
        for condition in lf.conditions:
            if isinstance(condition, KeywordCondition):
                text = mark_keywords(text, list(condition.keywords), condition.match, condition.case_sensitive)
    if isinstance(lf, ThresholdLF) and lf.signal in ("polarity", "subjectivity"):
        return mark_keywords(text, _sentiment_words(text), "word", False)
    return text


def _sentiment_words(text: str) -> list[str]:
    """The words TextBlob's lexicon scores, intensifiers left out."""
    from textblob import TextBlob

    found = TextBlob(text).sentiment_assessments.assessments
    return list(dict.fromkeys(words[-1] for words, polarity, subjectivity, _ in found if polarity or subjectivity))


def mark_keywords(text: str, keywords: list[str], match: str, case_sensitive: bool) -> str:
    """Mark what the keywords match, with the engine that the votes come from."""
    flags = "" if case_sensitive else "(?i)"
    for before, body, after in keyword_parts(keywords, match) if keywords else []:
        pattern = f"{flags}({before})({body})({after})"
        last = "\\3" if after else ""  # in a regular expression group 3 may be one of its own
        # A word's match takes the characters around it along, so that its neighbour is found in a second pass only.
        for _ in range(2 if match == "word" else 1):
            marked = pc.replace_substring_regex(
                pa.array([text], pa.large_string()), pattern, f"\\1{_OPEN}\\2{_CLOSE}{last}"
            )
            text = marked[0].as_py().replace(_OPEN * 2, _OPEN).replace(_CLOSE * 2, _CLOSE)
    return text
