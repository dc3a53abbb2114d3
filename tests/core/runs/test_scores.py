"""Bootstrap draws of test metrics and the reliability bins, against scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from weakrec_core.runs.scores import RATING_METRICS, calibration_error, mean_draws, rating_draws, reliability_bins

RNG = np.random.default_rng(0)
USERS = np.sort(RNG.integers(0, 40, 400))
GOLD = RNG.integers(0, 2, 400)
P = np.clip(0.3 + 0.4 * GOLD + 0.3 * RNG.standard_normal(400), 0.01, 0.99)


def test_the_draws_lie_around_the_metrics_of_all_rows() -> None:
    (drawn,) = rating_draws(USERS, GOLD, [P])
    assert set(drawn) == set(RATING_METRICS) and all(len(values) == 1000 for values in drawn.values())
    predicted = P > 0.5
    want = {
        "auc": metrics.roc_auc_score(GOLD, P),
        "log_loss": metrics.log_loss(GOLD, P),
        "accuracy": metrics.accuracy_score(GOLD, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(GOLD, predicted),
        "f1": metrics.f1_score(GOLD, predicted),
        "precision": metrics.precision_score(GOLD, predicted),
        "recall": metrics.recall_score(GOLD, predicted),
    }
    for name, value in want.items():
        assert np.mean(drawn[name]) == pytest.approx(value, abs=0.01), name


def test_one_user_drawn_again_and_again_is_no_uncertainty() -> None:
    (drawn,) = rating_draws(np.zeros(400, int), GOLD, [P])
    for name in ("accuracy", "f1", "log_loss"):
        assert np.ptp(drawn[name]) == pytest.approx(0)
    assert drawn["auc"][0] == pytest.approx(metrics.roc_auc_score(GOLD, P), abs=1e-4)


def test_draws_are_the_same_for_all_predictions_and_seeded() -> None:
    a, b = rating_draws(USERS, GOLD, [P, P])
    again = rating_draws(USERS, GOLD, [P])[0]
    for name in RATING_METRICS:
        np.testing.assert_array_equal(a[name], b[name])
        np.testing.assert_array_equal(a[name], again[name])


def test_mean_draws_follow_the_users_not_their_order() -> None:
    users, values = np.arange(30), RNG.random((30, 2))
    shuffled = RNG.permutation(30)
    np.testing.assert_allclose(mean_draws(users, values), mean_draws(users[shuffled], values[shuffled]))
    assert mean_draws(users, values).mean(axis=0) == pytest.approx(values.mean(axis=0), abs=0.02)


def test_reliability_bins() -> None:
    rows = pd.DataFrame({"p_positive": np.repeat([0.2, 0.8], 50), "gold": [1] * 10 + [0] * 40 + [1] * 30 + [0] * 20})
    bins = reliability_bins(rows)
    assert bins["predicted"].tolist() == pytest.approx([0.2, 0.8])
    assert bins["observed"].tolist() == pytest.approx([0.2, 0.6])
    assert bins["rows"].tolist() == [50, 50]
    assert (bins["low"] < bins["observed"]).all() and (bins["observed"] < bins["high"]).all()
    assert calibration_error(bins) == pytest.approx(0.1)
