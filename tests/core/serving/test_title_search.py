"""Titles and authors as people remember them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.serving.title_search import TitleSearch

BOOKS = [
    ("Harry Potter and the Goblet of Fire (Harry Potter, #4)", "J.K. Rowling"),
    ("Harry Potter and the Sorcerer's Stone (Harry Potter, #1)", "J.K. Rowling"),
    ("The Hobbit", "J. R. R. Tolkien"),
    ("Les Misérables", "Victor Hugo"),
    ("Ender's Game", "Orson Scott Card"),
    ("The Casual Vacancy", "J.K. Rowling"),
    ("A Time to Kill", "John Grisham"),
    ("To Kill a Mockingbird", "Harper Lee"),
    ("1984", None),
]
READERS = np.array([50, 90, 80, 20, 60, 10, 30, 70, 40])


@pytest.fixture(scope="module")
def search() -> TitleSearch:
    return TitleSearch([title for title, _ in BOOKS], [author for _, author in BOOKS], READERS)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("harry poter", 1),
        ("hary potetr goblet", 0),
        ("HARRY POTTER", 1),
        ("the hobit", 2),
        ("tolkein", 2),
        ("jrr tolkien", 2),
        ("les miserables", 3),
        ("misérables", 3),
        ("enders game", 4),
        ("rowling vacancy", 5),
        ("jk rowlng", 1),
        ("to kill a mockinbird", 7),
        ("time to kil", 6),
        ("1984", 8),
    ],
)
def test_the_book_meant_comes_first(search: TitleSearch, query: str, first: int) -> None:
    assert search.find(query)[0] == first


def test_all_books_of_an_author_the_most_read_first(search: TitleSearch) -> None:
    assert search.find("rowling").tolist() == [1, 0, 5]
    assert search.find("rowling", limit=2).tolist() == [1, 0]


def test_a_word_being_typed_finds_what_begins_so(search: TitleSearch) -> None:
    assert set(search.find("harry pot").tolist()) == {0, 1}
    assert search.find("mock").tolist() == [7]


@pytest.mark.parametrize("query", ["", "  ", "…!?", "qqqqxxxx"])
def test_nothing_fits(search: TitleSearch, query: str) -> None:
    assert search.find(query).tolist() == []


def test_without_books_or_titles() -> None:
    assert TitleSearch([], [], np.empty(0, np.int64)).find("a").tolist() == []
    assert TitleSearch([None, float("nan")], [None, None], np.zeros(2, np.int64)).find("nan").tolist() == []


@given(st.text(max_size=60))
def test_any_query_is_answered_with_distinct_books(query: str) -> None:
    search = TitleSearch([title for title, _ in BOOKS], [author for _, author in BOOKS], READERS)
    found = search.find(query, limit=4).tolist()
    assert len(set(found)) == len(found) <= 4
    assert set(found) <= set(range(len(BOOKS)))
    assert search.find(query, limit=4).tolist() == found
