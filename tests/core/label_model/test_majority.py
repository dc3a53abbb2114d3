"""The majority vote is Snorkel's MajorityLabelVoter."""

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from snorkel.labeling.model import MajorityLabelVoter

from weakrec_core.label_model.fitting import load_label_model
from weakrec_core.label_model.majority import MajorityModel

MATRICES = st.integers(1, 6).flatmap(
    lambda m: hnp.arrays(np.int8, st.tuples(st.integers(1, 20), st.just(m)), elements=st.integers(-1, 1))
)


@given(MATRICES)
def test_equals_snorkel_where_an_lf_voted(L: NDArray[np.int8]) -> None:
    p = MajorityModel(["lf"] * L.shape[1], 0.3).predict_proba(L)
    covered = (L != -1).any(axis=1)
    theirs = MajorityLabelVoter().predict_proba(L.astype(int))[:, 1]
    np.testing.assert_allclose(p[covered], theirs[covered])
    assert (p[~covered] == 0.3).all()


def test_by_hand() -> None:
    L = np.array([[1, 1, 0], [0, 0, 1], [1, 0, -1], [-1, -1, 0], [-1, -1, -1]], np.int8)
    assert MajorityModel(["a", "b", "c"], 0.64).predict_proba(L).tolist() == [1, 0, 0.5, 0, 0.64]


def test_it_has_no_weights_and_survives_being_saved() -> None:
    model = MajorityModel(["a", "b"], 0.64)
    again = load_label_model(json.loads(json.dumps(model.to_json(), allow_nan=False)))
    assert (again.kind, again.lf_names, again.prior) == ("majority", ["a", "b"], 0.64)
    assert np.isnan(again.weights).tolist() == [True, True]
