"""Any table of ratings as a `Dataset`, and what would become of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core import ABSTAIN, files
from weakrec_core.connection import connected, sql_name
from weakrec_core.data.dataset import KEPT, RATING_TEXT, SPLITS, Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.ingest.interactions import account_for, extract, keep_pairs, label_and_split
from weakrec_core.data.ingest.items import IS_EMPTY, NO_AVERAGE, book_table, join_facts, keep_items, merge_items
from weakrec_core.data.ingest.jsonlines import drop_bad_lines
from weakrec_core.data.ingest.kept_cells import as_kept, described
from weakrec_core.data.ingest.made_before import MADE_OF, made_before, made_of
from weakrec_core.data.ingest.plain_files import plain_file
from weakrec_core.data.ingest.ratings import Cut, RatingColumn, read_ratings
from weakrec_core.data.ingest.summary import summary_of
from weakrec_core.data.ingest.table_config import FACTS, Columns, ItemFacts, TableConfig
from weakrec_core.data.ingest.tabular import known_columns, load_columns
from weakrec_core.data.ingest.times import time_expression
from weakrec_core.data.kept_columns import KeptColumn
from weakrec_core.data.noun import ITEM, Noun
from weakrec_core.data.saving import save_dataset
from weakrec_core.data.splits import SplitConfig
from weakrec_core.errors import DataError
from weakrec_core.progress import Progress, no_progress
from weakrec_core.workspace import Workspace

__all__ = ["Columns", "ItemFacts", "TableConfig", "TablePreview", "ingest_table", "preview_table"]

_EXAMPLES = 5


@dataclass(frozen=True)
class _Table:
    """All that a dataset is made of."""

    rows: pd.DataFrame
    books: pd.DataFrame
    histories: Histories
    user_ids: NDArray[np.object_]
    meta: dict[str, Any]
    ratings: RatingColumn
    cut: Cut


@dataclass(frozen=True)
class TablePreview:
    """What an ingest would make of a table; nothing is written.

    Attributes
    ----------
    summary : dict
        As ``ingest table --json`` gives it, without the dataset's name; see `summary.ingest_summary`.
    ratings : RatingColumn
        The ratings of the kept rows.
    cut : Cut
        From which rating on one is POSITIVE.
    positive_share : float
        Share of POSITIVE among the rated rows.
    kept_columns : dict
        What is known of the columns kept for LFs, by name.
    dropped_rows : DataFrame
        The rows that are not kept: line, reason, the columns of the table that were named, content (of lines that cannot be
        read); in the order of the file.
    """

    summary: dict[str, Any]
    ratings: RatingColumn
    cut: Cut
    positive_share: float
    kept_columns: dict[str, KeptColumn]
    dropped_rows: pd.DataFrame

    @property
    def read(self) -> int:
        """Rows in the file, the header apart."""
        return int(self.summary["read"])

    @property
    def kept(self) -> int:
        """Rows that the dataset is made of, rated or not."""
        return int(self.summary["ratings"]["parsed"] + self.summary["ratings"]["not_rated"])

    def examples(self, n: int = _EXAMPLES) -> pd.DataFrame:
        """The first `n` dropped rows of each reason."""
        return self.dropped_rows.groupby("reason", sort=False).head(n).reset_index(drop=True)


def ingest_table(
    workspace: Workspace,
    name: str,
    path: Path,
    columns: Columns,
    config: TableConfig | None = None,
    splits: SplitConfig | None = None,
    progress: Progress = no_progress,
    noun: Noun = ITEM,
    facts: ItemFacts | None = None,
) -> Dataset:
    """Read a table with one row a user and item, filter, split by user or by time and save.

    The same file a second time, in the same way, is recognised.

    A row of the dataset is a rated pair; a history is all of a user's pairs, rated or not, by time those before the first that
    is held out. Items of one title and one
    creator, case and spaces aside, are one item, the first of them. An item's average rating is not computed from the
    table: it would be made of labels that train does not have and test must not give away. Its number of ratings is that
    of the train users who have it.

    Ratings that are all plain numbers are stored as they are; others as shares of their scales, with ``rating_text`` as it
    was written.

    Parameters
    ----------
    facts : ItemFacts, optional
        A second file, which then has the columns title, creator and average_rating.

    Raises
    ------
    DataError
        With one sentence that names the file, line or column; an older dataset of that name is then untouched.
    """
    files.checked_name(name, "Dataset")
    scratch, config, splits = workspace.scratch, config or TableConfig(), splits or SplitConfig()
    given = {"ratings": path} | ({"items": facts.file} if facts else {})
    options = [model.model_dump(mode="json") for model in (columns, config, splits, *([facts] if facts else []))]
    digest = made_of(given, {"options": options, "noun": list(noun)})
    if (same := made_before(workspace, name, digest)) is not None:
        progress(1.0, "This file was ingested so before")
        return same
    with connected(*given.values(), scratch=scratch) as con:
        table = _table(con, path, columns, config, splits, progress, noun, facts, scratch)
    progress(0.9, "Saving")
    meta = table.meta | {MADE_OF: digest}
    dataset = save_dataset(workspace, name, table.rows, table.books, table.histories, table.user_ids, meta)
    progress(1.0, "Saved")
    return dataset


def preview_table(
    path: Path,
    columns: Columns,
    config: TableConfig | None = None,
    splits: SplitConfig | None = None,
    progress: Progress = no_progress,
    facts: ItemFacts | None = None,
    scratch: Path | None = None,
) -> TablePreview:
    """Do what `ingest_table` does, but save nothing; unusable lines are among the dropped rows.

    Parameters
    ----------
    scratch : Path, optional
        Where what is unpacked or does not fit into memory lies for the while; by default the system's directory for
        temporary files.

    Raises
    ------
    DataError
        As `ingest_table` does, but for unusable lines.
    """
    config = (config or TableConfig()).model_copy(update={"skip_bad_lines": True})
    with connected(path, *([facts.file] if facts else []), scratch=scratch) as con:
        table = _table(con, path, columns, config, splits or SplitConfig(), progress, ITEM, facts, scratch)
        there = {row[0] for row in con.execute("DESCRIBE dropped").fetchall()}
        shown = {key: n for key, n in columns.named().items() if key in there and (facts is None or key not in FACTS)}
        chosen = ", ".join(f"{key} AS {sql_name(name)}" for key, name in shown.items())
        dropped = con.execute(f"SELECT line, reason, {chosen}, content FROM dropped ORDER BY line").df()
    rows = {split: int((table.rows["split"] == split).sum()) for split in SPLITS}
    summary = summary_of(table.meta, rows, len(table.books), len(table.user_ids))
    kept = {name: KeptColumn.model_validate(said) for name, said in table.meta["kept"].items()}
    return TablePreview(summary, table.ratings, table.cut, float(table.rows["gold"].mean()), kept, dropped)


def _table(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    columns: Columns,
    config: TableConfig,
    splits: SplitConfig,
    progress: Progress,
    noun: Noun,
    facts: ItemFacts | None,
    scratch: Path | None,
) -> _Table:
    """All that a dataset is made of; the view dropped has the rows that are not kept."""
    named = columns.named()
    if splits.by != "time":
        named.pop("time", None)
    elif "time" not in named:
        raise DataError("A split by time needs a column of the time (--time), and none is named.")
    of_table = {key: name for key, name in named.items() if facts is None or key not in FACTS}
    kept = {f"kept_{i}": name for i, name in enumerate(columns.kept())}
    with plain_file(path, config.format.encoding, lambda f, message: progress(0.3 * f, message), scratch) as file:
        progress(0.3, f"Reading {path.name}")
        known = known_columns(con, file, list(of_table.values()), config.format) if facts and kept else kept.values()
        of_table |= {key: name for key, name in kept.items() if name in known}
        dialect = load_columns(con, "ratings", file, of_table, config.format)
        skipped = _clean(con, path, of_table, kept, config.skip_bad_lines, file.unit)
    ratings = _read_ratings(con, path, config)
    cut = ratings.cut(config.positive)
    low, high = _checked_range(ratings, cut, path)
    progress(0.7, "Filtering items and users")
    of_facts = {key: name for key, name in kept.items() if key not in of_table}
    counts = join_facts(con, facts, columns, of_facts, config.skip_bad_lines, scratch) if facts else {}
    counts = merge_items(con) | counts
    keep_items(con, config.min_item_users, config.max_item_users)
    limits = config.min_user_items, config.max_user_items
    counts = keep_pairs(con, "ratings", "stored", *limits, moment="moment" if splits.by == "time" else "") | counts
    read, dropped = account_for(con, "ratings", *limits)
    also = {key: key for key in kept} | ({} if ratings.plain else {RATING_TEXT: "rating"})
    rows, pairs, user_ids = extract(con, "ratings", path.name, also)
    rated = con.execute(
        "SELECT said.rating, count(*) FROM pairs JOIN kept_users USING (user_id) JOIN ratings AS said ON said.line = pairs.line "
        "WHERE said.rating IS NOT NULL GROUP BY ALL"
    ).fetchall()
    rows, histories = label_and_split(rows, pairs, len(user_ids), cut.value, splits)
    later = len(pairs) - len(histories.indices) - int((rows["split"] != "train").sum())
    if splits.by == "time" and later:
        counts["not_rated_after_the_held_out_began"] = later
    rows, kept_columns = _read_kept(rows, columns)
    kept_ratings = ratings.with_rows(dict(rated))
    meta: dict[str, Any] = {
        "source": "table",
        "files": {"ratings": path.name} | ({"items": facts.file.name} if facts else {}),
        "columns": columns.model_dump(mode="json", exclude_defaults=True) | ({"items_id": facts.id} if facts else {}),
        "format": {"kind": file.kind, "encoding": file.encoding}
        | ({"separator": dialect.separator, "quote": dialect.quote, "header": dialect.header} if dialect else {}),
        "filters": config.model_dump(mode="json", exclude={"format"}),
        "splits": splits.model_dump(),
        "positive": cut.value,
        "rating_range": [low, high],
        "noun": list(noun),
        "counts": counts,
        "skipped_lines": {"ratings": skipped},
        "read": read,
        "dropped": dropped,
        "ratings": kept_ratings.summary(cut, counts["not_rated"]),
        "kept": {name: column.model_dump(exclude_defaults=True) for name, column in kept_columns.items()},
    }
    train_users = rows.loc[rows["split"] == "train", "user_idx"].unique()
    books = book_table(con, histories, train_users)
    return _Table(rows, books, histories, user_ids, meta, kept_ratings, cut)


def _read_kept(rows: pd.DataFrame, columns: Columns) -> tuple[pd.DataFrame, dict[str, KeptColumn]]:
    """The rows with their kept columns as a dataset has them, and what is known of each."""
    of_dev = np.where(rows["split"] == "dev", rows["gold"], ABSTAIN)
    found, told = {}, {}
    for i, (name, kind) in enumerate(columns.kept().items()):
        values, unread = as_kept(rows.pop(f"kept_{i}"), name, kind)
        found[KEPT + name], told[name] = values, described(values, kind, unread, of_dev)
    return rows.assign(**found), told


def _clean(
    con: duckdb.DuckDBPyConnection, path: Path, named: dict[str, str], kept: dict[str, str], skip: bool, unit: str
) -> dict[str, int]:
    """Make the table ratings complete; what is blank is not known. Returns the lines left out by what was wrong."""
    roles = Columns(user="", item="", rating="", text="", title="", creator="", average_rating="")
    for key in (*roles.named(), *kept):
        if key not in named:
            con.execute(f"ALTER TABLE ratings ADD COLUMN {key} VARCHAR")
        elif key not in ("user_id", "book_id"):
            con.execute(f"UPDATE ratings SET {key} = NULL WHERE {IS_EMPTY.format(key)}")
    checks = {f"has no {named[key]}": f"coalesce(trim({key}), '') = ''" for key in ("user_id", "book_id")}
    if "average_rating" in named:
        checks[f"has a {named['average_rating']} that is not a number"] = NO_AVERAGE
    if "time" in named:
        moment = time_expression(con, "ratings", "time", path, named["time"])
        con.execute("ALTER TABLE ratings ADD COLUMN moment DOUBLE")
        con.execute(f"UPDATE ratings SET moment = {moment}")
        checks[f"has a {named['time']} that is no time"] = "moment IS NULL"
    return drop_bad_lines(con, "ratings", path, checks, skip, unit)


def _read_ratings(con: duckdb.DuckDBPyConnection, path: Path, config: TableConfig) -> RatingColumn:
    """Read the ratings, and store them in the column ``stored`` of the table ratings."""
    found = con.execute(
        "SELECT rating, count(*) FROM ratings WHERE rating IS NOT NULL GROUP BY rating ORDER BY min(line)"
    )
    rows = dict(found.fetchall())
    if not rows:
        raise DataError(f"{path} has no rating in any row.")
    ratings = read_ratings(rows, config.scale, config.not_rated)
    if config.scale is None and (two := ratings.two_scales()):
        raise DataError(
            f"The ratings in {path} look like two scales in one column, from {two[0]} and from {two[1]}; name the scale that "
            f"counts (--scale), such as {two[0].low:g}-{two[0].top:g}."
        )
    if ratings.rated.empty:
        raise DataError(
            f"None of the ratings in {path} can be read, such as {ratings.values['raw'].iloc[0][:40]!r}; name another column."
        )
    con.register("readings", ratings.values.assign(stored=ratings.stored)[["raw", "stored"]].dropna())
    con.execute("ALTER TABLE ratings ADD COLUMN stored DOUBLE")
    con.execute("UPDATE ratings SET stored = readings.stored FROM readings WHERE ratings.rating = readings.raw")
    return ratings


def _checked_range(ratings: RatingColumn, cut: Cut, path: Path) -> tuple[float, float]:
    """The lowest and the highest rating, as they are stored."""
    low, high = float(ratings.stored.min()), float(ratings.stored.max())
    if not low < cut.value <= high:
        shown = "{:g}" if ratings.plain else "{:.0%}"
        raise DataError(
            f"The ratings in {path} go from {shown.format(low)} to {shown.format(high)}: with {cut.text} as the lowest POSITIVE "
            f"rating, all would be {'POSITIVE' if cut.value <= low else 'NEGATIVE'}; choose --positive between them."
        )
    return low, high
