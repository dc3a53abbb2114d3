import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.data.histories import Histories
from weakrec_core.data.sampling import UnreadSampler

N_BOOKS = 7
HISTORIES = st.lists(st.frozensets(st.integers(0, N_BOOKS - 1)), min_size=1, max_size=6)


def histories_of(read: list[frozenset[int]]) -> Histories:
    pairs = np.array([(u, b) for u, books in enumerate(read) for b in books], np.int64).reshape(-1, 2)
    return Histories.from_pairs(pairs[:, 0], pairs[:, 1], len(read))


@given(HISTORIES, st.data())
def test_t5_a_negative_is_neither_read_nor_the_positive(read: list[frozenset[int]], data: st.DataObject) -> None:
    pairs = data.draw(st.lists(st.tuples(st.integers(0, len(read) - 1), st.integers(0, N_BOOKS - 1)), max_size=20))
    users, positives = np.array(pairs, np.int64).reshape(-1, 2).T
    sampler = UnreadSampler(histories_of(read), N_BOOKS)
    index, books = sampler.sample(users, positives, np.random.default_rng(0))
    assert index.tolist() == [i for i, (u, b) in enumerate(pairs) if len(read[u] | {b}) < N_BOOKS]
    for i, book in zip(index, books, strict=True):
        assert 0 <= book < N_BOOKS
        assert book not in read[users[i]] | {positives[i]}


@given(HISTORIES, st.integers(0, N_BOOKS - 1))
def test_every_unread_book_is_drawn_as_often(read: list[frozenset[int]], positive: int) -> None:
    free = sorted(set(range(N_BOOKS)) - read[0] - {positive})
    users = np.zeros(600, np.int64)
    _, books = UnreadSampler(histories_of(read), N_BOOKS).sample(users, users + positive, np.random.default_rng(1))
    counts = np.bincount(books, minlength=N_BOOKS)
    assert np.flatnonzero(counts).tolist() == free
    if free:
        expected = 600 / len(free)
        assert np.abs(counts[free] - expected).max() < 5 * expected**0.5


def test_t6_the_seed_decides() -> None:
    sampler = UnreadSampler(histories_of([frozenset({1}), frozenset()]), 1000)
    users = np.array([0, 1] * 10)
    draws = [sampler.sample(users, users, np.random.default_rng(seed))[1].tolist() for seed in (3, 3, 4)]
    assert draws[0] == draws[1] != draws[2]
