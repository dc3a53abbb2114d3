"""Wilson's interval against scipy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from weakrec_core.stats.intervals import wilson


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_equals_scipy(k_and_n: tuple[int, int]) -> None:
    k, n = k_and_n
    want = binomtest(k, n).proportion_ci(method="wilson")
    assert [float(end) for end in wilson(k, n)] == pytest.approx([want.low, want.high], abs=1e-12)


def test_elementwise_and_not_a_number_of_nothing() -> None:
    low, high = wilson([0, 3, 10], [0, 10, 10])
    assert np.isnan([low[0], high[0]]).all()
    assert 0 < low[1] < 0.3 < high[1] < low[2] < high[2] == pytest.approx(1)
