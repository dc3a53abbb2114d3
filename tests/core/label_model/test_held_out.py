"""The calibrated model of each fold, and how much a vote moves a row."""

from typing import Any

import numpy as np
import pytest
from scipy.special import logit

from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.held_out import held_out
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet


def test_a_move_is_the_log_odds_with_the_vote_less_those_without(demo_applier: Applier, tutorial: LFSet) -> None:
    fitted = held_out(demo_applier.of(tutorial))
    L = demo_applier.of(tutorial).votes("dev")
    row = int(np.argmax((L != -1).sum(axis=1)))
    model = fitted.models[fitted.folds[row]]
    moves = fitted.moves(row)
    for j, vote in enumerate(L[row]):
        without = L[[row]].copy()
        without[0, j] = -1
        want = logit(model.predict_proba(L[[row]])[0]) - logit(model.predict_proba(without)[0]) if vote != -1 else 0.0
        assert moves[j] == pytest.approx(want)
    assert (moves[L[row] != -1] != 0).all()


def test_the_model_of_a_row_has_not_seen_its_user(demo_applier: Applier, tutorial: LFSet) -> None:
    fitted = held_out(demo_applier.of(tutorial))
    users = demo_applier.dataset.split("dev")["user_idx"].to_numpy()
    for user in users[:20]:
        assert len(set(fitted.folds[users == user])) == 1
    for fold, model in enumerate(fitted.models):
        rows = fitted.folds == fold
        p = model.predict_proba(demo_applier.of(tutorial).votes("dev")[rows])
        np.testing.assert_allclose(fitted.p_positive[rows], p, rtol=1e-12)


def test_train_is_not_looked_at(demo: Dataset, tutorial: LFSet) -> None:
    applier = Applier(demo)
    held_out(applier.of(tutorial))
    assert applier.applications == len(tutorial.active)  # to dev


def test_without_gold_there_is_no_model(make_dataset: Any, tutorial: LFSet) -> None:
    with pytest.raises(LabelModelError, match="no gold"):
        held_out(Applier(make_dataset(["good"] * 4, gold=[-1] * 4)).of(tutorial))
