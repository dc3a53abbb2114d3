"""From a table of interactions in DuckDB to the rows and histories of a dataset: what every ingest does alike.

The table has user_id, book_id, rating and line, its order in the file. A table kept_books says which books are kept and as
which ``book_idx``. A user and a book make one pair; of repeated interactions the first rated one counts.
"""

from collections.abc import Mapping

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.data.histories import Histories
from weakrec_core.data.splits import SplitConfig, first_held_out, split_by_time, split_by_user
from weakrec_core.errors import DataError

REPEATS = "repeats a user and item"


def keep_pairs(
    con: duckdb.DuckDBPyConnection,
    source: str,
    rating: str,
    min_user_books: int,
    max_user_books: int | None,
    moment: str = "",
) -> dict[str, int]:
    """Create the tables pairs (user_id, book_idx, rating, line, place; rating NULL = not rated) and kept_users (user_id, user_idx).

    Parameters
    ----------
    source : str
        The table of interactions.
    rating : str
        SQL expression over it for the rating, NULL where there is none.
    min_user_books, max_user_books : int
        Users by their pairs; None = no limit.
    moment : str, optional
        SQL expression over it for the time. Place is the order of a user's pairs in time, at the same time of the file; of
        repeated interactions the first in time counts.

    Returns
    -------
    dict
        How many of what were found and kept.
    """
    order = f"{moment}, {source}.line" if moment else f"{source}.line"
    place = f"row_number() OVER (PARTITION BY user_id ORDER BY {order})" if moment else "0"
    # A number a user from here on: ids are texts, of which there are few beside the interactions.
    con.execute(f"CREATE TYPE known_user AS ENUM (SELECT DISTINCT user_id FROM {source} ORDER BY user_id)")
    con.execute(
        f"""CREATE TEMP TABLE pairs AS
        SELECT user_id::known_user AS user_id, book_idx::INTEGER AS book_idx, {rating} AS rating, {source}.line AS line,
            {place} AS place
        FROM {source} JOIN kept_books USING (book_id)
        QUALIFY row_number() OVER (
            PARTITION BY user_id::known_user, book_idx::INTEGER ORDER BY ({rating} IS NULL), {order}) = 1"""
    )
    con.execute(
        """CREATE TEMP TABLE user_sizes AS SELECT user_id, count(*) AS n_books, count(*) BETWEEN $low AND $high AS kept
        FROM pairs GROUP BY user_id""",
        {"low": min_user_books, "high": 1 << 40 if max_user_books is None else max_user_books},
    )
    con.execute(
        """CREATE TEMP TABLE kept_users AS SELECT user_id, row_number() OVER (ORDER BY user_id) - 1 AS user_idx
        FROM user_sizes WHERE kept"""
    )
    of_kept_books = f"SELECT count(*) FROM {source} JOIN kept_books USING (book_id)"
    return count(
        con,
        {
            "interactions": f"SELECT count(*) FROM {source}",
            "interactions_repeated": f"SELECT ({of_kept_books}) - (SELECT count(*) FROM pairs)",
            "interactions_kept": "SELECT count(*) FROM pairs JOIN kept_users USING (user_id)",
            "not_rated": "SELECT count(*) FROM pairs JOIN kept_users USING (user_id) WHERE rating IS NULL",
            "books_kept": "SELECT count(*) FROM kept_books",
            "users": "SELECT count(*) FROM user_sizes",
            "users_kept": "SELECT count(*) FROM kept_users",
        },
    )


def account_for(
    con: duckdb.DuckDBPyConnection, source: str, min_user_books: int, max_user_books: int | None
) -> tuple[int, dict[str, int]]:
    """How many rows of `source` were read, and how many are not kept, by reason; the view dropped gives them one by one.

    A table left_out_books (book_id, reason) says why books are not kept. To be called after `keep_pairs`, and
    `drop_bad_lines` before that.

    Returns
    -------
    read : int
    dropped : dict
        The most common reason first; ``read`` less their sum is the number of pairs kept, rated or not.
    """
    of_user = f"""'is of a user with ' || CASE WHEN n_books < {min_user_books} THEN 'fewer than {min_user_books:,}'
        ELSE 'more than {max_user_books or 0:,}' END || ' items'"""
    con.execute(
        f"""CREATE TEMP VIEW dropped AS
        SELECT * FROM (
            SELECT said.*, CASE
                WHEN kept_books.book_id IS NULL THEN left_out_books.reason
                WHEN pairs.line IS NULL THEN '{REPEATS}'
                WHEN NOT user_sizes.kept THEN {of_user} END AS reason
            FROM {source} AS said LEFT JOIN kept_books USING (book_id) LEFT JOIN left_out_books USING (book_id)
            LEFT JOIN pairs ON pairs.line = said.line LEFT JOIN user_sizes ON user_sizes.user_id = said.user_id)
        WHERE reason IS NOT NULL
        UNION ALL BY NAME SELECT *, problem AS reason FROM {source}_bad"""
    )
    # Counted apart from the view, whose join over all lines is for tables that somebody looks at.
    by_reason = con.execute(
        f"""SELECT reason, sum(n)::BIGINT AS n FROM (
            SELECT problem AS reason, count(*) AS n FROM {source}_bad GROUP BY problem
            UNION ALL SELECT reason, count(*) FROM {source} JOIN left_out_books USING (book_id) GROUP BY reason
            UNION ALL SELECT '{REPEATS}', (SELECT count(*) FROM {source} JOIN kept_books USING (book_id)) - count(*) FROM pairs
            UNION ALL SELECT {of_user} AS reason, sum(n_books) FROM user_sizes WHERE NOT kept GROUP BY reason)
        GROUP BY reason HAVING sum(n) > 0 ORDER BY n DESC, reason"""
    ).fetchall()
    read = count(con, {"read": f"SELECT (SELECT count(*) FROM {source}) + (SELECT count(*) FROM {source}_bad)"})["read"]
    return read, dict(by_reason)


def count(con: duckdb.DuckDBPyConnection, queries: dict[str, str]) -> dict[str, int]:
    """The one number that each query gives."""
    return {key: int(con.execute(query).fetchall()[0][0]) for key, query in queries.items()}


def extract(
    con: duckdb.DuckDBPyConnection, texts: str, files: str, also: Mapping[str, str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame, NDArray[np.object_]]:
    """The rated pairs as rows, each with its text; all pairs (user_idx, book_idx, place), unrated ones included; the user ids.

    Parameters
    ----------
    texts : str
        The table that has review_text; of several the first counts.
    files : str
        Names of the files, for the message.
    also : mapping, optional
        Further columns of the rows to those of `texts`, then the table of interactions, that they are taken from.

    Raises
    ------
    DataError
        If no rated pair is left.
    """
    chosen = "".join(f", {column} AS {name}" for name, column in (also or {}).items())
    said = f" JOIN (SELECT line{chosen} FROM {texts}) AS said ON said.line = pairs.line" if also else ""
    rows = (
        con.sql(
            f"""WITH texts AS (
            SELECT user_id, book_id, review_text FROM {texts}
            QUALIFY row_number() OVER (PARTITION BY user_id, book_id ORDER BY (review_text IS NULL), line) = 1)
        SELECT user_idx::INTEGER AS user_idx, book_idx::INTEGER AS book_idx, user_id, book_id, review_text,
            pairs.rating::FLOAT AS rating, place{"".join(f", said.{name}" for name in also or ())}
        FROM pairs JOIN kept_users USING (user_id) JOIN kept_books USING (book_idx)
        LEFT JOIN texts USING (user_id, book_id){said}
        WHERE pairs.rating IS NOT NULL"""
        )
        .to_arrow_table()
        .to_pandas(split_blocks=True, self_destruct=True)  # a column at a time, or the texts would be there twice
    )
    if rows.empty:
        raise DataError(
            f"No rated interaction is left of {files} after the filters; widen the limits on books and users."
        )
    pairs = con.execute(
        "SELECT user_idx::INTEGER AS user_idx, book_idx, place FROM pairs JOIN kept_users USING (user_id)"
    ).df()
    user_ids = con.execute("SELECT user_id FROM kept_users ORDER BY user_idx").df()["user_id"].to_numpy(object)
    return rows, pairs, user_ids


def label_and_split(
    rows: pd.DataFrame, pairs: pd.DataFrame, n_users: int, positive: float, splits: SplitConfig
) -> tuple[pd.DataFrame, Histories]:
    """The rows with ``gold``, POSITIVE from the rating `positive` on, and ``split``; the histories.

    By time, a history ends before the first of the user's rows that is held out.
    """
    users, place = rows["user_idx"].to_numpy(), rows["place"].to_numpy()
    if splits.by == "time":
        split = split_by_time(users, place, splits)
        first = first_held_out(users, place, split, n_users)
        pairs = pairs[pairs["place"].to_numpy() < first[pairs["user_idx"].to_numpy()]]
    else:
        split = split_by_user(users, splits)
    rows = rows.drop(columns="place").assign(gold=(rows["rating"] >= positive).astype("int8"), split=split)
    return rows, Histories.from_pairs(pairs["user_idx"].to_numpy(), pairs["book_idx"].to_numpy(), n_users)
