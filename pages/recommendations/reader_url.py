"""What the Recommendations page shows, as the URL says it: a link shows others the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from pages.shared.address import keep_view, write_query
from weakrec_core.errors import WeakrecError

K_CHOICES = (5, 10, 20, 50)
POPULARITY, WITHOUT_LABELS = "popularity", "without_labels"
_KEYS = ("run", "user", "book", "liked", "k", "beside", "pin", "present")
_MOST = 100


@dataclass(frozen=True)
class View:
    """The page's state; books, users and runs by their ids.

    Attributes
    ----------
    user : str or None
        Whose history the reader has; None for a reader made of books.
    book, liked : tuple of str
        Books added as read, and as read and liked.
    beside : tuple of str
        `POPULARITY`, `WITHOUT_LABELS` or runs.
    pinned : tuple of str
        Users kept at hand.
    """

    run: str | None = None
    user: str | None = None
    book: tuple[str, ...] = ()
    liked: tuple[str, ...] = ()
    k: int = 10
    beside: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    present: bool = False

    def of_user(self, user: str | None) -> "View":
        """Of a user's own history, or of none yet."""
        return replace(self, user=user, book=(), liked=())

    def with_book(self, book_id: str, liked: bool) -> "View":
        """With one more book of the reader."""
        kept = self.without_book(book_id)
        return replace(kept, liked=(*kept.liked, book_id)) if liked else replace(kept, book=(*kept.book, book_id))

    def without_book(self, book_id: str) -> "View":
        """Without a book that was added."""
        book, liked = (tuple(b for b in books if b != book_id) for books in (self.book, self.liked))
        return replace(self, book=book, liked=liked)


def current_view(fresh: View) -> View:
    """The view of the URL; where it says nothing, a fresh one, which the URL need not say.

    Raises
    ------
    WeakrecError
        If the number of books is none.
    """
    query = st.query_params
    keep_view("Recommendations", _KEYS)
    if not any(key in query for key in _KEYS):
        return fresh
    k = query.get("k", "10")
    if not (k.isdecimal() and 1 <= int(k) <= _MOST):
        raise WeakrecError(f"The address asks for k={k!r}; k is a number from 1 to {_MOST}.")
    return View(
        query.get("run") or None,
        query.get("user") or None,
        _distinct(query.get_all("book")),
        _distinct(query.get_all("liked")),
        int(k),
        _distinct(query.get_all("beside")),
        _distinct(query.get_all("pin")),
        query.get("present") == "1",
    )


def show(view: View) -> None:
    """Put a view into the URL, for this run of the page or, from a callback, the next."""
    write_query(
        {
            "run": view.run,
            "user": view.user,
            "book": view.book,
            "liked": view.liked,
            "k": str(view.k) if view.k != View.k else None,
            "beside": view.beside,
            "pin": view.pinned,
            "present": "1" if view.present else None,
        }
    )


def start_over() -> None:
    """Forget the URL's view."""
    show(View())


def _distinct(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
