"""Signals over histories and books, against a count by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.data.dataset import SPLITS, Dataset
from weakrec_core.data.histories import Histories
from weakrec_core.signals import SignalStore
from weakrec_core.signals.books import author_counts, book_ratings, history_length, similar_books_read

AUTHORS = st.lists(st.sampled_from(["a", "b", None]), min_size=6, max_size=6)
PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=20)
SIMILAR = st.lists(st.lists(st.integers(0, 5), max_size=4, unique=True), min_size=6, max_size=6)


class Fake:
    """The parts of a dataset that these signals read: 4 users, 6 books."""

    by_time = False

    def __init__(self, authors: list[str | None], pairs: list[tuple[int, int]], similar: list[list[int]]):
        users, books = np.array(pairs).T
        self.histories = Histories.from_pairs(users, books, 4)
        self.books = pd.DataFrame({"first_author": pd.array(authors, dtype="str"), "similar_books": similar})


EVERY = pd.DataFrame([(u, b) for u in range(4) for b in range(6)], columns=["user_idx", "book_idx"])


@given(AUTHORS, PAIRS, SIMILAR)
def test_counts_by_hand(authors: list[str | None], pairs: list[tuple[int, int]], similar: list[list[int]]) -> None:
    fake: Any = Fake(authors, pairs, similar)
    want: dict[str, list[float]] = {key: [] for key in ("others", "with_target", "share", "length", "similar")}
    for user, book in EVERY.itertuples(index=False):
        read = {b for u, b in pairs if u == user}
        rest = read - {book}
        same = {b for b in range(6) if authors[b] == authors[book]} if authors[book] else None
        others = np.nan if same is None else len(rest & same)
        want["others"].append(others)
        want["with_target"].append(np.nan if same is None else len(read & same))
        want["share"].append(others / len(rest) if rest else np.nan)
        want["length"].append(len(rest))
        want["similar"].append(len(read & set(similar[book])) if similar[book] else np.nan)
    got = dict(zip(("others", "with_target", "share"), author_counts(fake, EVERY), strict=True))
    got |= {"length": history_length(fake, EVERY)[0], "similar": similar_books_read(fake, EVERY)[0]}
    for key, values in got.items():
        np.testing.assert_array_equal(values, want[key], err_msg=key)


def test_t13_the_book_itself_is_no_other_book_by_its_author(make_dataset: Any) -> None:
    """The tutorial's LF counts it; our own signal, and the recommended set, do not."""
    dataset = make_dataset(["x"] * 4, authors=["a", "a", "a", "b"], also_read=[[1, 2], [], [3], []])
    store = SignalStore(dataset)
    assert store.values("author_books", "dev").tolist() == [2, 0, 0, 0]
    assert store.values("author_books_with_target", "dev").tolist() == [3, 1, 1, 1]


def test_metadata_follows_the_book(demo: Dataset) -> None:
    for split in SPLITS:
        rows = demo.split(split)
        average, count = book_ratings(demo, rows)
        of_row = demo.books.set_index("book_id").loc[rows["book_id"]]
        np.testing.assert_array_equal(average, of_row["average_rating"])
        np.testing.assert_array_equal(count, of_row["ratings_count"])


def test_the_demo_has_values_for_every_signal_of_books(demo: Dataset) -> None:
    rows = demo.split("dev")
    for values in (*author_counts(demo, rows), *history_length(demo, rows), *similar_books_read(demo, rows)):
        assert values.dtype == np.float64
        assert np.nanmax(values) > np.nanmin(values) >= 0
    assert author_counts(demo, rows)[2] == pytest.approx(author_counts(demo, rows)[0] / history_length(demo, rows)[0])
