"""Choosing a label model by name."""

import json

import numpy as np
import pytest

from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.base import LabelModel, checked_prior
from weakrec_core.label_model.fitting import LABEL_MODELS, fit_label_model, load_label_model
from weakrec_core.labeling.vote_patterns import VotePatterns, group_votes

NAMES = ["a", "b", "c"]


def patterns(gold: bool = True) -> VotePatterns:
    rng = np.random.default_rng(0)
    y = (rng.random(400) < 0.6).astype(np.int8)
    L = np.where(rng.random((400, 3)) < 0.8, y[:, None], 1 - y[:, None]).astype(np.int8)
    L[rng.random((400, 3)) < 0.4] = -1
    return group_votes(L, y if gold else None)[0]


@pytest.mark.parametrize("kind", LABEL_MODELS)
def test_every_kind_fits_predicts_and_survives_being_saved(kind: str) -> None:
    model: LabelModel = fit_label_model(kind, patterns(gold=False), patterns(), NAMES)
    assert model.kind == kind
    assert model.lf_names == NAMES
    assert model.weights.shape == (3,)
    votes = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]], np.int8)
    p = model.predict_proba(votes)
    assert p[0] > 0.5 > p[1]
    again = load_label_model(json.loads(json.dumps(model.to_json(), allow_nan=False)))
    np.testing.assert_array_equal(again.predict_proba(votes), p)


@pytest.mark.parametrize("kind", LABEL_MODELS)
def test_what_no_kind_can_be_fitted_to(kind: str) -> None:
    none, _ = group_votes(np.zeros((4, 0), np.int8), np.array([0, 1, 0, 1]))
    with pytest.raises(LabelModelError, match="No LF is switched on"):
        fit_label_model(kind, none, none, [])
    with pytest.raises(LabelModelError, match="no gold"):
        fit_label_model(kind, patterns(), patterns(gold=False), NAMES)


def test_unknown_kind() -> None:
    with pytest.raises(LabelModelError, match="no label model 'snorkle'; the label models are snorkel, majority"):
        fit_label_model("snorkle", patterns(), patterns(), NAMES)


def test_the_prior_is_that_of_dev_unless_given() -> None:
    dev, _ = group_votes(np.zeros((10, 3), np.int8), np.array([1] * 6 + [0] * 2 + [-1] * 2))
    assert checked_prior(dev) == 0.75
    for kind in ("snorkel", "majority"):
        assert fit_label_model(kind, patterns(), dev, NAMES).prior == 0.75
        assert fit_label_model(kind, patterns(), patterns(gold=False), NAMES, prior=0.5).prior == 0.5
