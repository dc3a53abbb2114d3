"""Suggestions for the rows at hand."""

from typing import Any

import numpy as np

from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.suggestions.relevance import is_open, relevant, touched_rows
from weakrec_core.suggestions.suggest import Suggestion, apply_suggestions, worthwhile

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
    values |= dict.fromkeys(changes, 0.0) | dict.fromkeys(
        ("log_loss_interval", "log_loss_interval_together"), (0.0, 0.0)
    )
    return Suggestion(action=action, **(values | more))


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
        r.suggestion: (r.helped_rows.tolist(), r.harmed_rows.tolist())
        for r in relevant(applier.of(lf_set()), [dull, loved, drop, long], every)
    }
    assert found == {dull: ([2, 3], []), long: ([3], [])}  # the others help as many as they harm
    (only,) = relevant(applier.of(lf_set()), [dull, loved, drop], np.array([1, 3]))[:1]
    assert only.suggestion is dull and only.helped_rows.tolist() == [3]
    kept = {
        r.suggestion: (r.helped, r.harmed, r.gain) for r in relevant(applier.of(lf_set()), [drop, loved], np.array([1]))
    }
    assert kept == {drop: (1, 0, 0.3)}


def test_what_speaks_for_the_row_that_is_open_comes_first_and_what_speaks_against_it_is_left_out(
    make_dataset: Any,
) -> None:
    """The row is gold NEGATIVE: nothing that votes POSITIVE on it is offered."""
    applier = Applier(make_dataset(["loved dull", "loved", "loved", "long", "long", "long"], gold=[0, 1, 1, 0, 0, 0]))
    loved, dull, long = (
        suggestion(keyword=k, label=v) for k, v in (("loved", "POSITIVE"), ("dull", "NEGATIVE"), ("long", "NEGATIVE"))
    )
    found = relevant(applier.of(lf_set()), [loved, dull, long], np.arange(6))
    assert [r.suggestion for r in found] == [long, loved, dull]
    found = relevant(applier.of(lf_set()), [loved, dull, long], np.arange(6), opened=0)
    assert [r.suggestion for r in found] == [dull, long]


def test_those_that_help_most_and_are_right_come_first(make_dataset: Any) -> None:
    applier = Applier(make_dataset(TEXTS, gold=GOLD))
    weak, strong = suggestion(keyword="dull", lift=0.1), suggestion(keyword="long", lift=0.5)
    harmful = suggestion(keyword="fine")
    order = [r.suggestion for r in relevant(applier.of(lf_set()), [harmful, weak, strong], np.arange(6))]
    assert order == [strong, weak]


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


def test_what_is_expected_to_lower_no_log_loss_is_not_worthwhile() -> None:
    changes = {"a": -0.001, "b": 0.0, "c": -0.01, "d": 0.002}
    made = [suggestion(keyword=keyword, log_loss_change=change) for keyword, change in changes.items()]
    assert [s.keyword for s in worthwhile(made)] == ["c", "a"]
