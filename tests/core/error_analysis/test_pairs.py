"""Pairs of LFs on literal matrices; scikit-learn's kappa for comparison."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import cohen_kappa_score

from weakrec_core.error_analysis.pairs import pair_table
from weakrec_core.labeling.vote_patterns import group_votes

L = np.array([[1, 1, -1], [1, 0, -1], [0, 0, 1], [-1, 1, 1], [0, 0, -1], [-1, -1, -1]], np.int8)


def test_a_literal_matrix() -> None:
    table = pair_table(group_votes(L)[0], ["a", "b", "c"]).set_index(["a", "b"])
    assert len(table) == 6
    ab = table.loc[("a", "b")]
    assert (ab["both"], ab["overlap"], ab["conflict"]) == (4, pytest.approx(4 / 6), pytest.approx(1 / 6))
    assert ab["agreement"] == 0.75
    assert ab["beyond_chance"] == pytest.approx(0.5)
    assert table.loc[("b", "a")].drop("correlation").equals(ab.drop("correlation"))
    assert table.loc[("a", "c"), "agreement"] == 0.0


@given(arrays(np.int8, st.tuples(st.integers(1, 40), st.just(3)), elements=st.integers(-1, 1)))
def test_kappa_is_scikit_learns_over_the_rows_where_both_vote(votes: np.ndarray) -> None:
    table = pair_table(group_votes(votes)[0], ["0", "1", "2"])
    for pair in table.itertuples():
        a, b = votes[:, int(pair.a)], votes[:, int(pair.b)]
        both = (a >= 0) & (b >= 0)
        assert pair.both == both.sum()
        if len(np.unique(np.concatenate([a[both], b[both]]))) < 2:
            assert np.isnan(pair.beyond_chance)
        else:
            assert pair.beyond_chance == pytest.approx(cohen_kappa_score(a[both], b[both]))


def test_one_lf_has_no_pairs() -> None:
    assert pair_table(group_votes(L[:, :1])[0], ["a"]).empty
