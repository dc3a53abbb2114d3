"""What an item is called: its title, its series and who made it."""

import re

import pandas as pd

_SERIES = re.compile(r"(.+?)\s*\(([^()]*#[^()]*)\)\s*")


def name_of(books: pd.DataFrame, book_idx: int) -> tuple[str, str, str]:
    """Title without its series, the series, the author; empty where there is none."""
    title, author = books["title"].iat[book_idx], books["author_name"].iat[book_idx]
    title = title if isinstance(title, str) else f"Book {books['book_id'].iat[book_idx]}"
    found = _SERIES.fullmatch(title)
    short, series = found.groups() if found else (title, "")
    return short, series, author if isinstance(author, str) else ""
