"""Bootstrap intervals over users."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from weakrec_core.stats.bootstrap import Draws, drawn_metrics, percentile_interval
from weakrec_core.stats.probability_metrics import CLIP


def resample(draws: Draws, draw: int, rows: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The rows of a draw, each as often as its user was drawn."""
    row = np.flatnonzero(rows)
    return np.repeat(row, draws.weights[draw, draws.user[row]])


@pytest.mark.parametrize("seed", range(5))
def test_metrics_of_a_draw_are_sklearns_on_the_resample(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 120
    users = rng.integers(0, 15, n) * 7 + 3
    gold = rng.integers(-1, 2, n).astype(np.int8)
    p = rng.choice([0.0, 0.2, 0.37, 0.5, 0.8, 1.0], n)
    rows = rng.random(n) < 0.8
    draws = Draws.make(users, draws=20, seed=seed)
    found = drawn_metrics(p, gold, rows, draws)
    for draw in range(20):
        at = resample(draws, draw, rows & (gold >= 0))
        right = np.where(p[at] == 0.5, 0.5, (p[at] > 0.5) == gold[at])
        assert found["accuracy"][draw] == pytest.approx(right.mean())
        assert found["auc"][draw] == pytest.approx(roc_auc_score(gold[at], p[at]))
        assert found["log_loss"][draw] == pytest.approx(log_loss(gold[at], np.clip(p[at], CLIP, 1 - CLIP)))
        assert found["brier"][draw] == pytest.approx(brier_score_loss(gold[at], p[at]))


def test_draws_are_of_whole_users_and_follow_from_the_seed() -> None:
    users = np.array([9, 2, 2, 9, 5])
    draws = Draws.make(users, draws=50, seed=1)
    assert draws.user.tolist() == [2, 0, 0, 2, 1]
    assert draws.weights.shape == (50, 3)
    assert (draws.weights.sum(axis=1) == 3).all()
    np.testing.assert_array_equal(draws.weights, Draws.make(users, draws=50, seed=1).weights)
    assert (draws.weights != Draws.make(users, draws=50, seed=2).weights).any()


def test_what_a_draw_does_not_define_is_nan() -> None:
    """One user has the only POSITIVE row: without it there is no AUC, without both users nothing at all."""
    users = np.array([0, 1, 2])
    draws = Draws(np.array([[1, 1, 1], [0, 2, 1], [0, 0, 3]]), users)
    gold = np.array([1, 0, 0], np.int8)
    found = drawn_metrics(np.array([0.9, 0.1, 0.5]), gold, np.array([True, True, False]), draws)
    np.testing.assert_allclose(found["accuracy"], [1, 1, np.nan])
    np.testing.assert_allclose(found["auc"], [1, np.nan, np.nan])
    np.testing.assert_allclose(found["brier"], [0.01, 0.01, np.nan])


def test_intervals_over_users_cover_the_truth_where_intervals_over_rows_do_not() -> None:
    """Users differ: of 10 rows of a user a share of its own is right, on average two thirds."""
    rng = np.random.default_rng(0)
    users, p, rows = np.repeat(np.arange(30), 10), np.full(300, 0.8), np.ones(300, bool)
    covered = {"users": 0, "rows": 0}
    for replicate in range(100):
        share = rng.beta(2, 1, size=30)
        gold = (rng.random(300) < share[users]).astype(np.int8)
        for unit, of_row in (("users", users), ("rows", np.arange(300))):
            drawn = drawn_metrics(p, gold, rows, Draws.make(of_row, draws=150, seed=replicate))["accuracy"]
            low, high = percentile_interval(drawn) or (1.0, 0.0)
            covered[unit] += low <= 2 / 3 <= high
    assert covered["users"] >= 90
    assert covered["rows"] <= 80


def test_percentile_interval() -> None:
    assert percentile_interval(np.arange(1001.0)) == (25, 975)
    assert percentile_interval(np.array([np.nan, np.nan, 3, 3])) == (3, 3)
    assert percentile_interval(np.array([np.nan, np.nan, 3])) is None
    assert percentile_interval(np.zeros(0)) is None
