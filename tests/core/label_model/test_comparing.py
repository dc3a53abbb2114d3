"""Label models side by side on dev."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.base import CONSTANT
from weakrec_core.label_model.calibrated import fit_calibrated
from weakrec_core.label_model.comparing import Comparison, calibration_curve, compare_votes, compared
from weakrec_core.label_model.fitting import LABEL_MODELS
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.vote_patterns import group_votes
from weakrec_core.stats.folds import user_folds
from weakrec_core.stats.probability_metrics import probability_metrics

QUICK = SnorkelConfig(n_epochs=20)
Votes = NDArray[np.int8]


def draw(accuracies: list[float], n: int, seed: int = 0, abstains: float = 0.5) -> tuple[Votes, Votes]:
    """Votes that are right with these probabilities, independently; gold is POSITIVE for 65 %."""
    rng = np.random.default_rng(seed)
    gold = (rng.random(n) < 0.65).astype(np.int8)
    right = rng.random((n, len(accuracies))) < accuracies
    L = np.where(right, gold[:, None], 1 - gold[:, None]).astype(np.int8)
    L[rng.random(L.shape) < abstains] = -1
    return L, gold


def compare(L: Votes, gold: Votes, users: NDArray[np.int64], prior: float | None = None) -> Comparison:
    names = [f"lf{j}" for j in range(L.shape[1])]
    return compare_votes(group_votes(L)[0], L, gold, users, names, prior, QUICK)


def test_s11_all_models_are_measured_on_the_same_rows_and_abstains_are_not_dropped() -> None:
    L, gold = draw([0.8, 0.7, 0.6], 300)
    gold[::7] = -1
    comparison = compare(L, gold, np.arange(300) // 5)
    covered, known = (L != -1).any(axis=1), gold >= 0
    assert set(comparison.reports) == {CONSTANT, *LABEL_MODELS}
    np.testing.assert_array_equal(comparison.covered, covered)
    for report in comparison.reports.values():
        assert report.p_positive.shape == (300,)
        for rows, metrics in ((covered & known, report.covered), (known, report.everywhere)):
            by_row = report.p_positive.copy()
            by_row[~covered] = np.unique(by_row[~covered]).mean()  # see silence_pooled
            p, y = by_row[rows], gold[rows]
            assert metrics["n"] == rows.sum()
            assert metrics["accuracy"] == pytest.approx(np.where(p == 0.5, 0.5, (p > 0.5) == y).mean())
            assert metrics["brier"] == pytest.approx(((p - y) ** 2).mean())
            low, high = report.intervals["accuracy"] or (0, 0)
            assert low < high
        low, high = report.intervals["log_loss"] or (0, 0)
        assert low < report.everywhere["log_loss"] < high
    prior = (gold == 1).sum() / known.sum()
    for kind in ("majority", "snorkel", CONSTANT):  # rows without a vote get the prior
        np.testing.assert_allclose(comparison.reports[kind].p_positive[~covered], prior)


def test_the_constant_has_an_auc_of_a_half_and_the_classes_entropy() -> None:
    L, gold = draw([0.8, 0.7, 0.6], 300)
    constant = compare(L, gold, np.arange(300) // 5).reports[CONSTANT]
    share = gold.mean()
    assert constant.everywhere == pytest.approx(
        {
            "accuracy": share,
            "auc": 0.5,
            "log_loss": -(share * np.log(share) + (1 - share) * np.log(1 - share)),
            "brier": share * (1 - share),
            "n": 300,
        }
    )


def test_no_user_is_predicted_by_a_model_that_saw_that_users_gold() -> None:
    """Another gold of a user changes the model for everybody else, and not for that user's fold."""
    L, gold = draw([0.8, 0.7, 0.6], 200)
    users = np.arange(200) // 8
    folds = user_folds(users)
    before = compare(L, gold, users).reports["calibrated"].p_positive
    for user in (0, 11, 24):
        changed = np.where(users == user, 1 - gold, gold).astype(np.int8)
        after = compare(L, changed, users).reports["calibrated"].p_positive
        own = folds == folds[user * 8]
        np.testing.assert_array_equal(after[own], before[own])
        assert (after[~own] != before[~own]).all()


def test_an_lf_that_knows_its_user_by_heart_gains_nothing() -> None:
    """LF j votes POSITIVE on user j alone, whose rows all have the same gold: known by heart, and worth nothing for others."""
    users = np.repeat(np.arange(30), 6)
    of_user = (np.random.default_rng(0).random(30) < 0.5).astype(np.int8)
    gold = of_user[users]
    L = np.where(users[:, None] == np.arange(30), 1, -1).astype(np.int8)
    dev, inverse = group_votes(L, gold)
    seen = fit_calibrated(dev, dev, [str(j) for j in range(30)]).predict_proba(dev.votes)[inverse]
    assert probability_metrics(seen, gold == 0, gold == 1)["auc"] == 1
    held_out = compare(L, gold, users).reports["calibrated"].covered
    assert held_out["auc"] < 0.6


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n", [60, 400])
def test_the_recommended_model_has_the_least_log_loss(seed: int, n: int) -> None:
    L, gold = draw([0.85, 0.7, 0.55, 0.3], n, seed)
    comparison = compare(L, gold, np.arange(n) // 4)
    best = min(LABEL_MODELS, key=lambda kind: comparison.reports[kind].everywhere["log_loss"])
    assert comparison.recommended == best
    assert best not in comparison.undecided
    assert f"log loss {comparison.reports[comparison.recommended].everywhere['log_loss']:.3f}" in comparison.why


def test_with_much_gold_the_better_model_is_told_apart() -> None:
    """Snorkel's fit is given a class balance that is far off; a majority is certain and often wrong."""
    L, gold = draw([0.7, 0.7, 0.65], 3000)
    comparison = compare(L, gold, np.arange(3000) // 5, prior=0.05)
    assert (comparison.recommended, comparison.undecided) == ("calibrated", [])
    assert "below the constant's" in comparison.why


def test_a_model_that_cannot_be_fitted_says_why_and_the_others_go_on() -> None:
    L, gold = draw([0.8, 0.7], 100)
    comparison = compare(L, gold, np.arange(100) // 5)
    snorkel = comparison.reports["snorkel"]
    assert "needs at least 3 LFs" in (snorkel.problem or "")
    assert (snorkel.everywhere, snorkel.intervals, len(snorkel.p_positive)) == ({}, {}, 0)
    assert comparison.recommended in ("calibrated", "majority")
    assert "snorkel" not in comparison.undecided


def test_gold_of_one_user_alone_cannot_be_cross_validated() -> None:
    L, gold = draw([0.8, 0.7, 0.6], 40)
    comparison = compare(L, gold, np.zeros(40, np.int64))
    assert "no gold" in (comparison.reports["calibrated"].problem or "")
    assert comparison.recommended in ("snorkel", "majority")


@pytest.mark.parametrize(
    ("votes", "gold", "problem"),
    [
        ([[-1] * 3] * 4, [0, 1, 0, 1], "No LF votes on a dev row with gold"),
        ([[1] * 3, [-1] * 3], [-1, 1], "No LF votes on a dev row with gold"),
        ([[]] * 4, [0, 1, 0, 1], "No LF votes on a dev row with gold"),
        ([[1] * 3] * 4, [-1] * 4, "dev split has no gold"),
        ([[1] * 3] * 4, [1] * 4, "no NEGATIVE gold"),
    ],
)
def test_what_cannot_be_compared(votes: list[list[int]], gold: list[int], problem: str) -> None:
    with pytest.raises(LabelModelError, match=problem):
        compare(np.array(votes, np.int8).reshape(len(gold), -1), np.array(gold, np.int8), np.arange(len(gold)))


def test_calibration_curve() -> None:
    L, gold = draw([0.8, 0.7, 0.6], 400)
    gold[::9] = -1
    comparison = compare(L, gold, np.arange(400) // 5)
    rows = comparison.covered & (gold >= 0)
    for kind in LABEL_MODELS:
        report = comparison.reports[kind]
        curve = calibration_curve(report, comparison)
        assert curve["rows"].sum() == rows.sum()
        assert (curve["predicted"] * curve["rows"]).sum() == pytest.approx(report.p_positive[rows].sum())
        assert (curve["observed"] * curve["rows"]).sum() == pytest.approx(gold[rows].sum())
        assert curve["predicted"].is_monotonic_increasing
        assert 2 <= len(curve) <= 10
    constant = calibration_curve(comparison.reports[CONSTANT], comparison)
    assert constant["rows"].tolist() == [rows.sum()]
    assert constant["observed"].tolist() == [gold[rows].mean()]


def test_on_a_dataset_it_is_that_of_its_votes_and_done_once(
    demo: Dataset, demo_applier: Applier, tutorial: LFSet
) -> None:
    once = compared(demo_applier.of(tutorial), config=QUICK)
    assert compared(demo_applier.of(tutorial), config=QUICK) is once
    assert compared(demo_applier.of(tutorial), 0.5, config=QUICK) is not once
    L, gold = demo_applier.of(tutorial).votes("dev"), demo.gold("dev")
    users = demo.split("dev")["user_idx"].to_numpy()
    train, _ = group_votes(demo_applier.of(tutorial).votes("train"))
    again = compare_votes(train, L, gold, users, tutorial.names, config=QUICK)
    assert (again.recommended, again.why, again.undecided) == (once.recommended, once.why, once.undecided)
    for kind, report in again.reports.items():
        np.testing.assert_array_equal(report.p_positive, once.reports[kind].p_positive)


def test_two_comparisons_at_once_give_what_one_alone_gives(
    demo_applier: Applier, tutorial: LFSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def one(_: Any) -> Comparison:
        return compared(demo_applier.of(tutorial), config=QUICK)

    alone = one(None)
    with ThreadPoolExecutor(2) as pool:
        for together in pool.map(one, range(2)):
            for kind, report in alone.reports.items():
                np.testing.assert_array_equal(together.reports[kind].p_positive, report.p_positive)
