"""The dev-calibrated label model."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy.optimize import minimize

from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.calibrated import CalibratedModel, fit_calibrated
from weakrec_core.labeling.vote_patterns import VotePatterns, group_votes

# P(vote | gold) as rows NEGATIVE, POSITIVE and columns ABSTAIN, NEGATIVE, POSITIVE.
FAIR = [[0.6, 0.3, 0.1], [0.6, 0.1, 0.3]]
ONE_SIDED = [[0.9, 0.0, 0.1], [0.5, 0.0, 0.5]]
INVERTED = [[0.6, 0.1, 0.3], [0.6, 0.3, 0.1]]


def draw(tables: list[list[list[float]]], n: int, seed: int = 0, base: float = 0.65) -> tuple[NDArray, NDArray]:
    """Gold and the votes of LFs that are independent given it."""
    rng = np.random.default_rng(seed)
    gold = (rng.random(n) < base).astype(np.int8)
    cumulative = np.cumsum(np.array(tables), axis=2)  # [m, 2, 3]
    u = rng.random((n, len(tables), 1))
    return (u > cumulative[:, gold].transpose(1, 0, 2)).sum(axis=2).astype(np.int8) - 1, gold


def fit(L: NDArray, gold: NDArray) -> CalibratedModel:
    patterns, _ = group_votes(L, gold)
    return fit_calibrated(patterns, patterns, [f"lf{j}" for j in range(L.shape[1])])


def labels(m: int, max_rows: int = 40) -> st.SearchStrategy[tuple[NDArray, NDArray]]:
    """A label matrix with m columns, and gold of which at least one is known."""
    rows = st.integers(1, max_rows)
    return rows.flatmap(
        lambda n: st.tuples(
            hnp.arrays(np.int8, (n, m), elements=st.integers(-1, 1)),
            hnp.arrays(np.int8, n, elements=st.integers(-1, 1)).filter(lambda gold: (gold >= 0).any()),
        )
    )


def test_learns_the_true_probabilities() -> None:
    tables = np.array([FAIR, ONE_SIDED, INVERTED])
    L, gold = draw(tables.tolist(), 50_000)
    patterns, _ = group_votes(L)
    likelihood = np.stack(
        [0.65 * tables[j, 1, v + 1] / (0.35 * tables[j, 0, v + 1]) for j, v in enumerate(patterns.votes.T)]
    )
    odds = likelihood.prod(axis=0) * (0.35 / 0.65) ** 2  # the prior once, not three times
    np.testing.assert_allclose(fit(L, gold).predict_proba(patterns.votes), odds / (1 + odds), atol=0.02)


def test_t14_repeated_lfs_are_not_counted_twice() -> None:
    L, gold = draw([FAIR, FAIR], 3000)
    repeated = np.concatenate([L[:, :1]] * 5 + [L[:, 1:]], axis=1)
    np.testing.assert_allclose(fit(repeated, gold).predict_proba(repeated), fit(L, gold).predict_proba(L), atol=0.02)


def test_silence_is_informative() -> None:
    L, gold = draw([ONE_SIDED, ONE_SIDED], 5000)
    assert fit(L, gold).prior == pytest.approx(gold[(L == -1).all(axis=1)].mean(), abs=0.02)


def test_s4_an_lf_that_never_votes_has_no_weight() -> None:
    L, gold = draw([FAIR, FAIR, [[1.0, 0.0, 0.0]] * 2], 500)
    assert np.isnan(fit(L, gold).weights).tolist() == [False, False, True]


def test_s8_an_lf_worse_than_chance_has_a_negative_weight() -> None:
    L, gold = draw([FAIR, FAIR, INVERTED], 3000)
    assert (np.sign(fit(L, gold).weights) == [1, 1, -1]).all()


def test_s1_one_lf_is_enough() -> None:
    L, gold = draw([FAIR], 500)
    negative, silent, positive = fit(L, gold).predict_proba(np.array([[0], [-1], [1]], np.int8))
    assert negative < silent < positive


@pytest.mark.parametrize("gold", [0, 1])
def test_s2_one_class_in_dev_is_enough(gold: int) -> None:
    model = fit(np.array([[1, -1], [-1, 0]], np.int8), np.full(2, gold, np.int8))
    negative, silent, positive = model.predict_proba(np.array([[-1, 0], [-1, -1], [1, -1]], np.int8))
    assert 0.01 < negative < silent < positive < 0.99


def test_an_lf_without_gold_is_taken_at_its_word() -> None:
    L, gold = draw([FAIR, FAIR], 1000)
    gold[L[:, 1] != -1] = -1
    negative, silent, positive = fit(L, gold).predict_proba(np.array([[-1, 0], [-1, -1], [-1, 1]], np.int8))
    assert negative < silent < positive


def test_without_gold_it_says_so() -> None:
    L, gold = draw([FAIR], 10)
    with pytest.raises(LabelModelError, match="no gold labels"):
        fit(L, np.full_like(gold, -1))


def test_little_gold_says_little() -> None:
    """The same shares of gold say more with more of it, and never more than the shares themselves."""
    L, gold = np.array([[1]] * 5 + [[0]] * 5, np.int8), np.array([1, 1, 1, 1, 0, 1, 0, 0, 0, 0], np.int8)
    little, much = (fit(np.repeat(L, k, axis=0), np.repeat(gold, k)) for k in (1, 100))
    vote = np.array([[1]], np.int8)
    assert 0.5 < little.predict_proba(vote)[0] < much.predict_proba(vote)[0] < 0.8


def test_the_mode_is_that_of_the_two_level_prior() -> None:
    """Against a direct minimisation in which the two common worths are parameters of their own."""
    L, gold = draw([FAIR, ONE_SIDED, INVERTED, FAIR], 200)
    design = np.concatenate([np.ones((200, 1)), L == 1, L == 0], axis=1)
    base = np.log((gold.sum() + 0.5) / ((1 - gold).sum() + 0.5))

    def loss(w: NDArray) -> float:
        terms, common = w[1:9].reshape(2, 4), w[9:]
        log_odds = design @ w[:9]
        prior = (
            4 * ((terms - common[:, None]) ** 2).sum() + 2 * ((common - [1, -1]) ** 2).sum() + 0.1 * (w[0] - base) ** 2
        )
        return float(np.logaddexp(0, log_odds).sum() - gold @ log_odds + prior / 2)

    best = minimize(loss, np.zeros(11), method="BFGS", options={"gtol": 1e-7})
    np.testing.assert_allclose(fit(L, gold).coefficients, best.x[:9], atol=1e-4)


@given(labels(3))
def test_patterns_and_single_rows_give_the_same_model(data: tuple[NDArray, NDArray]) -> None:
    L, gold = data
    one_hot = np.stack([gold == 0, gold == 1], axis=1).astype(np.int64)
    rows = VotePatterns(L, np.ones(len(L), np.int64), one_hot)
    on_rows = fit_calibrated(rows, rows, ["a", "b", "c"])
    np.testing.assert_allclose(on_rows.predict_proba(L), fit(L, gold).predict_proba(L), atol=1e-6)
    np.testing.assert_allclose(on_rows.weights, fit(L, gold).weights, atol=1e-6)


@given(labels(4), st.integers(0, 100))
def test_the_start_does_not_matter(data: tuple[NDArray, NDArray], seed: int) -> None:
    L, gold = data
    dev, _ = group_votes(L, gold)
    names = ["a", "b", "c", "d"]
    cold = fit_calibrated(dev, dev, names)
    other_L, other_gold = draw([FAIR, ONE_SIDED, INVERTED, FAIR], 1000, seed)
    warm = fit_calibrated(dev, dev, names, start=fit(other_L, other_gold))
    np.testing.assert_allclose(warm.predict_proba(L), cold.predict_proba(L), atol=1e-6)


@given(st.integers(1, 6).flatmap(labels))
def test_probabilities_for_any_votes(data: tuple[NDArray, NDArray]) -> None:
    L, gold = data
    p = fit(L, gold).predict_proba(L)
    assert ((p > 0) & (p < 1)).all()


def test_s7_300_lfs() -> None:
    L, gold = draw([FAIR] * 300, 400)
    model = fit(L, gold)
    assert ((model.predict_proba(L) > 0.5) == gold).mean() > 0.95
    assert 0 < model.prior < 1


def test_json_round_trip() -> None:
    L, gold = draw([FAIR, ONE_SIDED, [[1.0, 0.0, 0.0]] * 2], 300)
    model = fit(L, gold)
    loaded = CalibratedModel.from_json(json.loads(json.dumps(model.to_json(), allow_nan=False)))
    np.testing.assert_array_equal(loaded.predict_proba(L), model.predict_proba(L))
    np.testing.assert_array_equal(loaded.weights, model.weights)
    assert (loaded.kind, loaded.lf_names, loaded.prior) == ("calibrated", ["lf0", "lf1", "lf2"], model.prior)


def test_predicts_many_rows_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    L, gold = draw([FAIR, FAIR], 100)
    model = fit(L, gold)
    whole = model.predict_proba(L)
    monkeypatch.setattr("weakrec_core.label_model.calibrated._CHUNK", 7)
    np.testing.assert_allclose(model.predict_proba(L), whole, rtol=1e-12)
    assert model.predict_proba(L[:0]).shape == (0,)
