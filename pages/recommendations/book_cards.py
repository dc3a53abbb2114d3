"""Books as cards: pieces of HTML for the Recommendations page."""

import zlib
from collections.abc import Mapping, Sequence

import pandas as pd

from pages.shared import fmt
from weakrec_core.charts.colors import BAND_COLOR, POSITIVE_COLOR
from weakrec_core.data.item_names import name_of
from weakrec_core.labeling.book_votes import BookVotes
from weakrec_core.serving.explain import Reason
from weakrec_core.serving.recommend import Recommendation

STYLE = """<style>
.book {display:flex; gap:.8rem; align-items:flex-start; line-height:1.35}
.book .cover {flex:none; width:46px; height:66px; border-radius:3px 5px 5px 3px; color:#fff; font-weight:600;
  display:flex; align-items:center; justify-content:center; box-shadow:inset 4px 0 0 #0003, 0 1px 3px #0004}
.book .text {flex:1; min-width:0; overflow-wrap:anywhere}
.book .title {font-weight:600; font-size:1.02rem}
.book .muted, .shelf .muted {opacity:.66; font-size:.88rem}
.book .like {display:flex; align-items:center; gap:.5rem; margin:.2rem 0; font-size:.9rem}
.book .track {flex:0 1 110px; height:6px; border-radius:3px; background:#8883; overflow:hidden}
.book .track div {height:100%; border-radius:3px;}
.book .also {border:1px solid #8886; border-radius:4px; padding:0 .35rem; font-size:.78rem; white-space:nowrap}
.book details {margin-top:.3rem; font-size:.85rem} .book summary {cursor:pointer; opacity:.75}
.book table {border-collapse:collapse; margin:.25rem 0} .book th {font-weight:400; opacity:.66; font-size:.78rem}
.book th, .book td {padding:.05rem .7rem .05rem 0; text-align:right; border:none}
.book th:first-child, .book td:first-child {text-align:left; overflow-wrap:anywhere}
.compact .book .cover {display:none}
.presented .book .cover {width:64px; height:92px; font-size:1.2rem}
.presented .book .title {font-size:1.15rem} .presented .book {gap:1rem}
.book .why {font-size:.92rem} .book .why i {font-style:normal; border-bottom:1px dotted #888a}
[class*="st-key-add_"] button p {text-align:left}
.shelf {line-height:1.3} .shelf .line {display:flex; gap:.6rem; padding:.25rem 0; border-bottom:1px solid #8882}
.shelf .line div:first-child {flex:1; min-width:0}
</style>"""


def recommended_card(
    books: pd.DataFrame,
    rank: int,
    one: Recommendation,
    votes: BookVotes | None,
    also: Sequence[str] = (),
    look: str = "",
) -> str:
    """A recommended book: how likely the reader likes it, and why; without votes nothing about the LFs.

    `look`: compact (no cover), presented (larger), or as it is.
    """
    likely = _meter(one.fit, "fits what was read", BAND_COLOR) + _meter(
        one.p_positive, "likely to like it", POSITIVE_COLOR
    )
    labels = "" if votes is None else _labels(votes, one.book_idx)
    return _book(books, rank, one.book_idx, likely + _because(books, one.because) + labels, also, look)


def _meter(share: float, words: str, color: str) -> str:
    """A bar with its share in words."""
    percent = f"{100 * share:.0f}"
    return (
        f"<div class='like'><div class='track'><div style='width:{percent}%; background:{color}'></div></div>"
        f"<span><b>{percent} %</b> {words}</span></div>"
    )


def popular_card(books: pd.DataFrame, rank: int, book_idx: int, readers: int, look: str = "") -> str:
    """A much read book."""
    return _book(books, rank, book_idx, f"<div class='muted'>{readers:,} readers</div>", look=look)


def shelf(books: pd.DataFrame, book_idxs: Sequence[int], named: Mapping[int, int]) -> str:
    """Books read, one a line; `named`: how many recommended books each has pulled up."""
    lines = []
    for book_idx in book_idxs:
        title, _, author = name_of(books, book_idx)
        count = named.get(book_idx)
        telling = f"<div class='muted' title='recommendations it pulled up'>↑ {count}</div>" if count else ""
        name = f"{fmt.escaped(title)}<br><span class='muted'>{fmt.escaped(author)}</span>"
        lines.append(f"<div class='line'><div>{name}</div>{telling}</div>")
    return f"<div class='shelf' tabindex='0'>{''.join(lines)}</div>"  # a list that is scrolled by keyboard, too


def _book(books: pd.DataFrame, rank: int, book_idx: int, body: str, also: Sequence[str] = (), look: str = "") -> str:
    title, series, author = name_of(books, book_idx)
    second = " · ".join(fmt.escaped(part) for part in (author, series) if part)
    marks = " ".join(f"<span class='also'>also in {fmt.escaped(name)}</span>" for name in also)
    return (
        f"<div class='{look}'><div class='book'>{_cover(title, author)}<div class='text'>"
        f"<div class='title'><span class='muted'>{rank}</span> {fmt.escaped(title)}</div>"
        f"<div class='muted'>{second}</div>{body}{marks}</div></div></div>"
    )


def _cover(title: str, author: str) -> str:
    """A stand-in for the cover: the title's initials on a colour of the author's."""
    hue = 200 + zlib.crc32((author or title).encode()) % 100
    initials = "".join(word[0] for word in title.split() if word[0].isalnum() and word[0].isupper())[:2] or title[:1]
    return (
        f"<div class='cover' style='background:linear-gradient(160deg,hsl({hue} 38% 52%),hsl({hue} 45% 34%))'>"
        f"{fmt.escaped(initials)}</div>"
    )


def _because(books: pd.DataFrame, because: Sequence[Reason]) -> str:
    if not because:
        return "<div class='muted'>Nothing in the history alone pulled it up.</div>"
    named = " · ".join(
        f"<i title='without it the score is {reason.change:.2f} lower'>{fmt.escaped(name_of(books, reason.book_idx)[0])}</i>"
        for reason in because
    )
    return f"<div class='why'><span class='muted'>Because of</span> {named}</div>"


def _labels(votes: BookVotes, book_idx: int) -> str:
    table, covered, rows = votes.of(book_idx), int(votes.covered[book_idx]), int(votes.rows[book_idx])
    if table.empty:
        return f"<div class='muted' style='margin-top:.3rem'>No LF voted on its {rows:,} train rows.</div>"
    lines = "".join(
        f"<tr><td>{fmt.escaped(lf)}</td><td>{positive:,}</td><td>{negative:,}</td></tr>"
        for lf, positive, negative in table.itertuples(index=False)
    )
    head = "<tr><th>LF</th><th>POSITIVE</th><th>NEGATIVE</th></tr>"
    return (
        f"<details><summary>Labels: LFs voted on {covered:,} of its {rows:,} train rows</summary>"
        f"<table>{head}{lines}</table></details>"
    )
