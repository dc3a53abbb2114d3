"""Metrics on counts are those on rows."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss, roc_auc_score

from weakrec_core.label_model.majority import MajorityModel
from weakrec_core.label_model.metrics import gold_metrics
from weakrec_core.labeling.vote_patterns import group_votes
from weakrec_core.stats.probability_metrics import CLIP, probability_metrics

PATTERNS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=8)


@given(PATTERNS)
def test_equals_scikit_learn_on_rows(patterns: list[tuple[float, int, int]]) -> None:
    p, negative, positive = (np.array(column) for column in zip(*patterns, strict=True))
    got = probability_metrics(p, negative, positive)
    rows = np.repeat(np.concatenate([p, p]), np.concatenate([negative, positive]))
    gold = np.repeat([0, 1], [negative.sum(), positive.sum()])
    assert got["n"] == len(gold)
    if not len(gold):
        assert [got[k] for k in ("accuracy", "auc", "log_loss", "brier")] == [None] * 4
        return
    clipped = np.clip(rows, CLIP, 1 - CLIP)
    assert got["log_loss"] == pytest.approx(log_loss(gold, clipped, labels=[0, 1]))
    assert got["brier"] == pytest.approx(brier_score_loss(gold, rows, pos_label=1))
    if not (rows == 0.5).any():
        assert got["accuracy"] == pytest.approx(accuracy_score(gold, rows > 0.5))
    if len(set(gold)) == 2:
        assert got["auc"] == pytest.approx(roc_auc_score(gold, rows))
    else:
        assert got["auc"] is None


def test_a_tie_is_half_right_and_certainty_costs_something_finite() -> None:
    got = probability_metrics(np.array([0.5, 1.0]), np.array([1, 1]), np.array([3, 0]))
    assert got["accuracy"] == pytest.approx(2 / 5)
    assert got["log_loss"] == pytest.approx((4 * math.log(2) - math.log(CLIP)) / 5)


def test_a_model_is_measured_where_an_lf_voted() -> None:
    L = np.array([[1], [1], [0], [-1], [-1], [1]], np.int8)
    patterns, _ = group_votes(L, np.array([1, 0, 0, 0, 1, -1]))
    model = MajorityModel(["a"], 0.9)
    covered = gold_metrics(model, patterns, covered_only=True)
    assert covered["n"] == 3
    assert covered["accuracy"] == pytest.approx(2 / 3)
    everywhere = gold_metrics(model, patterns)
    assert everywhere["n"] == 5
    assert everywhere["accuracy"] == pytest.approx(3 / 5)
