"""Signals over histories and the books' own metadata."""

import numpy as np
import pandas as pd

from weakrec_core.data.dataset import Dataset
from weakrec_core.signals.registry import Signal, Values, row_signal

_NO_AUTHOR = "the author is not known"


@row_signal(
    Signal(
        "author_books",
        "Other {items} by the same first author in the user's history; the {item} itself is not counted",
        "{items}",
        _NO_AUTHOR,
    ),
    Signal(
        "author_books_with_target",
        "{Items} by the same first author in the user's history, the {item} itself counted, as in the tutorial",
        "{items}",
        _NO_AUTHOR,
    ),
    Signal(
        "author_share",
        "Share of the user's other {items} that are by the same first author",
        "0 to 1",
        "the author is not known or the user has no other {item}",
        step=0.01,
    ),
)
def author_counts(dataset: Dataset, rows: pd.DataFrame) -> tuple[Values, ...]:
    users, books = rows["user_idx"].to_numpy(), rows["book_idx"].to_numpy()
    author, names = pd.factorize(dataset.books["first_author"])  # -1 = not known
    histories = dataset.histories
    owner, read, asked = histories.among(users)
    keys, counts = np.unique(owner.astype(np.int64) * (len(names) + 1) + author[read], return_counts=True)
    wanted = asked.astype(np.int64) * (len(names) + 1) + author[books]
    at = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    found = np.where(keys[at] == wanted, counts[at], 0).astype(float) if len(keys) else np.zeros(len(rows))
    found[author[books] < 0] = np.nan
    target = histories.contains(users, books)
    others = found - target
    n_others = (histories.lengths[users] - target).astype(float)
    share = np.divide(others, n_others, out=np.full(len(rows), np.nan), where=n_others > 0)
    # Of a row that is held out by time the item is not in the history, and yet is counted.
    return others, others + 1 if dataset.by_time else found, share


@row_signal(Signal("history_length", "Other {items} in the user's history", "{items}", "never"))
def history_length(dataset: Dataset, rows: pd.DataFrame) -> tuple[Values, ...]:
    users, books = rows["user_idx"].to_numpy(), rows["book_idx"].to_numpy()
    return ((dataset.histories.lengths[users] - dataset.histories.contains(users, books)).astype(float),)


@row_signal(
    Signal(
        "similar_books_read",
        "{Items} in the user's history that are listed as similar to this one, its series included",
        "{items}",
        "no similar {items} are listed",
    )
)
def similar_books_read(dataset: Dataset, rows: pd.DataFrame) -> tuple[Values, ...]:
    users, books = rows["user_idx"].to_numpy(), rows["book_idx"].to_numpy()
    n_similar = dataset.books["similar_books"].map(len).to_numpy(np.int64)
    start = np.concatenate([[0], np.cumsum(n_similar)])
    flat = np.concatenate([np.asarray(s, np.int64) for s in dataset.books["similar_books"]] or [np.zeros(0, np.int64)])
    per_row = n_similar[books]
    row = np.repeat(np.arange(len(rows)), per_row)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(per_row) - per_row, per_row)
    similar = flat[start[books][row] + offset]
    hits = dataset.histories.contains(users[row], similar)
    count = np.bincount(row, weights=hits, minlength=len(rows)).astype(float)
    count[per_row == 0] = np.nan
    return (count,)


@row_signal(
    Signal(
        "average_rating",
        "The {item}'s average rating, known apart from these ratings",
        "rating",
        "not in the data",
        step=0.05,
    ),
    Signal("ratings_count", "How many ratings the {item} has", "ratings", "not in the data", step=100),
)
def book_ratings(dataset: Dataset, rows: pd.DataFrame) -> tuple[Values, ...]:
    of_row = dataset.books[["average_rating", "ratings_count"]].to_numpy(float)[rows["book_idx"].to_numpy()]
    return of_row[:, 0], of_row[:, 1]
