"""The part of a review that decided a vote, with the deciding words told apart."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

import numpy as np

from weakrec_core import ABSTAIN
from weakrec_core.labeling.base import LF

Excerpt = list[tuple[str, bool]]
"""Pieces of text in order, each with whether it decided the vote."""

Marked = list[tuple[str, int]]
"""Pieces of text in order, each with the label it decided a vote for, or -1."""

_LENGTH = 320


def excerpt(lf: LF, text: str, length: int = _LENGTH) -> Excerpt:
    """At most `length` characters of a review around the first deciding words of an LF, and what is left out as "…"."""
    decides = lf.deciding(text)
    start = max(0, int(decides.argmax()) - length // 3) if len(text) > length else 0
    shown = zip(decides[start : start + length], text[start : start + length], strict=True)
    pieces: Excerpt = [("… ", False)] if start else []
    pieces += [("".join(c for _, c in run), bool(deciding)) for deciding, run in groupby(shown, lambda pair: pair[0])]
    return [*pieces, (" …", False)] if start + length < len(text) else pieces


def marked_text(votes: Sequence[tuple[LF, int]], text: str) -> Marked:
    """A whole review with what decided the votes of several LFs; where they share words, the last of them marks."""
    marks = np.full(len(text), ABSTAIN)
    for lf, vote in votes:
        marks[lf.deciding(text)] = vote
    return [
        ("".join(c for _, c in run), int(mark)) for mark, run in groupby(zip(marks, text, strict=True), itemgetter(0))
    ]
