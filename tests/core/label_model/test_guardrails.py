"""Every guardrail: what triggers it, and what does not. Their names are stable."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from weakrec_core.label_model.calibrated import fit_calibrated
from weakrec_core.label_model.comparing import Comparison, compare_votes
from weakrec_core.label_model.fitting import label_model_title as title
from weakrec_core.label_model.guardrails import (
    Guardrail,
    check_comparison,
    check_model,
    check_votes,
)
from weakrec_core.label_model.majority import MajorityModel
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.label_model.snorkel_model import fit_snorkel
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.dependence import dependent_pairs
from weakrec_core.labeling.drift import drift_table
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.vote_patterns import VotePatterns, group_votes

QUICK = SnorkelConfig(n_epochs=100)
Votes = NDArray[np.int8]


def draw(accuracies: Sequence[float], n: int, seed: int = 0, abstains: float = 0.5) -> tuple[Votes, Votes]:
    """Votes that are right with these probabilities, independently; gold is POSITIVE for 65 %."""
    rng = np.random.default_rng(seed)
    gold = (rng.random(n) < 0.65).astype(np.int8)
    right = rng.random((n, len(accuracies))) < accuracies
    L = np.where(right, gold[:, None], 1 - gold[:, None]).astype(np.int8)
    L[rng.random(L.shape) < abstains] = -1
    return L, gold


def names(m: int) -> list[str]:
    return [f"lf{j}" for j in range(m)]


def steady(m: int, **drifting: tuple[float, float]) -> pd.DataFrame:
    """A drift table in which the LFs named drift between these rates."""
    rates = [drifting.get(name, (0.5, 0.5)) for name in names(m)]
    frame = pd.DataFrame({"name": names(m), "dev": [r[0] for r in rates], "train": [r[1] for r in rates]})
    return frame.assign(drifts=[name in drifting for name in names(m)])


def of_votes(
    L: Votes, gold: Votes | None = None, dev: Votes | None = None, drift: pd.DataFrame | None = None
) -> dict[str, list[Guardrail]]:
    dev = L if dev is None else dev
    drift = steady(L.shape[1]) if drift is None else drift
    return by_name(check_votes(group_votes(L)[0], group_votes(dev, gold)[0], drift))


def of_snorkel(L: Votes) -> dict[str, list[Guardrail]]:
    train, _ = group_votes(L)
    return by_name(check_model(fit_snorkel(train, names(L.shape[1]), 0.65, QUICK), train))


def of_comparison(L: Votes, gold: Votes, prior: float | None = None) -> dict[str, list[Guardrail]]:
    return by_name(check_comparison(comparison(L, gold, prior)))


def comparison(L: Votes, gold: Votes, prior: float | None = None) -> Comparison:
    users = np.arange(len(gold)) // 5
    return compare_votes(group_votes(L)[0], L, gold, users, names(L.shape[1]), prior, QUICK)


def by_name(found: list[Guardrail]) -> dict[str, list[Guardrail]]:
    return {name: [w for w in found if w.name == name] for name in {w.name for w in found}}


# --- votes


@pytest.mark.parametrize(("m", "warned"), [(0, True), (1, True), (2, True), (3, False), (4, False)])
def test_few_lfs(m: int, warned: bool) -> None:
    L, gold = draw([0.8] * m, 300)
    found = of_votes(L, gold)
    assert ("few_lfs" in found) == warned
    if warned:
        assert f"Only {m} LFs" in found["few_lfs"][0].message


def test_s4_never_votes() -> None:
    L, gold = draw([0.8, 0.8, 0.7, 0.7], 300)
    assert "never_votes" not in of_votes(L, gold)
    L[:, [1, 3]] = -1
    (warning,) = of_votes(L, gold)["never_votes"]
    assert "lf1, lf3 never voted" in warning.message
    train, _ = group_votes(L)
    for model in (fit_snorkel(train, names(4), 0.65, QUICK), fit_calibrated(train, group_votes(L, gold)[0], names(4))):
        assert np.isnan(model.weights).tolist() == [False, True, False, True]  # Snorkel: 1.0


def test_never_votes_looks_at_train() -> None:
    L, gold = draw([0.8, 0.8, 0.7], 300)
    silent = L.copy()
    silent[:, 0] = -1
    assert "never_votes" in of_votes(silent, gold, dev=L)
    assert "never_votes" not in of_votes(L, gold, dev=silent)


@pytest.mark.parametrize(("label", "said", "missing"), [(0, "NEGATIVE", "POSITIVE"), (1, "POSITIVE", "NEGATIVE")])
def test_one_class(label: int, said: str, missing: str) -> None:
    L, gold = draw([0.8, 0.8, 0.7], 300)
    assert "one_class" not in of_votes(L, gold)
    (warning,) = of_votes(np.where(label == L, L, -1).astype(np.int8), gold)["one_class"]
    assert warning.message == f"All votes are {said}."
    assert f"votes {missing}" in warning.advice
    assert "one_class" not in of_votes(np.full_like(L, -1), gold)  # another one's business


def test_dependence() -> None:
    L, gold = draw([0.8, 0.8, 0.7], 400)
    assert "dependence" not in of_votes(L, gold)
    L[:, 2] = np.where(L[:, 0] == -1, -1, L[:, 2])  # votes only where lf0 does
    (warning,) = of_votes(L, gold)["dependence"]
    assert warning.message.startswith("lf0 and lf2 vote together")


def test_t14_dependence_of_polarity_and_subjectivity(demo_applier: Applier, tutorial: LFSet) -> None:
    """Both come from TextBlob's score of the same words."""
    dev = demo_applier.of(tutorial).patterns("dev")
    assert [pair[:2] for pair in dependent_pairs(dev, tutorial.names)] == [
        ("polarity_positive", "subjectivity_positive")
    ]


def test_dependence_is_the_correlation_of_voting_within_the_classes() -> None:
    rng = np.random.default_rng(0)
    L, gold = draw([0.8] * 4, 500)
    L[:, 1] = np.where(rng.random(500) < 0.7, np.where(L[:, 0] == -1, -1, 1), L[:, 1])
    gold[::11] = -1
    voted, known = (L != -1).astype(float), gold >= 0
    within = voted.copy()
    for label in (0, 1):
        within[gold == label] -= voted[gold == label].mean(axis=0)
    (pair,) = dependent_pairs(group_votes(L, gold)[0], names(4))
    assert pair[:2] == ("lf0", "lf1")
    assert pair[2] == pytest.approx(np.corrcoef(within[known].T)[0, 1])


def test_what_gold_explains_is_no_dependence() -> None:
    """Both vote on POSITIVE rows alone, and there independently."""
    rng = np.random.default_rng(0)
    gold = (rng.random(2000) < 0.5).astype(np.int8)
    L = np.where((gold == 1)[:, None] & (rng.random((2000, 3)) < 0.7), 1, -1).astype(np.int8)
    voted = L != -1
    assert np.corrcoef(voted[:, 0], voted[:, 1])[0, 1] > 0.4
    assert "dependence" not in of_votes(L, gold)


def test_dependence_by_chance_in_a_small_dev_is_not_told() -> None:
    L = np.array([[1, 1, -1], [1, 1, 1], [-1, -1, 0], [1, -1, 0], [-1, -1, -1], [1, 1, 0]], np.int8)
    gold = np.array([1, 1, 1, 0, 0, 0], np.int8)
    assert "dependence" not in of_votes(L, gold)
    assert "dependence" in of_votes(np.tile(L, (30, 1)), np.tile(gold, 30))


def test_drift() -> None:
    L, gold = draw([0.8, 0.8, 0.7], 300)
    assert "drift" not in of_votes(L, gold)
    (warning,) = of_votes(L, gold, drift=steady(3, lf1=(0.1, 0.25)))["drift"]
    assert warning.message == "lf1 votes on 10.0 % of dev but 25.0 % of train."


# --- a fitted model


def test_s8_inverted() -> None:
    L, gold = draw([0.8, 0.8, 0.75, 0.2], 2000)
    train, dev = group_votes(L)[0], group_votes(L, gold)[0]
    (warning,) = of_snorkel(L)["inverted"]
    assert warning.message.startswith("lf3 was learned as worse than chance")
    found = by_name(check_model(fit_calibrated(train, dev, names(4)), train))
    assert found["inverted"][0].message.startswith("lf3 ")
    assert "inverted" not in of_snorkel(draw([0.8, 0.8, 0.75, 0.6], 2000)[0])
    assert check_model(MajorityModel(names(4), 0.65), train) == []


def test_s8_inverted_is_told_by_the_label_that_the_lf_votes() -> None:
    """lf3 is right where it votes POSITIVE and votes NEGATIVE on POSITIVE rows, too."""
    L, gold = draw([0.8, 0.8, 0.75, 0.8], 3000)
    rng = np.random.default_rng(1)
    L[:, 3] = np.where(gold == 1, np.where(rng.random(3000) < 0.4, 0, L[:, 3]), np.where(L[:, 3] == 1, 1, -1))
    train = group_votes(L)[0]
    model = fit_calibrated(train, group_votes(L, gold)[0], names(4))
    assert "lf3" in by_name(check_model(model, train))["inverted"][0].message


def test_a_vote_below_half_but_above_its_base_rate_is_not_inverted() -> None:
    """NEGATIVE is right for 45 % where the base rate is 35 %: worth having."""
    rng = np.random.default_rng(0)
    gold = (rng.random(4000) < 0.65).astype(np.int8)
    L = np.where(rng.random((4000, 3)) < np.where(gold == 0, 0.45, 0.3)[:, None], 0, -1).astype(np.int8)
    train = group_votes(L)[0]
    assert gold[L[:, 0] == 0].mean() > 0.5
    assert check_model(fit_calibrated(train, group_votes(L, gold)[0], names(3)), train) == []


def test_clamped() -> None:
    assert "clamped" not in of_snorkel(draw([0.8, 0.75, 0.7], 2000)[0])
    (warning,) = of_snorkel(draw([1.0, 1.0, 1.0], 2000)[0])["clamped"]
    assert "lf0, lf1, lf2" in warning.message


def test_a_label_that_an_lf_never_votes_is_at_the_clamp_and_rightly_so() -> None:
    L, _ = draw([0.8, 0.75, 0.7], 2000)
    L[:, 2] = np.where(L[:, 2] == 1, 1, -1)
    train, _ = group_votes(L)
    assert fit_snorkel(train, names(3), 0.65, QUICK).mu.min() < 0.001
    assert "clamped" not in of_snorkel(L)


class Broken(MajorityModel):
    """A model that has no number for some rows."""

    def predict_proba(self, votes: Votes) -> NDArray[np.float64]:
        return np.where((votes == 0).any(axis=1), np.nan, super().predict_proba(votes))


def test_s7_nan() -> None:
    L, _ = draw([0.8, 0.75, 0.7], 100)
    train, _ = group_votes(L)
    assert "nan" in by_name(check_model(Broken(names(3), 0.5), train))
    only_positive, _ = group_votes(np.where(L == 1, L, -1))
    assert check_model(Broken(names(3), 0.5), only_positive) == []


# --- the comparison on dev


def test_loses_to_majority_and_to_the_constant() -> None:
    L, gold = draw([0.8, 0.8, 0.75], 1500)
    good = of_comparison(L, gold)
    assert not {"loses_to_majority", "loses_to_constant"} & set(good)
    bad = of_comparison(L, gold, prior=0.01)  # a class balance that is far off
    assert {"loses_to_majority", "loses_to_constant"} <= set(bad)
    assert "Majority vote one of" in bad["loses_to_majority"][0].message
    assert "Constant one of" in bad["loses_to_constant"][0].message
    assert bad["loses_to_constant"][0].advice == "Use Dev-calibrated."


def test_loses_to_the_constant_alone() -> None:
    """LFs that are right for 55 % where 65 % are POSITIVE, and a model that thinks half are: a majority is no better."""
    L, gold = draw([0.6, 0.55, 0.5], 1500)
    found = comparison(L, gold, prior=0.5)
    loss = {kind: report.everywhere["log_loss"] for kind, report in found.reports.items()}
    assert loss["constant"] < loss["snorkel"] <= loss["majority"]
    assert set(by_name(check_comparison(found))) - {"small_dev"} == {"loses_to_constant"}


def test_a_difference_within_its_interval_is_no_warning() -> None:
    """Snorkel's model is right a little less often than a majority, which dev is too small to tell."""
    found = comparison(*draw([0.8, 0.7, 0.6], 120))
    assert found.reports["snorkel"].everywhere["log_loss"] != found.reports["majority"].everywhere["log_loss"]
    assert "loses_to_majority" not in by_name(check_comparison(found))


def test_small_dev() -> None:
    (warning,) = of_comparison(*draw([0.8, 0.7, 0.6], 40))["small_dev"]
    found = comparison(*draw([0.8, 0.7, 0.6], 40))
    assert warning.message.startswith(
        f"Dev cannot tell {title(found.recommended)} from {', '.join(map(title, found.undecided))}:"
    )
    assert "small_dev" not in of_comparison(*draw([0.7, 0.7, 0.65], 3000), prior=0.05)


def test_a_label_model_that_could_not_be_fitted_loses_to_nobody() -> None:
    found = comparison(*draw([0.55, 0.55], 300))
    assert found.reports["snorkel"].problem
    assert set(by_name(check_comparison(found))) <= {"small_dev"}


# --- what there is nothing to say about


def empty(m: int) -> VotePatterns:
    return group_votes(np.zeros((0, m), np.int8), np.zeros(0, np.int8))[0]


@pytest.mark.parametrize("m", [0, 1, 3])
def test_no_rows(m: int) -> None:
    found = by_name(check_votes(empty(m), empty(m), steady(m)))
    assert set(found) <= {"few_lfs", "never_votes"}
    for model in (
        MajorityModel(names(m), 0.5),
        fit_calibrated(empty(m), group_votes(*draw([0.8] * m, 9))[0], names(m)),
    ):
        assert check_model(model, empty(m)) == []


def test_a_model_fitted_elsewhere_on_no_rows() -> None:
    train, _ = group_votes(draw([0.8, 0.75, 0.2], 2000)[0])
    assert check_model(fit_snorkel(train, names(3), 0.65, QUICK), empty(3)) == []


def test_no_gold_on_dev() -> None:
    L, _ = draw([0.8, 0.8, 0.7], 300)
    L[:, 1] = L[:, 0]
    assert of_votes(L) == {}
    assert dependent_pairs(group_votes(L)[0], names(3)) == []


def test_one_lf() -> None:
    L, gold = draw([0.8], 300)
    assert set(of_votes(L, gold)) == {"few_lfs"}
    train, dev = group_votes(L)[0], group_votes(L, gold)[0]
    assert check_model(fit_calibrated(train, dev, ["lf0"]), train) == []


def test_lfs_that_always_or_never_vote_have_no_correlation() -> None:
    L, gold = draw([0.8, 0.8, 0.7], 300, abstains=0.0)
    L[:, 2] = -1
    assert dependent_pairs(group_votes(L, gold)[0], names(3)) == []


def test_on_a_dataset_without_gold(make_dataset: Any) -> None:
    applier = Applier(make_dataset(["good", "bad", None] * 4, gold=[-1] * 12))
    group = {"label": "POSITIVE", "keywords": ["good"]}
    lf_set = LFSet.model_validate({"name": "s", "lfs": [{"kind": "keyword", "name": "a", "groups": [group]}]})
    train, dev = (applier.of(lf_set).patterns(split) for split in ("train", "dev"))
    assert {w.name for w in check_votes(train, dev, drift_table(applier.of(lf_set)))} == {"few_lfs", "one_class"}


def test_warnings_say_what_to_do() -> None:
    L, gold = draw([0.8, 0.2], 300)
    L[:, 1] = -1
    found = check_votes(group_votes(L)[0], group_votes(L, gold)[0], steady(2))
    assert [w.name for w in found] == ["few_lfs", "never_votes"]
    assert all(w.advice.endswith(".") for w in found)
    assert str(found[0]) == f"{found[0].message} {found[0].advice}"


def test_drift_is_told_with_as_many_digits_as_it_takes() -> None:
    L, gold = draw([0.8, 0.8, 0.8], 400)
    patterns, _ = group_votes(L, gold)
    rates = pd.DataFrame(
        {"name": names(3), "dev": [0.00031, 0.1, 0.1], "train": [0.00012, 0.1, 0.1], "drifts": [True, False, False]}
    )
    (drift,) = (found for found in check_votes(patterns, patterns, rates) if found.name == "drift")
    assert drift.message == "lf0 votes on 0.03 % of dev but 0.01 % of train."
