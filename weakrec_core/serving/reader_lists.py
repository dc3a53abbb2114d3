"""One reader's list without a model and by a run, to show what a run does."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict

import numpy as np
from pydantic import TypeAdapter, ValidationError

from weakrec_core import files
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.item_names import name_of
from weakrec_core.data.training_rows import count_readers, training_users
from weakrec_core.errors import WeakrecError
from weakrec_core.runs.presentation.slide import LISTS_FILE, ReaderLists
from weakrec_core.runs.store import Run
from weakrec_core.serving.reader import Reader, reader_of
from weakrec_core.serving.recommend import Recommendation, most_read, recommend
from weakrec_core.serving.worker import dataset_of, load_model

_LENGTH = 7


def reader_lists(
    run: Run, user: str | None = None, ask: Callable[[Reader, int], list[Recommendation]] | None = None
) -> ReaderLists:
    """What a reader has read, and is recommended by popularity and by a run.

    Parameters
    ----------
    user : str, optional
        The original id; without it the test reader whose history has the middle length.
    ask : callable, optional
        Recommends so many to a reader; without it the run's model is loaded into this process.

    Raises
    ------
    WeakrecError
        If the run cannot recommend, the user is not in the dataset, or has read nothing.
    """
    dataset = dataset_of(run)
    noun, chosen = dataset.noun, "Chosen by hand."
    if user is None:
        user = middle_reader(dataset)
        chosen = f"The test reader with the middle number of {noun.many}: nobody picked the example."
    reader = reader_of(dataset, user)
    found = ask(reader, _LENGTH) if ask is not None else recommend(load_model(run), reader, _LENGTH)
    readers = count_readers(dataset, training_users(dataset))

    def named(book_idx: int, second: str | None = None) -> tuple[str, str]:
        title, _, author = name_of(dataset.books, book_idx)
        return title, author if second is None else second

    def because(one: Recommendation) -> str:
        return f"because of {named(one.because[0].book_idx)[0]}" if one.because else named(one.book_idx)[1]

    pulled = [reason.book_idx for one in found for reason in one.because]
    telling = sorted(reader.read, key=lambda i: (-pulled.count(i), i))
    return ReaderLists(
        user,
        chosen,
        len(reader.read),
        [named(i) for i in telling[: _LENGTH - (len(telling) > _LENGTH)]],
        [named(i, f"{readers[i]:,} readers") for i in most_read(readers, reader, _LENGTH)],
        [named(one.book_idx, because(one)) for one in found],
    )


def known_lists(
    run: Run, user: str | None = None, ask: Callable[[Reader, int], list[Recommendation]] | None = None
) -> ReaderLists | None:
    """`reader_lists`; None where the run cannot recommend, such as when its dataset has changed, or the reader is not there.

    The lists of the reader that nobody picked are kept in the run's directory, so that they are made once.
    """
    if user is None and (kept := _kept(run)) is not None:
        return kept
    try:
        found = reader_lists(run, user, ask)
    except WeakrecError:
        return None
    if user is None:
        with suppress(OSError):  # a workspace that may only be read: they are made anew then
            files.write_json(run.path / LISTS_FILE, asdict(found))
    return found


def _kept(run: Run) -> ReaderLists | None:
    """What the run's directory holds; None where it holds nothing that can be read."""
    try:
        return TypeAdapter(ReaderLists).validate_python(files.read_json(run.path / LISTS_FILE))
    except (OSError, ValueError, ValidationError):
        return None


def middle_reader(dataset: Dataset) -> str:
    """The id of the test reader whose history has the middle length."""
    users = np.unique(dataset.split("test")["user_idx"].to_numpy())
    lengths = np.diff(dataset.histories.indptr)[users]
    return str(dataset.user_ids.iat[int(users[np.argsort(lengths, kind="stable")[len(users) // 2]])])
