"""From an LF set to training labels."""

import json
from typing import Any

import numpy as np
import pytest

from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.label_train import label_train
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet

QUICK = SnorkelConfig(n_epochs=20)


@pytest.mark.parametrize("kind", ["snorkel", "majority"])
def test_every_train_row_gets_the_probability_of_its_votes(
    demo: Dataset, demo_applier: Applier, tutorial: LFSet, kind: str
) -> None:
    step = label_train(demo_applier.of(tutorial), kind, config=QUICK)
    L = demo_applier.of(tutorial).votes("train")
    assert step.p_positive.shape == step.covered.shape == (demo.n_rows("train"),)
    np.testing.assert_array_equal(step.covered, (L != -1).any(axis=1))
    np.testing.assert_allclose(step.p_positive, step.model.predict_proba(L), atol=1e-12)
    np.testing.assert_allclose(step.p_positive[~step.covered], step.model.prior)
    assert step.model.prior == pytest.approx((demo.gold("dev") == 1).mean())


def test_the_summary_is_json(demo: Dataset, demo_applier: Applier, tutorial: LFSet) -> None:
    step = label_train(demo_applier.of(tutorial), "snorkel", config=QUICK)
    summary = json.loads(json.dumps(step.to_json(), allow_nan=False))
    assert summary["label_model"] == "snorkel"
    assert list(summary["weights"]) == tutorial.names
    assert summary["class_balance"]["POSITIVE"] + summary["class_balance"]["NEGATIVE"] == pytest.approx(1)
    assert summary["train"]["rows"] == demo.n_rows("train")
    assert 0 < summary["train"]["covered"] == int(step.covered.sum()) < summary["train"]["rows"]
    assert summary["dev"]["n"] == int((demo.gold("dev") >= 0).sum())
    assert summary["dev_with_a_vote"]["n"] == int((demo_applier.of(tutorial).votes("dev") != -1).any(axis=1).sum())


def few(*keywords: str) -> LFSet:
    group = {"label": "POSITIVE"}
    lfs = [{"kind": "keyword", "name": k, "groups": [group | {"keywords": [k]}]} for k in keywords]
    return LFSet.model_validate({"name": "s", "lfs": lfs})


def test_an_lf_that_never_votes_is_warned_of_and_has_no_weight(make_dataset: Any) -> None:
    applier = Applier(make_dataset(["one two", "one", "two", None] * 10))
    summary = label_train(applier.of(few("one", "two", "absent")), "snorkel", config=QUICK).to_json()
    assert summary["weights"]["absent"] is None
    assert summary["weights"]["one"] is not None
    assert any("absent" in warning for warning in summary["warnings"])


def test_ties_are_counted(make_dataset: Any) -> None:
    applier = Applier(make_dataset(["good bad", "good", None, "bad"]))
    lfs = few("good", "bad").model_dump(mode="json")
    lfs["lfs"][1]["groups"][0]["label"] = "NEGATIVE"
    summary = label_train(applier.of(LFSet.model_validate(lfs)), "majority").to_json()
    assert summary["train"] == {"rows": 4, "covered": 3, "tied": 1}


@pytest.mark.parametrize(
    ("gold", "keywords", "problem"),
    [
        ([-1] * 4, "abc", "no gold labels"),
        ([1] * 4, "abc", "no NEGATIVE gold label"),
        (None, "ab", "at least 3 LFs"),
        (None, "", "No LF is switched on"),
    ],
)
def test_what_cannot_be_fitted(make_dataset: Any, gold: list[int] | None, keywords: str, problem: str) -> None:
    applier = Applier(make_dataset(["a", "b", "c", "a b"], gold=gold))
    with pytest.raises(LabelModelError, match=problem):
        label_train(applier.of(few(*keywords)), "snorkel")
