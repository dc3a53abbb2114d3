"""The UCSD Goodreads files (books, interactions, reviews; JSON lines) as a `Dataset`.

Source: Wan & McAuley, RecSys 2018. The filters and their defaults are those of Snorkel's recommender tutorial, without
its cap of 5,000,000 interactions.
"""

from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from weakrec_core import limits
from weakrec_core.connection import connected
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.ingest.interactions import account_for, count, extract, keep_pairs, label_and_split
from weakrec_core.data.ingest.jsonlines import drop_bad_lines, load_lines
from weakrec_core.data.ingest.made_before import MADE_OF, made_before, made_of
from weakrec_core.data.ingest.notations import NUMBER
from weakrec_core.data.saving import save_dataset
from weakrec_core.data.splits import SplitConfig
from weakrec_core.errors import DataError
from weakrec_core.files import checked_name
from weakrec_core.progress import Progress, no_progress
from weakrec_core.workspace import Workspace


class GoodreadsConfig(BaseModel):
    """Filters of the ingest.

    Attributes
    ----------
    min_book_ratings, max_book_ratings : int
        Books by their ``ratings_count``; needs a books file.
    min_user_books, max_user_books : int or None
        Users by their interactions with kept books. None = 25 and 200 with an interactions file, no filter without:
        reviews alone are a sample of what a user did.
    positive : int
        Ratings from this on are POSITIVE; rating 0 = not rated.
    skip_bad_lines : bool
        Leave unusable lines out, counted, rather than stop at the first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_book_ratings: int = 100
    max_book_ratings: int = 15000
    min_user_books: int | None = None
    max_user_books: int | None = None
    positive: int = Field(4, ge=1, le=5)
    skip_bad_lines: bool = False


_RATING = "coalesce(try_cast(rating AS DOUBLE) NOT IN (0, 1, 2, 3, 4, 5), true)"  # as INTEGER, 4.5 would be rounded
_PAIR_CHECKS = {
    "has no user_id": "user_id IS NULL OR user_id = ''",
    "has no book_id": "book_id IS NULL OR book_id = ''",
    "has no rating": "rating IS NULL",
    "has a rating that is not a whole number from 0 to 5": _RATING,
}
_BOOK_FIELDS = {
    "book_id": "VARCHAR",
    "title": "VARCHAR",
    "ratings_count": "VARCHAR",
    "average_rating": "VARCHAR",
    "authors": '[{"author_id":"VARCHAR","author_name":"VARCHAR"}]',
    "similar_books": '["VARCHAR"]',
}
_BOOK_CHECKS = {
    "has no book_id": "book_id IS NULL OR book_id = ''",
    "has no ratings_count": "ratings_count IS NULL",
    "has a ratings_count that is not a number": "ratings_count <> '' AND try_cast(ratings_count AS DOUBLE) IS NULL",
}


def ingest_goodreads(
    workspace: Workspace,
    name: str,
    reviews: Path,
    books: Path | None = None,
    interactions: Path | None = None,
    config: GoodreadsConfig | None = None,
    splits: SplitConfig | None = None,
    progress: Progress = no_progress,
    source: str = "goodreads",
) -> Dataset:
    """Read the files, filter, join, split by user and save; the same files a second time, in the same way, are recognised.

    A row is a rated interaction with its review, where there is one; a history is all of a user's interactions with kept
    books. Without `books`, titles, authors and other metadata are not known; without `interactions`, they are the reviews.
    `source` says what the files are: ``goodreads``, or ``demo`` for synthetic ones.

    Raises
    ------
    DataError
        With one sentence that names the file, line or field; an older dataset of that name is then untouched.
    """
    checked_name(name, "Dataset")
    config = config or GoodreadsConfig()
    splits = splits or SplitConfig()
    if splits.by == "time":
        raise DataError("Goodreads files are split by user; a split by time is for tables with a column of the time.")
    files = {"reviews": reviews, "books": books, "interactions": interactions}
    given = {kind: path for kind, path in files.items() if path is not None}
    progress(0.0, "Looking whether these files were ingested before")
    digest = made_of(given, {"source": source, "filters": config.model_dump(), "splits": splits.model_dump()})
    if (same := made_before(workspace, name, digest)) is not None:
        progress(1.0, "These files were ingested so before")
        return same
    skipped: dict[str, dict[str, int]] = {}
    with connected(*given.values(), scratch=workspace.scratch, memory=limits.LINES_MEMORY) as con:
        for i, (kind, path) in enumerate(given.items()):
            fields = (
                _BOOK_FIELDS if kind == "books" else {"user_id": "VARCHAR", "book_id": "VARCHAR", "rating": "VARCHAR"}
            )
            fields = fields | ({"review_text": "VARCHAR"} if kind == "reviews" else {})
            load_lines(con, kind, path, fields, progress=partial(_part, progress, i, len(given)))
            checks = _BOOK_CHECKS if kind == "books" else _PAIR_CHECKS
            skipped[kind] = drop_bad_lines(con, kind, path, checks, config.skip_bad_lines)
        progress(0.7, "Filtering books and users")
        counts, read, dropped = _filter(
            con, config, has_books=books is not None, has_interactions=interactions is not None
        )
        progress(0.8, "Joining reviews")
        if interactions is not None:
            con.execute("DROP VIEW dropped; DROP TABLE interactions")  # which takes most of the memory
        rows, pairs, user_ids = extract(con, "reviews", ", ".join(p.name for p in given.values()))
        book_table = _book_table(con, has_books=books is not None)
    rows, histories = label_and_split(rows, pairs, len(user_ids), config.positive, splits)
    del pairs  # of all that was read: saving takes the most memory
    meta: dict[str, Any] = {
        "source": source,
        "files": {kind: path.name for kind, path in given.items()},
        MADE_OF: digest,
        "filters": config.model_dump(),
        "splits": splits.model_dump(),
        "positive": config.positive,
        "counts": counts,
        "skipped_lines": skipped,
        "read": read,
        "dropped": dropped,
        "ratings": {
            "parsed": len(rows),
            "not_rated": counts["not_rated"],
            "by_notation": {NUMBER: len(rows)},
            "scale": {"low": 1, "top": 5},
        },
    }
    progress(0.9, "Saving")
    dataset = save_dataset(workspace, name, rows, book_table, histories, user_ids, meta)
    progress(1.0, "Saved")
    return dataset


def _part(progress: Progress, i: int, n: int, fraction: float, message: str) -> None:
    """The progress of reading file `i` of `n`."""
    progress(0.7 * (i + fraction) / n, message)


def _filter(
    con: duckdb.DuckDBPyConnection, config: GoodreadsConfig, *, has_books: bool, has_interactions: bool
) -> tuple[dict[str, int], int, dict[str, int]]:
    """Create the tables kept_books, pairs and kept_users; returns the counts, the rows read, and those dropped by reason."""
    source = "interactions" if has_interactions else "reviews"
    if has_books:
        con.execute(
            """CREATE TEMP TABLE kept_books AS
            SELECT *, row_number() OVER (ORDER BY line) - 1 AS book_idx
            FROM (SELECT * FROM books QUALIFY row_number() OVER (PARTITION BY book_id ORDER BY line) = 1)
            WHERE try_cast(ratings_count AS DOUBLE) BETWEEN $low AND $high""",
            {"low": config.min_book_ratings, "high": config.max_book_ratings},
        )
        allowed = f"{config.min_book_ratings:,} to {config.max_book_ratings:,}"
        con.execute(
            f"""CREATE TEMP TABLE left_out_books AS
            SELECT book_id, CASE WHEN book_id IN (SELECT book_id FROM books)
                THEN 'is of a book without {allowed} ratings' ELSE 'is of a book that the books file lacks' END AS reason
            FROM (SELECT DISTINCT book_id FROM {source} ANTI JOIN kept_books USING (book_id))"""
        )
    else:
        con.execute(
            f"""CREATE TEMP TABLE kept_books AS SELECT book_id, row_number() OVER (ORDER BY min(line)) - 1 AS book_idx
            FROM {source} GROUP BY book_id"""
        )
        con.execute("CREATE TEMP TABLE left_out_books (book_id VARCHAR, reason VARCHAR)")
    low = config.min_user_books if config.min_user_books is not None else (25 if has_interactions else 1)
    high = config.max_user_books if config.max_user_books is not None else (200 if has_interactions else None)
    counts = keep_pairs(con, source, "nullif(rating::DOUBLE::INTEGER, 0)", low, high)
    read, dropped = account_for(con, source, low, high)
    if has_books:
        counts |= count(
            con,
            {
                "books": "SELECT count(*) FROM books",
                "books_repeated": "SELECT count(*) - count(DISTINCT book_id) FROM books",
                "books_without_author": "SELECT count(*) FROM kept_books WHERE coalesce(authors[1].author_id, '') = ''",
            },
        )
    return counts, read, dropped


def _book_table(con: duckdb.DuckDBPyConnection, *, has_books: bool) -> pd.DataFrame:
    if has_books:
        book_table = con.execute(
            """SELECT book_id, coalesce(title, '') AS title, nullif(authors[1].author_id, '') AS first_author,
                nullif(authors[1].author_name, '') AS author_name, try_cast(average_rating AS DOUBLE) AS average_rating,
                try_cast(ratings_count AS DOUBLE) AS ratings_count, similar_books
            FROM kept_books ORDER BY book_idx"""
        ).df()
        position = pd.Series(np.arange(len(book_table), dtype=np.int32), index=book_table["book_id"])
        exploded = book_table["similar_books"].explode().map(position).dropna().astype("int32")
        n_similar = np.bincount(exploded.index, minlength=len(book_table))
        similar = [part.tolist() for part in np.split(exploded.to_numpy(), np.cumsum(n_similar)[:-1])]
    else:
        book_table = con.execute("SELECT book_id FROM kept_books ORDER BY book_idx").df()
        book_table["title"] = "Book " + book_table["book_id"]
        book_table[["first_author", "author_name"]] = pd.NA
        book_table[["average_rating", "ratings_count"]] = np.nan
        book_table = book_table.astype({"first_author": "str", "author_name": "str"})
        similar = [[] for _ in range(len(book_table))]
    book_table["similar_books"] = similar
    return book_table
