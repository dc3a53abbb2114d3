"""The items of a table of ratings: their facts, which of them are one, which are kept."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.data.histories import Histories
from weakrec_core.data.ingest.interactions import count
from weakrec_core.data.ingest.jsonlines import drop_bad_lines
from weakrec_core.data.ingest.plain_files import plain_file
from weakrec_core.data.ingest.table_config import FACTS, Columns, ItemFacts
from weakrec_core.data.ingest.tabular import load_columns

IS_EMPTY = "coalesce(lower(trim({0})), '') IN ('', 'nan')"
_NUMBER = r"CASE WHEN regexp_full_match(trim({0}), '[+-]?\d*,\d+') THEN replace({0}, ',', '.') ELSE {0} END"
_AVERAGE = f"try_cast({_NUMBER.format('average_rating')} AS DOUBLE)"
NO_AVERAGE = f"NOT ({IS_EMPTY.format('average_rating')}) AND NOT isfinite(coalesce({_AVERAGE}, 'nan'::DOUBLE))"


def join_facts(
    con: duckdb.DuckDBPyConnection,
    facts: ItemFacts,
    columns: Columns,
    kept: dict[str, str],
    skip: bool,
    scratch: Path | None = None,
) -> dict[str, int]:
    """Fill the columns of the table ratings that describe items from a second file; of repeated items the first row counts.

    Parameters
    ----------
    kept : dict
        Further columns to fill to those of the file.

    Returns
    -------
    dict
        How many items of either file the other lacks.

    Raises
    ------
    DataError
        Naming the file, line or column.
    """
    named = {key: name for key, name in columns.named().items() if key in FACTS} | kept
    with plain_file(facts.file, facts.format.encoding, scratch=scratch) as file:
        load_columns(con, "facts", file, {"book_id": facts.id} | named, facts.format)
        checks = {f"has no {facts.id}": "coalesce(trim(book_id), '') = ''"}
        if "average_rating" in named:
            checks[f"has a {named['average_rating']} that is not a number"] = NO_AVERAGE
        skipped = drop_bad_lines(con, "facts", facts.file, checks, skip, file.unit)
    con.execute("DELETE FROM facts WHERE line NOT IN (SELECT min(line) FROM facts GROUP BY book_id)")
    for key in named:
        con.execute(
            f"""UPDATE ratings SET {key} = CASE WHEN NOT ({IS_EMPTY.format(f"facts.{key}")}) THEN facts.{key} END
            FROM facts WHERE facts.book_id = ratings.book_id"""
        )
    unmatched = "SELECT count(DISTINCT book_id) FROM {} ANTI JOIN {} USING (book_id)"
    counts = {
        "books_without_facts": unmatched.format("ratings", "facts"),
        "books_only_in_facts": unmatched.format("facts", "ratings"),
    }
    return count(con, counts) | {f"lines of {facts.file.name} left out: {what}": n for what, n in skipped.items()}


def merge_items(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Create the table items, and give the rows of items of one title and creator the id of the first."""
    con.execute(
        rf"""CREATE TEMP TABLE found AS
        SELECT *, lower(trim(regexp_replace(title, '\s+', ' ', 'g'))) AS title_key,
            lower(trim(regexp_replace(creator, '\s+', ' ', 'g'))) AS creator_key
        FROM (SELECT book_id, min(line) AS line, arg_min(title, line) AS title, arg_min(creator, line) AS creator,
                arg_min({_AVERAGE}, line) AS average_rating
            FROM ratings GROUP BY book_id)"""
    )
    # Titles alone do not tell: many items may be called "Selected Poems".
    con.execute(
        """CREATE TEMP TABLE items AS SELECT *, first_value(book_id) OVER (
            PARTITION BY title_key, creator_key, CASE WHEN title_key IS NULL OR creator_key IS NULL THEN book_id END
            ORDER BY line) AS first_id
        FROM found"""
    )
    con.execute("UPDATE ratings SET book_id = first_id FROM items WHERE ratings.book_id = items.book_id")
    return count(
        con,
        {
            "books": "SELECT count(*) FROM items",
            "books_merged": "SELECT count(*) FROM items WHERE book_id <> first_id",
            "books_without_title": "SELECT count(*) FROM items WHERE title IS NULL",
            "books_without_author": "SELECT count(*) FROM items WHERE creator IS NULL",
        },
    )


def keep_items(con: duckdb.DuckDBPyConnection, min_users: int, max_users: int | None) -> None:
    """Create the tables kept_books, by ``book_idx``, and left_out_books, with the reason."""
    con.execute(
        """CREATE TEMP TABLE sized_items AS
        SELECT items.*, n_users, n_users BETWEEN $low AND $high AS kept
        FROM items JOIN (SELECT book_id, count(DISTINCT user_id) AS n_users FROM ratings GROUP BY book_id) USING (book_id)
        WHERE book_id = first_id""",
        {"low": min_users, "high": 1 << 40 if max_users is None else max_users},
    )
    con.execute(
        """CREATE TEMP TABLE kept_books AS
        SELECT *, row_number() OVER (ORDER BY line) - 1 AS book_idx FROM sized_items WHERE kept"""
    )
    con.execute(
        f"""CREATE TEMP TABLE left_out_books AS
        SELECT book_id, 'is of an item with ' || CASE WHEN n_users < {min_users} THEN 'fewer than {min_users:,}'
            ELSE 'more than {max_users or 0:,}' END || ' users' AS reason
        FROM sized_items WHERE NOT kept"""
    )


def book_table(con: duckdb.DuckDBPyConnection, histories: Histories, train_users: NDArray[np.integer]) -> pd.DataFrame:
    """The kept items as a dataset has them; their number of ratings is that of the `train_users` who have them."""
    items = con.execute(
        "SELECT book_id, title, creator, creator_key, average_rating FROM kept_books ORDER BY book_idx"
    ).df()
    of_train = np.isin(histories.users, train_users)
    return pd.DataFrame(
        {
            "book_id": items["book_id"],
            "title": items["title"].fillna("Item " + items["book_id"]).astype("str"),
            "first_author": items["creator_key"].astype("str"),
            "author_name": items["creator"].astype("str"),
            "average_rating": items["average_rating"].astype("float64"),
            "ratings_count": np.bincount(histories.indices[of_train], minlength=len(items)).astype("float64"),
            "similar_books": [[] for _ in range(len(items))],
        }
    )
