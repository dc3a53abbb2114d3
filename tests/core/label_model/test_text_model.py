"""The text model."""

import json

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from weakrec_core.errors import LabelModelError
from weakrec_core.label_model import text_model
from weakrec_core.label_model.text_model import TextModel, fit_text_model

FILLER = ["the plot", "the hero", "some dragons", "a long road", "the second part", "many chapters"]
NOBODY = pd.Series([], dtype="str")
NO_GOLD = np.zeros(0, np.int8)


def reviews(n: int, seed: int = 0) -> tuple[pd.Series, NDArray[np.int8]]:
    """Reviews with "good" or "lovely" where gold is 1, "bad" or "dreary" where it is 0; every tenth is missing."""
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, 2, n).astype(np.int8)
    words = np.array([["bad", "dreary"], ["good", "lovely"]])[gold, rng.integers(0, 2, n)]
    texts = [f"{rng.choice(FILLER)} {word} {rng.choice(FILLER)}" for word in words]
    return pd.Series([None if i % 10 == 9 else t for i, t in enumerate(texts)], dtype="str"), gold


def test_spreads_the_votes_to_reviews_without_one() -> None:
    """The LFs know one word of each pair; the other is learned from dev's gold."""
    train, _ = reviews(400)
    p = np.select([train.str.contains("good"), train.str.contains("bad")], [0.9, 0.1], np.nan)
    dev, dev_gold = reviews(60, seed=1)
    model = fit_text_model(train, p, dev, dev_gold)
    p_words = model.predict_proba(pd.Series(["good", "lovely", "dreary", "bad"]))
    assert (p_words > 0.6).tolist() == [True, True, False, False]
    assert (p_words < 0.4).tolist() == [False, False, True, True]


def test_learns_from_soft_labels() -> None:
    """A label that says 0.7 is learned as 0.7 and not as certain."""
    train, gold = reviews(2000)
    model = fit_text_model(train, np.where(gold == 1, 0.7, 0.3), NOBODY, NO_GOLD)
    reviewed = train.notna().to_numpy()
    p = model.predict_proba(train)[reviewed]
    assert p[gold[reviewed] == 1].mean() == pytest.approx(0.7, abs=0.03)
    assert p[gold[reviewed] == 0].mean() == pytest.approx(0.3, abs=0.03)


def test_no_review_no_probability() -> None:
    train, gold = reviews(200)
    p = fit_text_model(train, gold.astype(float), NOBODY, NO_GOLD).predict_proba(train)
    np.testing.assert_array_equal(np.isnan(p), train.isna())
    assert len(fit_text_model(train, gold.astype(float), NOBODY, NO_GOLD).predict_proba(NOBODY)) == 0


def test_gold_that_is_not_known_is_not_learned() -> None:
    train, gold = reviews(200)
    dev, dev_gold = reviews(50, seed=1)
    without = fit_text_model(train, gold.astype(float), NOBODY, NO_GOLD)
    unknown = fit_text_model(train, gold.astype(float), dev, np.full_like(dev_gold, -1))
    np.testing.assert_array_equal(unknown.predict_proba(dev), without.predict_proba(dev))


def test_telling_terms() -> None:
    train, gold = reviews(500)
    negative, positive = fit_text_model(train, gold.astype(float), NOBODY, NO_GOLD).telling_terms(2)
    assert {term for term, _ in negative} == {"bad", "dreary"}
    assert {term for term, _ in positive} == {"good", "lovely"}
    assert max(c for _, c in negative) < 0 < min(c for _, c in positive)


def test_words_with_apostrophes_and_digits_are_words() -> None:
    train = pd.Series(["I didn't like it, 2 stars", "I like it, 5 stars"] * 5)
    model = fit_text_model(train, np.array([0.1, 0.9] * 5), NOBODY, NO_GOLD)
    assert {"didn't", "2 stars", "5 stars", "i like"} <= set(model.terms)


def test_json_round_trip() -> None:
    train, gold = reviews(200)
    model = fit_text_model(train, gold.astype(float), NOBODY, NO_GOLD)
    loaded = TextModel.from_json(json.loads(json.dumps(model.to_json())))
    np.testing.assert_array_equal(loaded.predict_proba(train), model.predict_proba(train))


def test_same_result_every_time_and_global_random_state_untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_model, "_MAX_TRAIN_ROWS", 100)  # so that a sample is drawn
    train, gold = reviews(300)
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    one, two = (fit_text_model(train, gold.astype(float), NOBODY, NO_GOLD) for _ in range(2))
    np.testing.assert_array_equal(one.coefficients, two.coefficients)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize(
    "train", [pd.Series([None, None], dtype="str"), pd.Series(["one", "two"]), pd.Series(["", "!"])]
)
def test_too_little_text_says_so(train: pd.Series) -> None:
    with pytest.raises(LabelModelError, match="more reviews"):
        fit_text_model(train, np.array([0.2, 0.8]), NOBODY, NO_GOLD)


def test_labels_certain_of_one_class_say_so() -> None:
    with pytest.raises(LabelModelError, match="both classes"):
        fit_text_model(pd.Series(["a fine book"] * 5), np.ones(5), NOBODY, NO_GOLD)
