"""Which column of a table is what: a guess from the names and the contents."""

import re
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from weakrec_core.data.ingest.kept_cells import read_votes
from weakrec_core.data.ingest.notations import NUMBER, number, read_rating
from weakrec_core.data.kept_columns import Kind

ROLES = ("user", "item", "rating", "text", "title", "creator", "time", "average_rating")
NEEDED = ("user", "item", "rating")
# Words of names, the likelier first; with two or more they have to follow each other.
_WORDS: dict[str, list[str]] = {
    "user": ["user id", "user", "reviewer", "critic name", "critic", "reader", "customer", "member", "account", "rater",
             "author id", "profile", "person", "nutzer", "kunde", "username", "user name", "uid", "who"],
    "item": ["item id", "movie id", "book id", "film id", "product id", "recipe id", "game id", "app id", "song id",
             "track id", "business id", "asin", "isbn", "item", "movie", "book", "film", "product", "recipe", "game", "song",
             "track", "artist id", "business", "anime id", "artikel", "buch", "iid", "mid"],
    "rating": ["rating", "original score", "score", "stars", "star", "grade", "overall", "recommend", "recommended", "vote",
               "review state", "liked", "is recommended", "bewertung", "note", "sterne", "fresh", "thumbs", "r"],
    "text": ["review text", "review body", "quote", "review", "comment", "text", "body", "content", "summary", "kommentar",
             "rezension"],
    "title": ["title", "movie title", "book title", "original title", "app name", "item name", "product name", "name", "titel"],
    "creator": ["author", "authors", "creator", "director", "developer", "artist", "author name", "brand", "publisher",
                "studio", "autor"],
    "time": ["timestamp", "time", "date", "creation date", "created at", "review date", "posted", "unix review time",
             "date added", "datum", "zeit", "created", "posted year"],
    "average_rating": ["average rating", "avg rating", "mean rating", "rating average", "vote average", "average score",
                       "durchschnitt", "durchschnittsbewertung"],
}  # fmt: skip
_TIME = re.compile(r"\d{4}-\d\d?-\d\d?([ T].*)?|\d\d?[./]\d\d?[./]\d{2,4}.*|[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ .*\d{4}")
_ENOUGH = 0.9
_FEW, _LONGEST_CATEGORY, _MOST_VOTES = 20, 60, 3
_FACTS, _DIFFERENT = {"title", "creator", "average_rating"}, 0.1


class _Column(NamedTuple):
    """What is seen of a column: its cells that are not blank, and the distinct ones of them."""

    cells: pd.Series
    distinct: pd.Series


def guess_roles(sample: pd.DataFrame) -> dict[str, str]:
    """Guess which columns are what.

    Each role goes to the column whose name and contents speak most for it, and a column has one role only. What is sure by its
    contents alone (long text, ids that come again, values that are all ratings) needs no telling name.

    Parameters
    ----------
    sample : DataFrame of str
        Some rows of the table; blank cells are empty or NaN.

    Returns
    -------
    dict
        Role, one of `ROLES`, to column; roles without a likely column are left out.
    """
    names = [str(name) for name in sample.columns]
    columns = {name: _column(sample[name]) for name in names if names.count(name) == 1}
    if all(re.fullmatch(r"c\d+", name) for name in names):
        return _by_place({name: column for name, column in columns.items() if len(column.cells)})
    scores = {
        (role, name): score
        for name, column in columns.items()
        if len(column.cells)
        for role in ROLES
        if (score := _by_name(role, name) + _CHECKS[role](column)) >= _ENOUGH
    }
    found: dict[str, str] = {}
    for role, name in sorted(scores, key=lambda pair: -scores[pair]):
        if role not in found and name not in found.values():
            found[role] = name
    if "item" in found:  # what differs among the rows of an item is no fact of it
        for role in _FACTS & found.keys():
            distinct = sample.groupby(found["item"])[found[role]].nunique()
            if (distinct > 1).mean() > _DIFFERENT:
                del found[role]
    return {role: found[role] for role in ROLES if role in found}


def guess_kept(sample: pd.DataFrame) -> dict[Kind, list[str]]:
    """What columns may be kept as beside their roles: numbers as signals, texts that come again as categories, few votes as votes.

    Returns
    -------
    dict
        signal, category and votes, each to the columns that could be it.
    """
    found: dict[Kind, list[str]] = {"signal": [], "category": [], "votes": []}
    names = [str(name) for name in sample.columns]
    for name in names:
        column = _column(sample[name]) if names.count(name) == 1 else None
        if column is None or not len(column.cells):
            continue
        if _share(column.distinct, lambda cell: _is_number(cell) or cell.lower() in ("true", "false")) >= _ENOUGH:
            found["signal"].append(name)
        elif len(column.distinct) <= max(0.5 * len(column.cells), _FEW) and _length(column) <= _LONGEST_CATEGORY:
            found["category"].append(name)
        if len(column.distinct) <= _MOST_VOTES and None not in read_votes(column.distinct).values():
            found["votes"].append(name)
    return found


def _by_place(columns: dict[str, _Column]) -> dict[str, str]:
    """Of columns without names: user, item and rating, in this order, as such files have them; then times and long text."""
    ids = [name for name, column in columns.items() if _of_ids(column) > 0]
    rating = next((name for name in list(columns)[2:] if _of_ratings(columns[name]) > 0), None)
    ids = [name for name in ids if name != rating][:2]
    if rating is None or len(ids) < 2:
        return {}
    rest = {name: column for name, column in columns.items() if name not in {*ids, rating}}
    found = {"user": ids[0], "item": ids[1], "rating": rating}
    for role, check in (("text", _of_text), ("time", _of_times)):
        likely = [name for name, column in rest.items() if check(column) > 0]
        found |= {role: likely[0]} if likely else {}
    return found


def name_words(name: str) -> str:
    """A column's name in small letters with blanks between its words.

    Examples
    --------
    >>> name_words("criticName"), name_words("item_id:token"), name_words("Book-Rating")
    ('critic name', 'item id', 'book rating')
    """
    name = re.sub(r":(token|float|token_seq|float_seq)$", "", name)  # as RecBole has it
    return " ".join(re.sub(r"(?<=[a-zäöü])(?=[A-Z])|[\W_]+", " ", name).lower().split())


def _by_name(role: str, name: str) -> float:
    """2 to 1 if the whole name is known, less if a part of it is."""
    words = name_words(name)
    known = _WORDS[role]
    if words in known:
        return 2 - 0.5 * known.index(words) / len(known)
    parts = [k for k in known if len(k) > 2 and re.search(rf"\b{re.escape(k)}$", words)]
    return 0.9 if parts else 0.5 if any(len(k) > 3 and re.search(rf"\b{re.escape(k)}\b", words) for k in known) else 0.0


def _column(cells: pd.Series) -> _Column:
    known = cells.dropna().astype("str").str.strip()
    known = known[known != ""]
    return _Column(known, known.drop_duplicates())


def _share(cells: pd.Series, holds: Callable[[str], bool]) -> float:
    return sum(map(holds, cells)) / max(len(cells), 1)


def _is_number(cell: str) -> bool:
    return number(cell) == number(cell)


def _length(column: _Column) -> float:
    return float(column.distinct.str.len().mean())


def _of_ids(column: _Column) -> float:
    """For short values of which there are many, though some come again."""
    if _length(column) > 50 or len(column.distinct) < 3:
        return -1.0
    return 0.4 if 0.02 < len(column.distinct) / len(column.cells) < 1 else 0.0


def _of_ratings(column: _Column) -> float:
    """For few values that are ratings; those of a notation of their own say more than numbers."""
    readings = [read_rating(cell) for cell in column.distinct]
    rated = sum(bool(r.notation) for r in readings) / len(readings)
    if rated < 0.7 or len(column.distinct) > 0.5 * len(column.cells) > 10:
        return -1.5
    numbers = [r.value for r in readings if r.notation == NUMBER]
    if numbers and (max(numbers) > 100 or min(numbers) < -100):
        return -1.0
    return 0.9 if len(numbers) < 0.5 * len(readings) else 0.3


def _of_text(column: _Column) -> float:
    return 0.9 if _length(column) > 60 else 0.3 if _length(column) > 25 else -1.5


def _of_names(column: _Column) -> float:
    return -1.5 if _length(column) > 80 or _share(column.distinct, _is_number) > 0.5 else 0.0


def _of_times(column: _Column) -> float:
    dates = _share(column.distinct, lambda cell: bool(_TIME.fullmatch(cell)))
    epochs = _share(column.distinct, lambda cell: _is_number(cell) and 1e8 < number(cell) < 2e13)
    if max(dates, epochs) > 0.9:
        return 0.9 if dates > epochs else 0.2
    years = _share(column.distinct, lambda cell: bool(re.fullmatch(r"(19|20)\d\d", cell)))
    return -0.5 if years > 0.9 else -1.5


def _of_averages(column: _Column) -> float:
    """For numbers, most of them with a fraction."""
    numbers = [number(cell) for cell in column.distinct]
    broken = sum(n == n and n != round(n) for n in numbers) / len(numbers)
    return 0.0 if broken > 0.3 and max(numbers) <= 100 else -1.5


_CHECKS: dict[str, Callable[[_Column], float]] = {
    "user": _of_ids,
    "item": _of_ids,
    "rating": _of_ratings,
    "text": _of_text,
    "title": _of_names,
    "creator": _of_names,
    "time": _of_times,
    "average_rating": _of_averages,
}
