"""The figures that follow every edit."""

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from weakrec_core.data.dataset import Dataset
from weakrec_core.label_model.calibrated import fit_calibrated
from weakrec_core.label_model.set_figures import on_common_rows, set_figures
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.vote_patterns import group_votes
from weakrec_core.stats.folds import user_folds
from weakrec_core.stats.probability_metrics import CLIP


def keywords(*words: str, label: str = "POSITIVE") -> LFSet:
    groups = [[{"label": label, "keywords": [word]}] for word in words]
    lfs = [{"kind": "keyword", "name": w, "groups": g} for w, g in zip(words, groups, strict=True)]
    return LFSet.model_validate({"name": "s", "lfs": lfs})


def test_the_figures_are_those_of_rows(demo: Dataset, demo_applier: Applier, tutorial: LFSet) -> None:
    """Each fold's users predicted by a model fitted on the rows of the others; nothing grouped, nothing started warm."""
    L, gold = demo_applier.of(tutorial).votes("dev"), demo.gold("dev")
    train_L = demo_applier.of(tutorial).votes("train")
    train, _ = group_votes(train_L)
    folds = user_folds(demo.split("dev")["user_idx"].to_numpy())
    p = np.full(len(gold), np.nan)
    for fold in range(5):
        others, _ = group_votes(L[folds != fold], gold[folds != fold])
        p[folds == fold] = fit_calibrated(train, others, tutorial.names).predict_proba(L[folds == fold])
    figures = set_figures(demo_applier.of(tutorial))
    np.testing.assert_allclose(figures.p_positive, p, atol=1e-6)
    covered = (L != -1).any(axis=1)
    p[~covered] = np.unique(p[~covered]).mean()  # see silence_pooled
    np.testing.assert_array_equal(figures.has_vote, covered)
    for rows, metrics in ((np.ones(len(L), bool), figures.everywhere), (covered, figures.covered)):
        assert metrics["n"] == rows.sum()
        assert metrics["accuracy"] == pytest.approx(((p > 0.5) == gold)[rows].mean())
        assert metrics["auc"] == pytest.approx(roc_auc_score(gold[rows], p[rows]), abs=1e-4)
        assert metrics["log_loss"] == pytest.approx(log_loss(gold[rows], np.clip(p[rows], CLIP, 1 - CLIP)), abs=1e-6)
    assert figures.train_coverage == pytest.approx((train_L != -1).any(axis=1).mean())
    assert figures.conflicts == pytest.approx(((train_L == 1).any(axis=1) & (train_L == 0).any(axis=1)).mean())


def test_computed_once_for_the_same_functions(demo_applier: Applier, tutorial: LFSet) -> None:
    first = set_figures(demo_applier.of(tutorial))
    renamed = tutorial.model_dump(mode="json")
    renamed["lfs"][0]["name"] = "another"
    assert set_figures(demo_applier.of(LFSet.model_validate(tutorial.model_dump(mode="json")))) is first
    assert set_figures(demo_applier.of(LFSet.model_validate(renamed))).everywhere == first.everywhere
    renamed["lfs"][0]["enabled"] = False
    assert set_figures(demo_applier.of(LFSet.model_validate(renamed))) is not first


def test_none_where_nothing_votes_on_dev_or_dev_has_no_gold(make_dataset: Any) -> None:
    applier = Applier(make_dataset(["good", "bad"] * 6))
    for lf_set in (keywords("absent"), keywords()):
        silent = set_figures(applier.of(lf_set))
        assert (silent.train_coverage, silent.conflicts) == (0, 0)
        assert silent.covered["n"] == 0
    applier = Applier(make_dataset(["good", "bad"] * 6, gold=[-1] * 12, name="blind"))
    blind = set_figures(applier.of(keywords("good")))
    assert blind.train_coverage == 0.5
    assert (blind.everywhere["auc"], blind.everywhere["n"], blind.p_positive) == (None, 0, None)


def test_one_class_in_dev_has_no_auc(make_dataset: Any) -> None:
    applier = Applier(make_dataset(["good", "bad"] * 6, gold=[1] * 12))
    figures = set_figures(applier.of(keywords("good")))
    assert (figures.everywhere["accuracy"], figures.everywhere["auc"]) == (1, None)


def test_an_edit_that_only_adds_votes_is_judged_on_the_same_rows(make_dataset: Any) -> None:
    """Votes on rows that are hard to tell make the rows with a vote harder on average, and the set better."""
    rng = np.random.default_rng(0)
    gold = rng.integers(0, 2, 600)
    easy = rng.random(600) < 0.2
    right = rng.random(600) < np.where(easy, 0.95, 0.65)
    said = np.where(right, gold, 1 - gold)
    texts = [f"{'great' if s else 'awful'} {'sure' if e else 'so'}" for s, e in zip(said, easy, strict=True)]
    applier = Applier(make_dataset(texts, gold=gold.tolist()))
    sure = {"sure_plus": ("POSITIVE", "great sure"), "sure_minus": ("NEGATIVE", "awful sure")}
    unsure = {"so_plus": ("POSITIVE", "great so"), "so_minus": ("NEGATIVE", "awful so")}

    def lf_set(words: dict[str, tuple[str, str]]) -> LFSet:
        lfs = [
            {"kind": "keyword", "name": name, "groups": [{"label": label, "keywords": [word]}]}
            for name, (label, word) in words.items()
        ]
        return LFSet.model_validate({"name": "s", "lfs": lfs})

    before, after = set_figures(applier.of(lf_set(sure))), set_figures(applier.of(lf_set(sure | unsure)))
    assert after.covered["auc"] < before.covered["auc"]  # other rows
    assert after.everywhere["auc"] > before.everywhere["auc"] + 0.05
    assert after.everywhere["log_loss"] < before.everywhere["log_loss"]
    common = on_common_rows(before, after, applier.dataset.gold("dev"))
    assert common is not None
    assert [metrics["n"] for metrics in common] == [int(easy.sum())] * 2
    assert common[1]["auc"] == pytest.approx(common[0]["auc"], abs=0.02)
