"""Splits by user."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from weakrec_core.data.splits import SplitConfig, split_by_user
from weakrec_core.errors import DataError


def users(seed: int = 0, n_users: int = 300) -> NDArray[np.int64]:
    """Rows of users with 1 to 12 rows each, shuffled."""
    rng = np.random.default_rng(seed)
    return rng.permutation(np.repeat(np.arange(n_users), rng.integers(1, 13, n_users)))


@given(st.integers(0, 1000), st.integers(1, 300))
def test_every_user_is_in_one_split_and_dev_has_the_rows_asked_for(seed: int, dev_rows: int) -> None:
    user_idx = users(seed)
    split = split_by_user(user_idx, SplitConfig(dev_rows=dev_rows, seed=seed))
    assert split.groupby(user_idx).nunique().eq(1).all()
    assert (split == "dev").sum() == dev_rows
    assert abs((split == "test").sum() - len(user_idx) * 0.1) <= 1
    assert abs((split == "valid").sum() - len(user_idx) * 0.05) <= 1


@given(st.integers(0, 1000), st.integers(60, 300))
def test_dev_has_the_rows_asked_for_though_no_user_has_one_row(seed: int, dev_rows: int) -> None:
    rng = np.random.default_rng(seed)
    split = split_by_user(
        np.repeat(np.arange(300), rng.integers(2, 13, 300)), SplitConfig(dev_rows=dev_rows, seed=seed)
    )
    assert (split == "dev").sum() == dev_rows


def test_t11_the_split_follows_from_the_seed() -> None:
    user_idx = users()
    first = split_by_user(user_idx, SplitConfig(seed=7))
    np.random.default_rng(1).random()  # generators elsewhere have no say
    assert first.equals(split_by_user(user_idx, SplitConfig(seed=7)))
    assert not first.equals(split_by_user(user_idx, SplitConfig(seed=8)))


def test_the_order_of_rows_has_no_say() -> None:
    user_idx = users()
    order = np.random.default_rng(3).permutation(len(user_idx))
    config = SplitConfig(dev_rows=100)
    assert split_by_user(user_idx, config)[order].tolist() == split_by_user(user_idx[order], config).tolist()


def test_dev_is_a_tenth_by_default_and_at_most_8000() -> None:
    assert (split_by_user(np.arange(500), SplitConfig()) == "dev").sum() == 50
    assert (split_by_user(np.arange(100_000), SplitConfig()) == "dev").sum() == 8000


@pytest.mark.parametrize(("n_users", "rows_each", "dev_rows", "empty"), [(3, 1, 1, "valid"), (40, 100, 50, "dev")])
def test_too_few_users(n_users: int, rows_each: int, dev_rows: int, empty: str) -> None:
    user_idx = np.repeat(np.arange(n_users), rows_each)
    with pytest.raises(DataError, match=rf"{len(user_idx):,} rated rows are too few .*{empty}.* would be empty"):
        split_by_user(user_idx, SplitConfig(dev_rows=dev_rows))


def test_all_rows_as_dev_leaves_nothing_to_train_on() -> None:
    with pytest.raises(DataError, match="train"):
        split_by_user(np.arange(100), SplitConfig(dev_rows=100))
