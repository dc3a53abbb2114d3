"""Any table of ratings (CSV, TSV, JSON lines, Parquet) as a `Dataset`."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from weakrec_core import files
from weakrec_core.data.dataset import Dataset, save_dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.ingest.interactions import count, extract, keep_pairs, label_and_split
from weakrec_core.data.ingest.jsonlines import drop_bad_lines, verify
from weakrec_core.data.ingest.tabular import is_parquet, load_columns
from weakrec_core.data.noun import ITEM, Noun
from weakrec_core.data.splits import SplitConfig
from weakrec_core.errors import DataError
from weakrec_core.progress import Progress, no_progress
from weakrec_core.workspace import Workspace


class Columns(BaseModel):
    """The names of the table's columns; None = there is no such column.

    Attributes
    ----------
    average_rating : str or None
        What everybody thinks of the item, as a number known apart from these ratings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str
    item: str
    rating: str
    text: str | None = None
    title: str | None = None
    creator: str | None = None
    average_rating: str | None = None


class TableConfig(BaseModel):
    """Filters of the ingest.

    Attributes
    ----------
    positive : float
        Ratings from this on are POSITIVE.
    min_item_users, max_item_users : int or None
        Items by the users who have them in the table; None = no limit.
    min_user_items, max_user_items : int or None
        Users by their kept items; None = no limit.
    skip_bad_lines : bool
        Leave unusable lines out, counted, rather than stop at the first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    positive: float = 4.0
    min_item_users: int = 1
    max_item_users: int | None = None
    min_user_items: int = 1
    max_user_items: int | None = None
    skip_bad_lines: bool = False


_EMPTY = "coalesce(lower(trim({0})), '') IN ('', 'nan')"
_NO_NUMBER = "NOT isfinite(coalesce(try_cast({0} AS DOUBLE), 'nan'::DOUBLE))"
_RATING = f"CASE WHEN NOT ({_EMPTY.format('rating')}) THEN rating::DOUBLE END"


def ingest_table(
    workspace: Workspace,
    name: str,
    path: Path,
    columns: Columns,
    config: TableConfig | None = None,
    splits: SplitConfig | None = None,
    progress: Progress = no_progress,
    noun: Noun = ITEM,
) -> Dataset:
    """Read a table with one row a user and item, filter, split by user and save.

    A row of the dataset is a rated pair; a history is all of a user's pairs, rated or not. Items of one title and one
    creator, case and spaces aside, are one item, the first of them. An item's average rating is not computed from the
    table: it would be made of labels that train does not have and test must not give away. Its number of ratings is that
    of the train users who have it.

    Raises
    ------
    DataError
        With one sentence that names the file, line or column; an older dataset of that name is then untouched.
    """
    files.checked_name(name, "Dataset")
    config, splits = config or TableConfig(), splits or SplitConfig()
    verify(path, lambda f, message: progress(0.3 * f, message))
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false; SET TimeZone = 'UTC'")
        progress(0.3, f"Reading {path.name}")
        skipped = _load(con, path, columns, config.skip_bad_lines)
        low, high = _checked_range(con, path, config.positive)
        progress(0.7, "Filtering items and users")
        counts = _merge_items(con)
        _keep_items(con, config)
        counts = keep_pairs(con, "ratings", _RATING, config.min_user_items, config.max_user_items) | counts
        rows, histories, user_ids = extract(con, "ratings", path.name)
        items = con.execute(
            "SELECT book_id, title, creator, creator_key, average_rating FROM kept_books ORDER BY book_idx"
        ).df()
    rows = label_and_split(rows, config.positive, splits)
    meta: dict[str, Any] = {
        "source": "table",
        "files": {"ratings": path.name},
        "columns": columns.model_dump(exclude_none=True),
        "filters": config.model_dump(),
        "splits": splits.model_dump(),
        "positive": config.positive,
        "rating_range": [low, high],
        "noun": list(noun),
        "counts": counts,
        "skipped_lines": {"ratings": skipped},
    }
    progress(0.9, "Saving")
    train_users = rows.loc[rows["split"] == "train", "user_idx"].unique()
    dataset = save_dataset(workspace, name, rows, _book_table(items, histories, train_users), histories, user_ids, meta)
    progress(1.0, "Saved")
    return dataset


def _load(con: duckdb.DuckDBPyConnection, path: Path, columns: Columns, skip: bool) -> dict[str, int]:
    """Create the table ratings (line, user_id, book_id, rating, review_text, title, creator, average_rating)."""
    named = {
        "user_id": columns.user,
        "book_id": columns.item,
        "rating": columns.rating,
        "review_text": columns.text,
        "title": columns.title,
        "creator": columns.creator,
        "average_rating": columns.average_rating,
    }
    load_columns(con, "ratings", path, {key: name for key, name in named.items() if name is not None})
    for key, column in named.items():
        if column is None:
            con.execute(f"ALTER TABLE ratings ADD COLUMN {key} VARCHAR")
        elif key not in ("user_id", "book_id", "rating"):  # what is blank is not known
            con.execute(f"UPDATE ratings SET {key} = NULL WHERE {_EMPTY.format(key)}")
    checks = {
        f"has no {columns.user}": "coalesce(trim(user_id), '') = ''",
        f"has no {columns.item}": "coalesce(trim(book_id), '') = ''",
    }
    for key in ("rating", "average_rating"):
        condition = f"NOT ({_EMPTY.format(key)}) AND {_NO_NUMBER.format(key)}"
        checks[f"has a {named[key]} that is not a number"] = condition
    return drop_bad_lines(con, "ratings", path, checks, skip, "Row" if is_parquet(path) else "Line")


def _checked_range(con: duckdb.DuckDBPyConnection, path: Path, positive: float) -> tuple[float, float]:
    """The lowest and the highest rating."""
    low, high = con.execute(f"SELECT min({_RATING}), max({_RATING}) FROM ratings").fetchall()[0]
    if low is None:
        raise DataError(f"{path} has no rating in any row.")
    if not low < positive <= high:
        raise DataError(
            f"The ratings in {path} go from {low:g} to {high:g}: with {positive:g} as the lowest POSITIVE rating, all would "
            f"be {'POSITIVE' if positive <= low else 'NEGATIVE'}; choose --positive between them."
        )
    return low, high


def _merge_items(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Create the table items, and give the rows of items of one title and creator the id of the first."""
    con.execute(
        r"""CREATE TEMP TABLE found AS
        SELECT *, lower(trim(regexp_replace(title, '\s+', ' ', 'g'))) AS title_key,
            lower(trim(regexp_replace(creator, '\s+', ' ', 'g'))) AS creator_key
        FROM (SELECT book_id, min(line) AS line, arg_min(title, line) AS title, arg_min(creator, line) AS creator,
                arg_min(average_rating, line)::DOUBLE AS average_rating
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


def _keep_items(con: duckdb.DuckDBPyConnection, config: TableConfig) -> None:
    con.execute(
        """CREATE TEMP TABLE kept_books AS
        SELECT items.*, row_number() OVER (ORDER BY line) - 1 AS book_idx
        FROM items JOIN (SELECT book_id, count(DISTINCT user_id) AS n_users FROM ratings GROUP BY book_id) USING (book_id)
        WHERE book_id = first_id AND n_users BETWEEN $low AND $high""",
        {"low": config.min_item_users, "high": 1 << 40 if config.max_item_users is None else config.max_item_users},
    )


def _book_table(items: pd.DataFrame, histories: Histories, train_users: NDArray[np.integer]) -> pd.DataFrame:
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
