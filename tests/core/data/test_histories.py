"""Histories against sets."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.data.histories import Histories, read_histories, read_histories_of, read_n_readers

PAIRS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), max_size=40)


def build(pairs: list[tuple[int, int]], n_users: int = 7) -> Histories:
    users, books = np.array(pairs, np.int64).reshape(-1, 2).T
    return Histories.from_pairs(users, books, n_users)


def test_repeated_pairs_count_once_and_users_without_books_are_kept() -> None:
    histories = build([(2, 5), (0, 3), (2, 1), (2, 5)], n_users=4)
    assert histories.indptr.tolist() == [0, 1, 1, 3, 3]
    assert histories.indices.tolist() == [3, 1, 5]
    assert histories.lengths.tolist() == [1, 0, 2, 0]
    assert histories.users.tolist() == [0, 2, 2]
    assert histories.of(2).tolist() == [1, 5]
    assert histories.n_users == 4


@given(PAIRS)
def test_histories_are_the_sets_of_books(pairs: list[tuple[int, int]]) -> None:
    histories = build(pairs)
    assert histories.indices.dtype == np.int32
    for user in range(7):
        assert histories.of(user).tolist() == sorted({b for u, b in pairs if u == user})


@given(PAIRS)
def test_contains(pairs: list[tuple[int, int]]) -> None:
    users, books = np.divmod(np.arange(7 * 15), 15)  # books up to 14: beyond any that was read
    found = build(pairs).contains(users, books)
    assert found.tolist() == [(u, b) in set(pairs) for u, b in zip(users.tolist(), books.tolist(), strict=True)]
    few = np.isin(users, [1, 4])  # whose books alone are looked at
    assert build(pairs).contains(users[few], books[few]).tolist() == found[few].tolist()


def test_contains_of_nothing() -> None:
    nothing = np.zeros(0, np.int64)
    assert build([(0, 1)]).contains(nothing, nothing).shape == (0,)
    assert build([]).contains(nothing, nothing).shape == (0,)


@pytest.mark.parametrize("row_group", [1, 3, 100])
def test_histories_are_read_at_once_or_of_some(tmp_path: Path, row_group: int) -> None:
    written, path = build([(2, 5), (0, 3), (2, 1), (5, 3)], n_users=6), tmp_path / "users.parquet"
    lists = pa.ListArray.from_arrays(written.indptr.astype(np.int32), written.indices)
    pq.write_table(pa.table({"book_idxs": lists}), path, row_group_size=row_group)
    found = read_histories(path)
    assert found.indptr.tolist() == written.indptr.tolist() and found.indices.tolist() == written.indices.tolist()
    assert found.indices.dtype == np.int32
    for users in ([], [0], [1, 2], [0, 2, 5], range(6)):
        some, expected = read_histories_of(path, np.array(users, np.int32)), written.select(np.array(users, np.int32))
        assert some.indptr.tolist() == expected.indptr.tolist() and some.indices.tolist() == expected.indices.tolist()
        assert [expected.of(i).tolist() for i in range(len(users))] == [written.of(user).tolist() for user in users]
    assert read_n_readers(path, 7).tolist() == [0, 1, 0, 2, 0, 1, 0]
