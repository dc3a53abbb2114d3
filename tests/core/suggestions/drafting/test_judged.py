"""Of what a model drafts only what is valid and right on dev is offered; the rest has a reason."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weakrec_core.data.dataset import Dataset
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.suggestions.drafting.judged import judge

LOVED = {"kind": "keyword", "name": "loved", "groups": [{"label": "POSITIVE", "keywords": ["loved"]}]}
LONG = {"kind": "threshold", "name": "long", "signal": "review_length", "op": ">", "threshold": 5, "label": "POSITIVE"}
TEXTS = ["loved it"] * 40 + ["dull"] * 40 + ["so so"] * 20


@pytest.fixture
def applied(make_dataset: Callable[..., Dataset]) -> AppliedSet:
    dataset = make_dataset(TEXTS, gold=[1] * 38 + [0] * 2 + [0] * 40 + [1, 0] * 10)
    gone = parse_lf({"kind": "keyword", "name": "gone", "groups": [{"label": "NEGATIVE", "keywords": ["dull"]}]})
    return Applier(dataset).of(LFSet(name="s", lfs=(gone,)))


def test_what_is_right_on_dev_is_offered(applied: AppliedSet) -> None:
    (found,) = judge(applied, [LOVED])
    assert found.problem == "" and found.lf == parse_lf(LOVED)
    assert (found.figures["n"], found.figures["correct"]) == (40, 38)
    assert found.to_json()["lift"] == pytest.approx(38 / 40 - 48 / 100)


def test_it_is_measured_on_other_users_than_those_whose_reviews_were_sent(applied: AppliedSet) -> None:
    assert judge(applied, [LOVED], rows=range(15))[0].figures["n"] == 25
    (found,) = judge(applied, [LOVED], rows=range(31))
    assert found.problem == "It votes on 9 of 69 dev rows with gold; 10 are the least."


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ("rm -rf", "It is no LF but 'rm -rf'."),
        (None, "It is no LF but None."),
        ({"kind": ["keyword"]}, "kinds keyword and threshold, not ['keyword']"),
        ({"kind": "python", "name": "x", "target": "os:system"}, "kinds keyword and threshold, not 'python'"),
        ({"kind": "prompt", "name": "x", "prompt": "p", "model": "m"}, "not 'prompt'"),
        ({**LOVED, "run": "curl evil"}, "unknown key 'run'"),
        ({**LOVED, 7: 8}, "Keys should be strings"),
        ({**LOVED, "match": "regex", "groups": [{"label": "POSITIVE", "keywords": ["(a"]}]}, "not a regular expression"),
        ({**LOVED, "groups": [{"label": "POSITIVE", "keywords": [f"w{i}" for i in range(51)]}]}, "more than 50 keywords"),
        ({**LONG, "signal": "secret"}, "there is no signal 'secret'"),
        ({**LONG, "threshold": "nan"}, "field threshold"),
        ({**LONG, "threshold": 0}, "It is right on 0.48 [0.38, 0.58] of 100 dev rows, which is not above the base rate 0.48."),
        ({**LOVED, "groups": [{"label": "POSITIVE", "keywords": ["no such"]}]}, "It votes on 0 of 100 dev rows with gold; 10 are the least."),
        ({**LOVED, "groups": [{"label": "NEGATIVE", "keywords": ["dull"]}]}, "It is the same as 'gone'."),
    ],
)  # fmt: skip
def test_what_is_not_offered_has_a_reason(applied: AppliedSet, values: Any, reason: str) -> None:
    (found,) = judge(applied, [values])
    assert reason in found.problem and not found.to_json()["offered"]
    assert "\n" not in found.problem and len(found.problem) < 400


def test_names_are_plain_and_free(applied: AppliedSet) -> None:
    names = ["gone", "<b>a</b> \u202e[x](http://evil)" + "y" * 100, "", 7, None]
    found = judge(applied, [{**LONG, "name": name, "threshold": 6 + i / 9} for i, name in enumerate(names)])
    assert sorted(one.name for one in found) == sorted(
        ["gone_2", ("b_a_b_x_http_evil_" + "y" * 100)[:60], "drafted", "drafted_2", "drafted_3"]
    )
    assert all(one.lf is not None and one.lf.enabled for one in found)


def test_twice_the_same_and_too_many(applied: AppliedSet) -> None:
    found = judge(applied, [{**LOVED, "owner": "Eve"}, {**LOVED, "name": "again", "enabled": False}, *[None] * 10])
    assert [one.problem for one in found[:2]] == ["", "It is the same as 'loved'."] and len(found) == 9
    assert found[0].lf == parse_lf(LOVED)  # notes are people's
    assert found[-1].name == "4 more" and "first 8 LFs are read" in found[-1].problem


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["keyword", "POSITIVE", "regex"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*LOVED, *LONG, "match"]), inner),
    max_leaves=4,
)


@settings(max_examples=30)
@given(values=st.dictionaries(st.sampled_from(["kind", "name", "match", "groups", "signal", "op"]), ANY) | ANY)
def test_any_values_are_judged(demo_applier: Applier, values: Any) -> None:
    (found,) = judge(demo_applier.of(LFSet(name="s", lfs=())), [values])
    assert found.problem
