"""Rows as cards: pieces of HTML that pages share."""

from collections.abc import Sequence

import pandas as pd

from pages.shared import fmt
from pages.shared.workbench import Workbench
from weakrec_core import LABEL_NAMES
from weakrec_core.charts.colors import ABSTAIN_COLOR, NEGATIVE_COLOR, POSITIVE_COLOR
from weakrec_core.data.dataset import RATING_TEXT

COLORS = {1: POSITIVE_COLOR, 0: NEGATIVE_COLOR, -1: ABSTAIN_COLOR}


def card(title: str, author: str, badges: str, body: str) -> str:
    """One row of the data."""
    return (
        '<div style="border:1px solid rgba(128,140,150,.35);border-radius:6px;padding:.6rem .8rem;margin-bottom:.6rem">'
        f"<div><b>{fmt.escaped(title)}</b> <span style='opacity:.65'>{fmt.escaped(author)}</span></div>"
        f"<div style='margin:.2rem 0'>{badges}</div>"
        f"<div style='overflow-wrap:anywhere;line-height:1.45'>{body}</div></div>"
    )


def badge(text: str, color: str) -> str:
    """A small coloured label."""
    return (
        f"<span style='background:{color}26;border:1px solid {color}66;border-radius:4px;padding:.05rem .4rem;"
        f"margin-right:.35rem;font-size:.8rem;white-space:nowrap'>{fmt.escaped(text)}</span>"
    )


def gold_badge(record: pd.Series) -> str:
    """The gold label of a row and the rating it comes from, as it was written."""
    gold, rating = int(record["gold"]), record["rating"]
    said = record.get(RATING_TEXT, f"{rating:g}")
    rated = "" if rating != rating else f" (rated {said})"
    return badge(f"gold {LABEL_NAMES[gold] if gold >= 0 else 'unknown'}{rated}", COLORS[gold])


def marked(pieces: Sequence[tuple[str, int]]) -> str:
    """Text in pieces, each with the label it decided a vote for, or -1."""
    return "".join(
        f"<mark style='background:{COLORS[label]}33;color:inherit;font-weight:600;padding:0 .1rem'>{fmt.escaped(text)}</mark>"
        if label >= 0
        else fmt.escaped(text)
        for text, label in pieces
    )


def book_of(wb: Workbench, book_idx: int) -> tuple[str, str]:
    """Title and author; an empty author is not known."""
    book = wb.dataset.books.iloc[book_idx]
    return book["title"], book["author_name"] if isinstance(book["author_name"], str) else ""
