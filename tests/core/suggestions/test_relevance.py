"""Suggestions for the rows at hand."""

from typing import Any

import numpy as np

from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.suggestions.relevance import is_open, relevant, touched_rows
from weakrec_core.suggestions.suggest import Suggestion, apply_suggestions

TEXTS = ["loved it", "loved it not", "dull", "dull and long", "fine", None]
GOLD = [1, 0, 0, 0, 1, 1]


def suggestion(action: str = "add_keyword", **more: Any) -> Suggestion:
    values: dict[str, Any] = dict.fromkeys(("keyword", "signal", "op", "threshold", "ci_low", "ci_high"))
    values |= {
        "text": "",
        "lf_name": "suggested",
        "label": "NEGATIVE",
        "hits": 1,
        "correct": 1,
        "lift": 0.3,
        "source": "dev",
    }
    changes = ("coverage_change", "log_loss_change", "coverage_change_together", "log_loss_change_together", "score")
    return Suggestion(action=action, **(values | dict.fromkeys(changes, 0.0) | more))


def lf_set() -> LFSet:
    group = {"label": "POSITIVE", "keywords": ["loved", "fine"]}
    return LFSet.model_validate({"name": "s", "lfs": [{"kind": "keyword", "name": "likes", "groups": [group]}]})


def test_rows_helped_and_harmed(make_dataset: Any) -> None:
    applier = Applier(make_dataset(TEXTS, gold=GOLD))
    dull, loved = suggestion(keyword="dull"), suggestion(keyword="loved", label="POSITIVE")
    drop = suggestion("drop_keyword", keyword="loved", label="POSITIVE", lf_name="likes")
    long = suggestion("add_threshold", signal="review_length", op=">=", threshold=13.0)
    every = np.arange(6)
    found = {
        r.suggestion: (r.rows.tolist(), r.helped, r.harmed)
        for r in relevant(applier.of(lf_set()), [dull, loved, drop, long], every)
    }
    assert found == {dull: ([2, 3], 2, 0), loved: ([0, 1], 1, 1), drop: ([0, 1], 1, 1), long: ([3], 1, 0)}
    (only,) = relevant(applier.of(lf_set()), [dull, loved], np.array([3]))
    assert only.suggestion is dull and only.rows.tolist() == [3]


def test_those_that_help_most_and_are_right_come_first(make_dataset: Any) -> None:
    applier = Applier(make_dataset(TEXTS, gold=GOLD))
    weak, strong = suggestion(keyword="dull", lift=0.1), suggestion(keyword="long", lift=0.5)
    harmful = suggestion(keyword="fine")
    order = [r.suggestion for r in relevant(applier.of(lf_set()), [harmful, weak, strong], np.arange(6))]
    assert order == [strong, weak, harmful]


def test_a_made_suggestion_is_not_open_any_more() -> None:
    base = lf_set()
    for one in (
        suggestion(keyword="dull"),
        suggestion("drop_keyword", keyword="loved", label="POSITIVE", lf_name="likes"),
        suggestion("add_threshold", signal="polarity", op="<=", threshold=0.0, lf_name="polarity_low"),
    ):
        assert is_open(base, one)
        assert not is_open(apply_suggestions(base, [one]), one)


def test_a_keyword_to_drop_touches_what_its_lf_finds(make_dataset: Any) -> None:
    applier = Applier(make_dataset(["Unloved", "loved", "other"]))
    drop = suggestion("drop_keyword", keyword="loved", label="POSITIVE", lf_name="likes")
    assert touched_rows(applier.of(lf_set()), drop).tolist() == [0, 1]  # its LF looks for parts of words
    assert touched_rows(applier.of(lf_set()), suggestion(keyword="loved")).tolist() == [1]
