"""Readers, what is recommended to them, and why."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.recommending import random_network
from weakrec_core.baselines.ease import Ease
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import DataError
from weakrec_core.network.blend import Blended
from weakrec_core.serving import explain
from weakrec_core.serving.reader import Reader, histories_of, reader_of
from weakrec_core.serving.recommend import recommend

N_BOOKS = 10
EASE_UNIT = 2.0


@pytest.fixture(scope="module")
def network(few_readers: Dataset) -> Blended:
    return Blended(random_network(few_readers))


@pytest.fixture(scope="module")
def ease() -> Ease:
    rng = np.random.default_rng(0)
    own = rng.uniform(0.1, 0.5, N_BOOKS).astype(np.float32)
    books = np.arange(N_BOOKS, dtype=np.int32)
    return Ease(books, None, rng.normal(size=(N_BOOKS, N_BOOKS)).astype(np.float32), own, N_BOOKS, 1.0)


@pytest.fixture(scope="module", params=[0.0, 0.4, 1.0])
def model(request: pytest.FixtureRequest, network: Blended, ease: Ease) -> Blended:
    """The network alone, blended, and EASE alone."""
    return Blended(network.network, ease, request.param, 3.0, EASE_UNIT) if request.param else network


# --- readers


def test_a_reader_by_original_ids(few_readers: Dataset) -> None:
    assert reader_of(few_readers, user="4") == Reader((0, 2, 3))
    assert reader_of(few_readers, books=["7", "1"]) == Reader((1, 7))
    assert reader_of(few_readers, user="4", books=["9"], liked=["5"]) == Reader((0, 2, 3, 5, 9), (5,))
    assert reader_of(few_readers) == Reader(())


def test_a_book_named_twice_or_read_anyway_counts_once(few_readers: Dataset) -> None:
    assert reader_of(few_readers, user="4", books=["0", "9", "9"], liked=["9", "9"]) == Reader((0, 2, 3, 9), (9,))


def test_unknown_users_and_books_are_named(few_readers: Dataset) -> None:
    with pytest.raises(DataError, match=r"There is no user 'nobody' in dataset 'ratings\d+'\."):
        reader_of(few_readers, user="nobody")
    with pytest.raises(DataError, match=r"There is no book '77' in dataset"):
        reader_of(few_readers, books=["1", "77"])
    with pytest.raises(DataError, match=r"There is no book 'x' in dataset"):
        reader_of(few_readers, liked=["x"])


def test_a_liked_book_counts_as_a_fifth_of_all_and_at_least_twice() -> None:
    assert Reader((3, 5), (5,)).entries.tolist() == [3, 5, 5]
    assert Reader(tuple(range(21)), (4,)).entries.tolist() == [0, 1, 2, 3, 4, 4, 4, 4, 4, *range(5, 21)]


# --- the list


def test_books_read_are_never_recommended_and_the_best_come_first(model: Blended) -> None:
    reader = Reader((0, 4, 9))
    found = recommend(model, reader, N_BOOKS)
    assert {one.book_idx for one in found} == set(range(N_BOOKS)) - {0, 4, 9}
    scores = model.score_users(histories_of([reader.entries]), np.array([0]))[0]
    unread = sorted(np.delete(scores, [0, 4, 9]), reverse=True)
    assert_allclose([one.score for one in found], unread, rtol=1e-5)
    middle = unread[len(unread) // 2]  # 7 of 10 books are unread: the fit is 1 at the first and 0 from the middle on
    wanted = np.clip((np.array(unread) - middle) / (unread[0] - middle), 0, 1)
    assert_allclose([one.fit for one in found], wanted, atol=1e-5)
    assert all(0 < one.p_positive < 1 for one in found)
    assert [one.book_idx for one in recommend(model, reader, 2)] == [one.book_idx for one in found[:2]]


def test_more_than_there_are_and_everything_read(model: Blended) -> None:
    assert len(recommend(model, Reader((0,)), 1000)) == N_BOOKS - 1
    assert recommend(model, Reader(tuple(range(N_BOOKS))), 5) == []


def test_a_reader_without_books_is_refused(model: Blended) -> None:
    with pytest.raises(DataError, match="history is empty"):
        recommend(model, Reader(()), 5)


def test_the_same_twice(model: Blended) -> None:
    reader = Reader((1, 2, 6), (2,))
    assert recommend(model, reader, 5) == recommend(model, reader, 5)


def test_equal_scores_go_by_book(network: Blended, ease: Ease) -> None:
    flat = Ease(ease.books, None, np.zeros((N_BOOKS, N_BOOKS), np.float32), ease.own * 0, N_BOOKS, 1.0)
    found = recommend(Blended(network.network, flat, 1.0, 1.0, 1.0), Reader((3,)), 4)
    assert [one.book_idx for one in found] == [0, 1, 2, 4]


def test_a_liked_book_moves_the_list_towards_it(network: Blended, ease: Ease) -> None:
    model = Blended(network.network, ease, 1.0, 1.0, 1.0)
    reader = Reader((1, 2, 6))
    plain = {one.book_idx: one.score for one in recommend(model, reader, N_BOOKS)}
    liked = {one.book_idx: one.score for one in recommend(model, Reader((1, 2, 6), (6,)), N_BOOKS)}
    added = {book: liked[book] - plain[book] for book in plain}
    assert_allclose([added[b] for b in added], [ease.inverse[6, b] / (1 - ease.own[b]) for b in added], rtol=1e-4)


# --- why


def left_out(model: Blended, reader: Reader, without: int, book: int) -> float:
    """The score of a book for a reader who has not read another one."""
    kept = tuple(b for b in reader.read if b != without)
    entries = np.array([b for b in reader.entries if b != without], np.int32)
    assert len(kept) == len(reader.read) - 1
    return float(model.score_users(histories_of([entries]), np.array([0]))[0][book])


def test_reasons_are_what_the_score_would_lose_strongest_first(model: Blended) -> None:
    reader = Reader((0, 3, 5, 7, 8), (5,))
    for one in recommend(model, reader, 3):
        lost = {b: one.score - left_out(model, reader, b, one.book_idx) for b in reader.read}
        expected = sorted((b for b in lost if lost[b] > 1e-6), key=lambda b: -lost[b])[: explain.N_REASONS]
        assert [reason.book_idx for reason in one.because] == expected
        assert_allclose([r.change for r in one.because], [lost[b] for b in expected], rtol=1e-3, atol=1e-5)


def test_the_part_of_ease_is_exact(network: Blended, ease: Ease) -> None:
    """Its score is a sum over the history."""
    model = Blended(network.network, ease, 1.0, 1.0, EASE_UNIT)
    reader = Reader((0, 3, 5), (3,))
    for one in recommend(model, reader, 4):
        part = {b: t * ease.inverse[b, one.book_idx] for b, t in zip(reader.read, reader.times, strict=True)}
        for reason in one.because:
            expected = part[reason.book_idx] / (1 - ease.own[one.book_idx]) / EASE_UNIT
            assert reason.change == pytest.approx(expected, rel=1e-4)


def test_the_only_book_read_is_left_out_too(network: Blended) -> None:
    for one in recommend(network, Reader((4,)), 3):
        assert {reason.book_idx for reason in one.because} <= {4}


def test_long_histories_name_the_same_books(model: Blended, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of these not every book is left out, and not all at once."""
    reader = Reader((0, 1, 3, 5, 7, 8), (5,))
    expected = recommend(model, reader, 3)
    monkeypatch.setattr(explain, "_ALL_LEFT_OUT", 5)
    monkeypatch.setattr(explain, "_ENTRIES", 16)
    for one, same in zip(recommend(model, reader, 3), expected, strict=True):
        assert [r.book_idx for r in one.because] == [r.book_idx for r in same.because]
        assert_allclose([r.change for r in one.because], [r.change for r in same.because], rtol=1e-4)
