import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.data.pairs import find_keys, pair_keys, split_keys

Pairs = list[tuple[int, int]]
PAIRS = st.lists(
    st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1)) | st.tuples(st.integers(0, 3), st.integers(0, 3))
)


def arrays(pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    users, books = np.array(pairs, np.int64).reshape(-1, 2).T
    return users, books.astype(np.int32)


@given(PAIRS, PAIRS)
def test_pairs_are_found_where_they_are(there: Pairs, more: Pairs) -> None:
    there = sorted(set(there))
    keys = pair_keys(*arrays(there))
    assert (np.diff(keys) > 0).all()
    assert [part.tolist() for part in split_keys(keys)] == [part.tolist() for part in arrays(there)]
    wanted = there + more
    at, found = find_keys(keys, pair_keys(*arrays(wanted)))
    assert found.tolist() == [pair in set(there) for pair in wanted]
    assert [there[i] for i in at[found]] == [pair for pair in wanted if pair in set(there)]
