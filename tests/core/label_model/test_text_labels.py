"""The text model as a step after a label model."""

import os
import shutil
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from tests.elsewhere import ElsewhereEngine
from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.engine.votes import apply_in_parts
from weakrec_core.errors import DataError, LabelModelError
from weakrec_core.label_model import text_model
from weakrec_core.label_model.comparing import compared
from weakrec_core.label_model.guardrails import check_comparison, check_model, check_votes
from weakrec_core.label_model.label_train import label_train
from weakrec_core.label_model.set_figures import set_figures
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.label_model.text_labels import (
    blend,
    compare_with_text,
    label_train_with_text,
    telling_table,
    with_text,
)
from weakrec_core.label_model.text_model import TextModel, fit_text_model
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.workspace import Workspace

FILLER = ["the plot", "the hero", "some dragons", "a long road", "the second part", "many chapters"]


def reviews(n: int, seed: int = 0, telling: float = 1.0) -> tuple[list[str | None], NDArray[np.int8]]:
    """Reviews of which the given share has a word of its gold label; every tenth is missing."""
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, 2, n).astype(np.int8)
    words = np.array([["bad", "dreary"], ["good", "lovely"]])[
        np.where(rng.random(n) < telling, gold, rng.integers(0, 2, n)), rng.integers(0, 2, n)
    ]
    texts = [f"{rng.choice(FILLER)} {word} {rng.choice(FILLER)}" for word in words]
    return [None if i % 10 == 9 else t for i, t in enumerate(texts)], gold


def knows(*words: str) -> LFSet:
    """One LF a word."""
    label = {"good": "POSITIVE", "lovely": "POSITIVE", "bad": "NEGATIVE", "dreary": "NEGATIVE"}
    lfs = [{"kind": "keyword", "name": w, "groups": [{"label": label[w], "keywords": [w]}]} for w in words]
    return LFSet.model_validate({"name": "s", "lfs": lfs})


def log_odds(p: float) -> float:
    return float(np.log(p / (1 - p)))


def test_blend() -> None:
    nan = np.nan
    #            covered, both agree  disagree  no review  not covered  neither   certain
    p_label = np.array([0.8, 0.9, 0.7, 0.6, 0.6, 1.0])
    p_text = np.array([0.8, 0.1, nan, 0.25, nan, 0.5])
    covered = np.array([True, True, True, False, False, True])
    found = blend(p_label, p_text, covered)
    np.testing.assert_allclose(found[:5], [0.8, 0.5, 0.7, 0.25, 0.6])
    assert log_odds(found[5]) == pytest.approx(log_odds(1 - 1e-6) / 2)
    mixed = blend(np.array([0.9]), np.array([0.6]), np.array([True]))[0]
    assert log_odds(mixed) == pytest.approx((log_odds(0.9) + log_odds(0.6)) / 2)


def test_it_labels_reviews_without_a_vote_and_nothing_else_is_new(make_dataset: Any) -> None:
    texts, gold = reviews(400)
    applier = Applier(make_dataset(texts, gold=gold))
    step = label_train(applier.of(knows("good", "bad")), "calibrated")
    more = label_train_with_text(step.applied, "calibrated")
    reviewed = applier.dataset.split("train")["review_text"].notna().to_numpy()
    assert more.covered[step.covered].all()
    np.testing.assert_array_equal(more.covered & ~step.covered, reviewed & ~step.covered)
    np.testing.assert_array_equal(more.p_positive[~reviewed], step.p_positive[~reviewed])
    assert (more.model, more.train, more.dev) == (step.model, step.train, step.dev)
    assert step.text is None
    assert (step.to_json()["text_model"], more.to_json()["text_model"]) == (False, True)
    new = more.covered & ~step.covered  # "lovely" and "dreary" are known from dev's gold
    truth = gold[new]
    assert ((more.p_positive[new] > 0.5) == truth).mean() > 0.9
    assert more.kept(0.5).sum() == reviewed.sum()


def test_its_labels_are_the_blend_of_both_models(make_dataset: Any) -> None:
    texts, gold = reviews(300, telling=0.8)
    applier = Applier(make_dataset(texts, gold=gold))
    step = label_train(applier.of(knows("good", "bad", "dreary")), "calibrated")
    more = label_train_with_text(step.applied, "calibrated")
    train, dev = (applier.dataset.split(s)["review_text"] for s in ("train", "dev"))
    text = fit_text_model(train, np.where(step.covered, step.p_positive, np.nan), dev, applier.dataset.gold("dev"))
    want = blend(step.p_positive, text.predict_proba(train), step.covered)
    np.testing.assert_array_equal(more.p_positive, want)


def test_part_by_part_as_in_one_piece(make_dataset: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_model, "_MAX_TRAIN_ROWS", 100)  # so that a sample is drawn
    texts, gold = reviews(300, telling=0.8)
    lf_set, dataset = knows("good", "bad"), make_dataset(texts, gold=gold)
    engine = ElsewhereEngine()
    whole, parts = lf_set.apply(dataset), apply_in_parts(lf_set.apply(dataset), engine, 70)
    assert engine.sent > 3
    one, more = (label_train_with_text(applied, "calibrated") for applied in (whole, parts))
    np.testing.assert_allclose(more.p_positive, one.p_positive, rtol=1e-12)
    np.testing.assert_array_equal(more.covered, one.covered)
    assert compare_with_text(parts, "calibrated") == compare_with_text(whole, "calibrated")


def test_where_dev_says_that_it_helps(make_dataset: Any) -> None:
    """On, off, or as dev says; where dev cannot say, without."""
    texts, gold = reviews(300)
    labels = label_train(knows("good").apply(make_dataset(texts, gold=gold.tolist())), "calibrated")
    assert with_text(labels, always=False).text is not None
    rare = make_dataset(["one", "two", "three", "four"], gold=[1, 0, 0, 1], name="rare")
    labels = label_train(knows("good").apply(rare), "majority")
    assert with_text(labels, always=False) is labels
    with pytest.raises(LabelModelError, match="text model"):
        with_text(labels, always=True)


def test_it_helps_where_the_lfs_miss_what_the_words_say(make_dataset: Any) -> None:
    texts, gold = reviews(300)
    applier = Applier(make_dataset(texts, gold=gold))
    found = compare_with_text(applier.of(knows("good", "bad")), "calibrated")
    assert found.helps
    assert found.with_text["auc"] > 0.95 > found.alone["auc"]
    assert found.alone["n"] == found.with_text["n"] == 270  # of 300 rows every tenth has no review
    assert compare_with_text(applier.of(knows("good", "bad")), "calibrated") is found


def test_it_does_not_help_where_the_words_say_nothing_more(make_dataset: Any) -> None:
    """Five words, each with an LF of its own; what is left is noise."""
    texts, gold = reviews(300, telling=0.3)
    applier = Applier(make_dataset(texts, gold=gold))
    found = compare_with_text(applier.of(knows("good", "bad", "lovely", "dreary")), "calibrated")
    assert not found.helps
    assert found.with_text["log_loss"] > found.alone["log_loss"]


def test_users_are_held_out(make_dataset: Any, workspace: Workspace) -> None:
    """Each dev user has eight rows, all of one gold, and a word of its own that gives it away."""
    rng = np.random.default_rng(0)
    user = np.arange(240) // 8
    gold = (rng.random(30) < 0.5).astype(np.int8)[user]
    texts = [f"{rng.choice(FILLER)} word{u} {rng.choice(FILLER)}" for u in user]
    texts[:3] = ["good", "bad", "lovely"]
    dataset = make_dataset(texts, gold=gold)
    dev = pd.read_parquet(dataset.path / "dev.parquet")
    dev.assign(user_idx=(240 + user).astype(np.int32)).to_parquet(dataset.path / "dev.parquet")
    found = compare_with_text(Applier(open_dataset(workspace, "tiny")).of(knows("good", "bad", "lovely")), "majority")
    assert found.with_text["auc"] < 0.65


def test_too_few_words_in_common_say_so(make_dataset: Any) -> None:
    applier = Applier(make_dataset(["good", "bad", "lovely", "dreary"] * 3, gold=[1, 0, 1, 0] * 3))
    assert compare_with_text(applier.of(knows("good", "bad")), "majority").alone["n"] == 12
    applier = Applier(make_dataset([f"{word} {i}" for i, word in enumerate("abcdefgh")], name="rare"))
    with pytest.raises(LabelModelError, match="more reviews"):
        compare_with_text(applier.of(knows("good", "bad")), "majority")


def test_no_gold_of_train_is_ever_opened(demo: Dataset, tutorial: LFSet) -> None:
    """Everything up to the training labels works in a copy without the file."""
    path = demo.workspace.datasets / "without_gold"
    shutil.copytree(demo.path.parent, path)
    try:
        os.remove(path / demo.path.name / "train_gold.parquet")
        dataset = open_dataset(demo.workspace, "without_gold")
        with pytest.raises(DataError, match="train_gold"):
            dataset.train_gold()
        _everything(Applier(dataset), tutorial)
    finally:
        shutil.rmtree(path)


def _everything(applier: Applier, lf_set: LFSet) -> None:
    quick = SnorkelConfig(n_epochs=10)
    applied = applier.of(lf_set)
    set_figures(applied)
    comparison = compared(applied, config=quick)
    found = compare_with_text(applied, "calibrated")
    assert found.helps == (found.with_text["log_loss"] < found.alone["log_loss"])
    step = label_train_with_text(applied, comparison.recommended, config=quick)
    assert step.covered.mean() > 0.05
    check_votes(step.train, step.dev, step.drift)
    check_model(step.model, step.train)
    check_comparison(comparison)


def test_telling_table() -> None:
    text = TextModel(["bad", "dull", "fine", "good", "the"], np.ones(5), np.array([-2.0, -1.0, 0.5, 3.0, 0.0]), 0.0)
    table = telling_table(text, 3)
    want = pd.DataFrame({"POSITIVE": ["good", "fine"], "NEGATIVE": ["bad", "dull"]}, dtype="str")
    pd.testing.assert_frame_equal(table, want)
    one_sided = telling_table(TextModel(["good", "the"], np.ones(2), np.array([1.0, 2.0]), 0.0), 2)
    assert one_sided["POSITIVE"].tolist() == ["the", "good"]
    assert one_sided["NEGATIVE"].isna().all()
