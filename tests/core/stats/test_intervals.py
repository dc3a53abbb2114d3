"""Wilson's interval against scipy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from weakrec_core.stats.intervals import wilson, wilson_of_blocks


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_equals_scipy(k_and_n: tuple[int, int]) -> None:
    k, n = k_and_n
    want = binomtest(k, n).proportion_ci(method="wilson")
    assert [float(end) for end in wilson(k, n)] == pytest.approx([want.low, want.high], abs=1e-12)


def test_elementwise_and_not_a_number_of_nothing() -> None:
    low, high = wilson([0, 3, 10], [0, 10, 10])
    assert np.isnan([low[0], high[0]]).all()
    assert 0 < low[1] < 0.3 < high[1] < low[2] < high[2] == pytest.approx(1)


def test_of_blocks_whose_rows_are_independent_it_is_that_of_the_rows() -> None:
    n = np.array([10, 10, 10, 10])
    for blocks, k in (([5, 5, 5, 5], 20), ([0, 0, 0, 0], 0), ([10, 10, 10, 10], 40)):
        assert np.allclose(wilson_of_blocks(np.array(blocks), n), wilson(k, 40))
    several = wilson_of_blocks(np.array([[5, 0], [5, 0], [5, 1], [5, 0]]), n)
    assert np.allclose(np.array(several)[:, 0], wilson(20, 40))
    low, high = wilson_of_blocks(np.array([5, 5, 5, 5]), n, sampled=1)
    assert low == pytest.approx(0.5) == high


def test_of_blocks_that_differ_it_holds_the_share_of_all() -> None:
    rng = np.random.default_rng(0)
    of_block = rng.beta(
        2, 8, 4_000
    )  # rows of a block are alike, and those of an interval for independent rows are too narrow
    votes = rng.binomial(100, of_block)
    share, held, held_as_rows = votes.sum() / 400_000, 0, 0
    for _ in range(400):
        drawn = votes[rng.choice(4_000, 50, replace=False)]
        low, high = wilson_of_blocks(drawn, np.full(50, 100), 50 / 4_000)
        held += low <= share <= high
        low, high = wilson(drawn.sum(), 5_000)
        held_as_rows += low <= share <= high
    assert 0.92 <= held / 400 <= 0.98
    assert held_as_rows / 400 < 0.7
