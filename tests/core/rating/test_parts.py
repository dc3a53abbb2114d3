"""Design, logistic regression, and the pooling of several."""

import numpy as np
import pytest
from scipy.special import expit, logit

from weakrec_core.rating.design import Design
from weakrec_core.rating.logistic import fit_logistic
from weakrec_core.rating.pooling import Pool, pool, pool_with_caution, user_weights

RNG = np.random.default_rng(0)


def test_columns_are_standardised_and_the_first_multiplied() -> None:
    columns = RNG.normal([3, -1, 10], [2, 0.1, 5], (500, 3))
    x = Design.of(columns, 2)(columns)
    assert x.shape == (500, 3 + 3)
    assert x.mean(axis=0) == pytest.approx(np.zeros(6), abs=0.05)
    assert x.std(axis=0) == pytest.approx(np.ones(6), abs=0.05)
    assert np.corrcoef(x[:, 4], x[:, 0] * x[:, 1])[0, 1] == pytest.approx(1)


def test_a_column_that_does_not_vary_and_one_far_out() -> None:
    columns = np.stack([np.full(10, 7.0), np.arange(10.0)], axis=1)
    design = Design.of(columns, 2)
    assert (design(columns)[:, 0] == 0).all()
    assert design(np.array([[7.0, 1e9]])).max() == 8
    assert np.isfinite(Design.of(np.zeros((0, 2)), 1)(columns)).all()


def test_which_columns_a_product_is_made_of() -> None:
    design = Design.of(RNG.normal(size=(5, 3)), 2)
    assert design.uses(np.array([False, True, False])).tolist() == [False, True, False, False, True, True]


def test_soft_labels_are_learned_as_probabilities() -> None:
    x = RNG.normal(size=(4000, 2))
    p = expit(0.5 + x @ [1.0, -0.5])
    found = fit_logistic(x, p, np.ones(4000), 1e-3)
    assert found.coef == pytest.approx([1.0, -0.5], abs=0.01)
    assert found.intercept == pytest.approx(0.5, abs=0.01)


def test_penalties_relief_columns_and_weights() -> None:
    x = np.repeat(RNG.normal(size=(300, 1)), 2, axis=1)
    label = (x[:, 0] > 0).astype(float)
    shrunk = fit_logistic(x, label, np.ones(300), 1e4)
    assert abs(shrunk.coef).max() < 0.1
    assert shrunk.intercept == pytest.approx(logit(label.mean()), abs=0.02)  # it is not shrunk
    relieved = fit_logistic(x, label, np.ones(300), 1e4, relief=np.array([1e4, 1.0]))
    assert relieved.coef[0] > 1 > 0.1 > relieved.coef[1]
    masked = fit_logistic(x, label, np.ones(300), 1.0, np.array([False, True]))
    assert masked.coef[0] == 0 < masked.coef[1]
    only_first = fit_logistic(x, label, np.r_[1.0, np.zeros(299)] + 1e-9, 1e9)
    assert expit(only_first.intercept) == pytest.approx(label[0], abs=0.01)


@pytest.mark.parametrize(("label", "expected"), [([1.0, 1.0], 0.999), ([0.0], 0.001), ([], 0.5)])
def test_labels_of_one_class_give_a_constant(label: list[float], expected: float) -> None:
    found = fit_logistic(np.ones((len(label), 2)), np.array(label), np.ones(len(label)), 1.0)
    assert (found.coef == 0).all()
    assert expit(found.intercept) == pytest.approx(expected)


def test_the_better_model_counts_more_and_without_rows_as_before() -> None:
    truth = RNG.normal(size=1000)
    gold = (RNG.random(1000) < expit(2 * truth)).astype(float)
    said = np.stack([2 * truth, RNG.normal(size=1000)], axis=1)
    prior = np.array([0.2, 0.8])
    found = pool(said, gold, np.ones(1000), prior)
    assert found.weights.sum() == pytest.approx(1)
    assert found.weights[0] > 0.8
    assert 0.9 < found.scale < 1.3
    nothing = pool(said, gold, np.full(1000, 1e-9), prior)
    assert nothing.weights == pytest.approx(prior, abs=1e-3)
    assert (nothing.scale, nothing.shift) == (pytest.approx(1, abs=1e-3), pytest.approx(0, abs=1e-3))


def test_a_mean_that_is_less_sure_than_it_should_be_is_stretched() -> None:
    truth = RNG.normal(size=4000)
    gold = (RNG.random(4000) < expit(1 + 2 * truth)).astype(float)
    found = pool(np.stack([truth, truth], axis=1), gold, np.ones(4000), np.array([0.5, 0.5]))
    assert found.scale == pytest.approx(2, abs=0.2)
    assert found.shift == pytest.approx(1, abs=0.15)
    assert found(np.array([[0.5, 0.5]])) == pytest.approx([found.shift + 0.5 * found.scale])


def test_a_users_labels_count_less_the_more_they_are_alike() -> None:
    user = np.repeat(np.arange(200), 10)
    alike = user_weights(user, (user % 2).astype(float))
    mixed = user_weights(user, RNG.integers(0, 2, 2000).astype(float))
    assert alike.sum() == pytest.approx(200, rel=0.5)
    assert mixed.sum() > 1800
    assert user_weights(np.arange(5), np.ones(5)).tolist() == [1.0] * 5
    one = user_weights(np.zeros(100, int), np.ones(100))  # one user's labels say nothing of how alike users' are
    assert one.sum() == pytest.approx(100 / (1 + 99 / 11), rel=0.01)


def test_a_pool_keeps_to_simple_models_unless_users_tell_the_difference() -> None:
    user = np.repeat(np.arange(100), 5)
    truth = RNG.normal(size=500)
    gold = (RNG.random(500) < expit(truth)).astype(float)
    simple, prior = np.array([True, False]), np.array([0.5, 0.5])

    def found(said: list[np.ndarray]) -> Pool:
        return pool_with_caution(np.stack(said, axis=1), gold, np.ones(500), prior, simple, user)

    alike = found([truth, truth + RNG.normal(0, 0.01, 500)])
    assert alike.weights == pytest.approx([1, 0])
    alone = pool(truth[:, None], gold, np.ones(500), np.ones(1))
    assert (alike.scale, alike.shift) == (pytest.approx(alone.scale), pytest.approx(alone.shift))
    better = found([RNG.normal(0, 0.1, 500), truth])
    assert better.weights[1] > 0.7


def test_a_pool_in_between_says_what_the_mean_of_both_says() -> None:
    user, truth = np.arange(400), RNG.normal(size=400)
    gold = (RNG.random(400) < expit(truth)).astype(float)
    said = np.stack([truth + RNG.normal(0, 0.6, 400), truth], axis=1)
    simple, prior = np.array([True, False]), np.array([0.5, 0.5])
    between = pool_with_caution(said, gold, np.ones(400), prior, simple, user)
    of_all, of_simple = pool(said, gold, np.ones(400), prior), pool(said[:, :1], gold, np.ones(400), np.ones(1))
    share = between.scale * between.weights[1] / (of_all.scale * of_all.weights[1])
    assert 0 < share <= 1
    expected = of_simple(said[:, :1]) + share * (of_all(said) - of_simple(said[:, :1]))
    assert between(said) == pytest.approx(expected)
    half = pool_with_caution(said, gold, np.ones(400), prior, simple, user, 0.5)
    assert half(said) == pytest.approx((between(said) + of_all(said)) / 2)
