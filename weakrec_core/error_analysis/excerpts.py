"""The part of a review that decided a vote, with the deciding words told apart."""

import re
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from weakrec_core import ABSTAIN
from weakrec_core.labeling.columns import keyword_parts
from weakrec_core.labeling.conditions import KeywordCondition
from weakrec_core.labeling.spec import LF, CombinedLF, KeywordLF, ThresholdLF

Excerpt = list[tuple[str, bool]]
"""Pieces of text in order, each with whether it decided the vote."""

Marked = list[tuple[str, int]]
"""Pieces of text in order, each with the label it decided a vote for, or -1."""

_LENGTH = 320
_OPEN, _CLOSE = "\ue000", "\ue001"  # private use: no review has them by accident


def excerpt(lf: LF, text: str, length: int = _LENGTH) -> Excerpt:
    """At most `length` characters of a review around the first deciding words of an LF, and what is left out as "…"."""
    text = text.replace(_OPEN, "").replace(_CLOSE, "")
    decides = _decides(lf, text)
    start = max(0, int(decides.argmax()) - length // 3) if len(text) > length else 0
    shown = zip(decides[start : start + length], text[start : start + length], strict=True)
    pieces: Excerpt = [("… ", False)] if start else []
    pieces += [("".join(c for _, c in run), bool(deciding)) for deciding, run in groupby(shown, lambda pair: pair[0])]
    return [*pieces, (" …", False)] if start + length < len(text) else pieces


def marked_text(votes: Sequence[tuple[LF, int]], text: str) -> Marked:
    """A whole review with what decided the votes of several LFs; where they share words, the last of them marks."""
    text = text.replace(_OPEN, "").replace(_CLOSE, "")
    marks = np.full(len(text), ABSTAIN)
    for lf, vote in votes:
        marks[_decides(lf, text)] = vote
    return [
        ("".join(c for _, c in run), int(mark)) for mark, run in groupby(zip(marks, text, strict=True), itemgetter(0))
    ]


def _decides(lf: LF, text: str) -> NDArray[np.bool_]:
    """Whether each character belongs to what decided the vote."""
    decides = np.zeros(len(text), bool)
    if isinstance(lf, KeywordLF):
        decides |= _found(text, [k for g in lf.groups for k in g.keywords], lf.match, lf.case_sensitive)
    if isinstance(lf, CombinedLF):
        for condition in lf.conditions:
            if isinstance(condition, KeywordCondition):
                decides |= _found(text, list(condition.keywords), condition.match, condition.case_sensitive)
    if isinstance(lf, ThresholdLF) and lf.signal in ("polarity", "subjectivity"):
        for word in _sentiment_words(text):
            decides[word.start() : word.end()] = True
    return decides


def _sentiment_words(text: str) -> list[re.Match[str]]:
    """Where the words are that TextBlob's lexicon scores, intensifiers left out; all are plain ASCII."""
    from textblob import TextBlob

    found = TextBlob(text).sentiment_assessments.assessments
    words = {words[-1] for words, polarity, subjectivity, _ in found if polarity or subjectivity}
    pattern = rf"\b(?:{'|'.join(map(re.escape, sorted(words)))})\b"
    return list(re.finditer(pattern, text, re.IGNORECASE)) if words else []


def _found(text: str, keywords: list[str], match: str, case_sensitive: bool) -> NDArray[np.bool_]:
    """Whether each character is matched by a keyword, by the engine that the votes come from."""
    flags = "" if case_sensitive else "(?i)"
    found = np.zeros(len(text), bool)
    for before, body, after in keyword_parts(keywords, match):
        pattern = f"{flags}({before})({body})({after})"
        last = "\\3" if after else ""  # in a regular expression group 3 may be one of its own
        marked = pa.array([text], pa.large_string())
        # A word's match takes the characters around it along, so that its neighbour is found in a second pass only.
        for _ in range(2 if match == "word" else 1):
            marked = pc.replace_substring_regex(marked, pattern, f"\\1{_OPEN}\\2{_CLOSE}{last}")
        characters = np.array(list(marked[0].as_py()), dtype="U1")
        opened, closed = characters == _OPEN, characters == _CLOSE
        found |= (np.cumsum(opened) > np.cumsum(closed))[~(opened | closed)]
    return found
