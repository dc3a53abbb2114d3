"""The fit on vote patterns is Snorkel's on the full matrix; its traps S1-S4, S7 and S10."""

import json
import random
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from snorkel.labeling.model import LabelModel

from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.fitting import fit_label_model, load_label_model
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.label_model.snorkel_model import SnorkelModel, fit_snorkel
from weakrec_core.labeling.vote_patterns import VotePatterns, group_votes, merge_patterns

Votes = NDArray[np.int8]
QUICK = SnorkelConfig(n_epochs=40)


def votes(seed: int, n: int, m: int, coverage: float = 0.5, accuracy: float = 0.7) -> Votes:
    """Independent LFs that are right with the given probability; 64 % POSITIVE."""
    rng = np.random.default_rng(seed)
    y = rng.random(n) < 0.64
    L = np.where(rng.random((n, m)) < accuracy, y[:, None], ~y[:, None]).astype(np.int8)
    L[rng.random((n, m)) >= coverage] = -1
    return L


def fit(L: Votes, prior: float = 0.64, config: SnorkelConfig = QUICK) -> SnorkelModel:
    return fit_snorkel(group_votes(L)[0], [f"lf{j}" for j in range(L.shape[1])], prior, config)


def snorkels(L: Votes, prior: float = 0.64, config: SnorkelConfig = QUICK) -> LabelModel:
    """Snorkel's own fit on the full matrix; one thread, which gives the same figures and is faster here."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    model = LabelModel(cardinality=2, verbose=False)
    model.fit(L.astype(int), class_balance=[1 - prior, prior], progress_bar=False, **config.model_dump())
    torch.set_num_threads(threads)
    return model


def assert_same_as_snorkel(L: Votes, prior: float, config: SnorkelConfig = QUICK) -> None:
    ours, theirs = fit(L, prior, config), snorkels(L, prior, config)
    np.testing.assert_allclose(ours.mu.reshape(-1, 2), theirs.mu.detach().numpy(), rtol=0, atol=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        their_p, their_weights = theirs.predict_proba(L.astype(int))[:, 1], theirs.get_weights()
    known = ~np.isnan(their_p)  # trap S7
    # Both descend in single precision; where 40 LFs vote on a row their rounding adds up.
    np.testing.assert_allclose(ours.predict_proba(L)[known], their_p[known], rtol=0, atol=5e-6)
    voted = (L != -1).any(axis=0)
    np.testing.assert_allclose(ours.weights[voted], their_weights[voted], rtol=0, atol=1e-6)


@settings(max_examples=15)
@given(
    st.integers(3, 8).flatmap(lambda m: hnp.arrays(np.int8, st.tuples(st.integers(1, 30), st.just(m)), elements=st.integers(-1, 1))),
    st.sampled_from([0.5, 0.64, 0.05]),
)  # fmt: skip
def test_equals_snorkel_on_any_small_matrix(L: Votes, prior: float) -> None:
    assert_same_as_snorkel(L, prior)


@settings(max_examples=12)
@given(
    seed=st.integers(0, 2**31),
    n=st.integers(30, 12_000),
    m=st.integers(3, 40),
    coverage=st.sampled_from([0.01, 0.1, 0.5, 1.0]),
    accuracy=st.floats(0.3, 0.95),
    prior=st.floats(0.05, 0.95),
)
def test_equals_snorkel_on_larger_matrices(
    seed: int, n: int, m: int, coverage: float, accuracy: float, prior: float
) -> None:
    assert_same_as_snorkel(votes(seed, n, m, coverage, accuracy), prior)


@pytest.mark.parametrize(("n", "m", "coverage", "prior"), [(10_000, 5, 0.05, 0.64), (20_000, 40, 0.3, 0.5)])
def test_equals_snorkel_with_all_epochs(n: int, m: int, coverage: float, prior: float) -> None:
    assert_same_as_snorkel(votes(0, n, m, coverage), prior, SnorkelConfig(l2=0.1, seed=7))


def test_counts_stand_for_rows() -> None:
    """Parts of the data merge by adding counts, and the fit is that of the whole."""
    L = votes(1, 5000, 6)
    merged = merge_patterns([group_votes(part)[0] for part in np.array_split(L, 7)])
    names = [f"lf{j}" for j in range(6)]
    np.testing.assert_array_equal(fit_snorkel(merged, names, 0.64, QUICK).mu, fit(L).mu)
    thrice = VotePatterns(merged.votes, merged.counts * 3, merged.gold_counts)
    whole = fit(np.concatenate([L] * 3))
    np.testing.assert_array_equal(fit_snorkel(thrice, names, 0.64, QUICK).mu, whole.mu)


@pytest.mark.parametrize("kind", ["snorkel", "fit_label_model"])
def test_s1_fewer_than_three_lfs(kind: str) -> None:
    L = votes(0, 50, 2)
    with pytest.raises(ValueError, match="at least 3 labeling functions"):
        snorkels(L)
    patterns, _ = group_votes(L, np.tile([0, 1], 25))
    with pytest.raises(LabelModelError, match="at least 3 LFs, this set has 2 switched on; add LFs or choose"):
        if kind == "snorkel":
            fit(L)
        else:
            fit_label_model("snorkel", patterns, patterns, ["a", "b"])


def test_s2_the_class_balance_comes_from_dev_and_a_missing_class_is_said_so() -> None:
    """Snorkel's `Y_dev` sets the class balance and nothing else, and fails with one class."""
    L = votes(0, 400, 4)
    gold = np.repeat([0, 1], [100, 300])
    train, dev = group_votes(L)[0], group_votes(L, gold)[0]
    names = list("abcd")
    model = fit_label_model("snorkel", train, dev, names, config=QUICK)
    assert model.prior == 0.75
    theirs = LabelModel(cardinality=2, verbose=False)
    theirs.fit(L.astype(int), Y_dev=gold, progress_bar=False, **QUICK.model_dump())
    np.testing.assert_allclose(np.asarray(getattr(model, "mu")).reshape(-1, 2), theirs.mu.detach().numpy(), atol=1e-6)  # noqa: B009
    for only in (0, 1):
        one_class, _ = group_votes(L, np.full(400, only))
        with pytest.raises(LabelModelError, match=f"no {'NEGATIVE' if only else 'POSITIVE'} gold label"):
            fit_label_model("snorkel", train, one_class, names)
    with pytest.raises(LabelModelError, match="dev split has no gold labels"):
        fit_label_model("snorkel", train, train, names)


def test_s3_rows_without_a_vote_get_the_prior_and_are_told_apart() -> None:
    L = votes(0, 500, 4, coverage=0.3)
    patterns, inverse = group_votes(L)
    model = fit(L, prior=0.7)
    p = model.predict_proba(patterns.votes)[inverse]
    silent = (L == -1).all(axis=1)
    assert silent.any()
    np.testing.assert_allclose(p[silent], 0.7, atol=1e-12)
    assert np.array_equal(patterns.covered[inverse], ~silent)
    assert (snorkels(L, prior=0.7).predict(L.astype(int))[silent] == 1).all()  # Snorkel: POSITIVE, with no vote for it


def test_s4_an_lf_that_never_votes_has_no_weight() -> None:
    L = votes(0, 500, 4)
    L[:, 2] = -1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert snorkels(L).get_weights()[2] == 1.0
    model = fit(L)
    assert np.isnan(model.weights).tolist() == [False, False, True, False]
    assert json.loads(json.dumps(model.to_json()))["weights"][2] is None
    assert np.isfinite(model.predict_proba(np.array([[-1, -1, 1, -1]], np.int8))).all()  # it may vote later


def test_s7_many_lfs_give_probabilities() -> None:
    """Snorkel multiplies probabilities, which with 300 votes is 0/0."""
    L = votes(0, 400, 300, coverage=0.03)
    everyone = np.stack([np.ones(300), np.zeros(300), np.arange(300) % 2]).astype(np.int8)
    config = SnorkelConfig(n_epochs=5)
    with np.errstate(all="ignore"):
        assert np.isnan(snorkels(L, config=config).predict_proba(everyone.astype(int))).any()
    p = fit(L, config=config).predict_proba(everyone)
    assert ((p >= 0) & (p <= 1)).all()
    assert p[0] > 0.99 > 0.01 > p[1]


def test_s7_a_fit_to_300_lfs_that_all_vote_does_not_end_in_nan() -> None:
    """Snorkel's own learning rate diverges here."""
    L = votes(0, 200, 300, coverage=0.9)
    config = SnorkelConfig(n_epochs=40)
    with pytest.raises(Exception, match="Loss is NaN"):
        snorkels(L, config=config)
    model = fit(L, config=config)
    assert np.isfinite(model.mu).all()
    assert model.config.lr < config.lr
    p = model.predict_proba(L)
    assert ((p >= 0) & (p <= 1)).all()
    json.dumps(model.to_json(), allow_nan=False)


def states() -> tuple[Any, ...]:
    numpys = np.random.get_state(legacy=False)  # noqa: NPY002
    return random.getstate(), numpys["state"]["key"].tolist(), numpys["state"]["pos"], torch.get_rng_state().tolist()  # type: ignore[call-overload,index]


def test_s10_global_generators_and_threads_are_left_as_they_were() -> None:
    L = votes(0, 100, 3)
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002
    torch.manual_seed(5)
    before, threads = states(), torch.get_num_threads()
    fit(L)
    assert states() == before
    assert torch.get_num_threads() == threads
    with pytest.raises(LabelModelError):
        fit(L[:, :2])
    assert states() == before
    snorkels(L)
    assert states() != before


def test_two_threads_fitting_at_once_get_what_each_gets_alone() -> None:
    matrices = [votes(seed, 300, 3 + seed % 4) for seed in range(8)]
    configs = [SnorkelConfig(n_epochs=80, seed=seed) for seed in range(8)]
    alone = [fit(L, config=config).mu for L, config in zip(matrices, configs, strict=True)]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda pair: fit(pair[0], config=pair[1]).mu, zip(matrices, configs, strict=True)))
    for a, b in zip(alone, together, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_seed_decides() -> None:
    L = votes(0, 100, 5)
    one = SnorkelConfig(n_epochs=5, seed=1)
    np.testing.assert_array_equal(fit(L, config=one).mu, fit(L, config=one).mu)
    assert not np.array_equal(fit(L, config=one).mu, fit(L, config=SnorkelConfig(n_epochs=5, seed=2)).mu)


def test_saved_and_loaded_it_predicts_the_same() -> None:
    L = votes(0, 300, 5)
    L[:, 4] = -1
    model = fit(L)
    again = load_label_model(json.loads(json.dumps(model.to_json(), allow_nan=False)))
    assert (again.kind, again.lf_names, again.prior) == ("snorkel", model.lf_names, 0.64)
    np.testing.assert_array_equal(again.predict_proba(L), model.predict_proba(L))
    np.testing.assert_array_equal(again.weights, model.weights)


def test_what_cannot_be_fitted() -> None:
    with pytest.raises(LabelModelError, match="train split has no rows"):
        fit(np.zeros((0, 3), np.int8))
    for prior in (0.0, 1.0, -1, float("nan")):
        with pytest.raises(LabelModelError, match=r"must lie between 0 and 1"):
            fit(votes(0, 10, 3), prior)
    p = fit(np.full((10, 3), -1, np.int8)).predict_proba(np.full((1, 3), -1, np.int8))
    np.testing.assert_allclose(p, 0.64)
