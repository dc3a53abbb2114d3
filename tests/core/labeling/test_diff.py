"""What differs between two LF sets, in words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.labeling.diff import diff_sets
from weakrec_core.labeling.lf_set import LFSet

WORDS: dict[str, Any] = {
    "kind": "keyword",
    "name": "words",
    "groups": [{"label": "POSITIVE", "keywords": ["good", "great"]}, {"label": "NEGATIVE", "keywords": ["bad"]}],
}
POLAR: dict[str, Any] = {
    "kind": "threshold",
    "name": "polar",
    "signal": "polarity",
    "op": ">",
    "threshold": 0.3,
    "label": "POSITIVE",
}
BOTH: dict[str, Any] = {
    "kind": "combined",
    "name": "both",
    "label": "POSITIVE",
    "conditions": [
        {"type": "keywords", "keywords": ["good"]},
        {"type": "threshold", "signal": "polarity", "op": ">", "threshold": 0.3},
    ],
}


def lf_set(*lfs: dict[str, Any]) -> LFSet:
    return LFSet.model_validate({"name": "s", "lfs": list(lfs)})


def groups(*keywords: list[str]) -> dict[str, Any]:
    """The word LF with other keywords, by group."""
    labels = ["POSITIVE", "NEGATIVE", "POSITIVE"]
    return WORDS | {"groups": [{"label": x, "keywords": k} for x, k in zip(labels, keywords, strict=False)]}


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ([WORDS, POLAR], [WORDS, POLAR], []),
        ([WORDS], [WORDS, POLAR, BOTH], ["added polar (threshold)", "added both (combined)"]),
        ([WORDS, POLAR], [POLAR], ["removed words"]),
        ([POLAR], [POLAR | {"name": "new"}], ["added new (threshold)", "removed polar"]),
        ([POLAR], [POLAR | {"threshold": 0.25}], ["polar: threshold 0.3 → 0.25"]),
        (
            [POLAR],
            [POLAR | {"op": "<", "label": "NEGATIVE"}],
            ["polar: op > → <", "polar: label POSITIVE → NEGATIVE"],
        ),
        (
            [POLAR],
            [POLAR | {"op": "between", "threshold": None, "low": 0.0, "high": 1.0}],
            ["polar: op > → between", "polar: threshold 0.3 → –", "polar: low – → 0", "polar: high – → 1"],
        ),
        ([POLAR], [POLAR | {"enabled": False}], ["polar: switched off"]),
        ([POLAR | {"enabled": False}], [POLAR], ["polar: switched on"]),
        (
            [POLAR],
            [POLAR | {"enabled": False, "threshold": 0.25}],
            ["polar: switched off", "polar: threshold 0.3 → 0.25"],
        ),
        ([WORDS], [groups(["good", "fine"], ["bad"])], ["words: groups 1 keywords + fine  − great"]),
        ([WORDS], [groups(["great", "good"], ["bad"])], ["words: groups 1 keywords in another order"]),
        ([WORDS], [groups(["good", "great"], ["bad", "dull"])], ["words: groups 2 keywords + dull"]),
        ([WORDS], [groups(["good", "great"], ["bad"], ["fine"])], ["words: groups: 2 → 3"]),
        ([WORDS], [WORDS | {"match": "word"}], ["words: match substring → word"]),
        ([WORDS], [WORDS | {"case_sensitive": True}], ["words: case_sensitive off → on"]),
        (
            [BOTH],
            [BOTH | {"mode": "any", "unless": [{"type": "keywords", "keywords": ["bad"]}]}],
            ["both: mode all → any", "both: unless: 0 → 1"],
        ),
        (
            [BOTH],
            [BOTH | {"conditions": [BOTH["conditions"][0], BOTH["conditions"][1] | {"threshold": 0.5}]}],
            ["both: conditions 2 threshold 0.3 → 0.5"],
        ),
        ([WORDS, POLAR], [POLAR, WORDS], ["the order has changed"]),
        ([WORDS, POLAR], [WORDS, BOTH, POLAR], ["added both (combined)"]),
    ],
)
def test_one_line_a_change(old: list[dict[str, Any]], new: list[dict[str, Any]], lines: list[str]) -> None:
    assert diff_sets(lf_set(*old), lf_set(*new)) == lines


def test_another_kind_under_the_same_name() -> None:
    lines = diff_sets(lf_set(POLAR), lf_set({"kind": "column", "name": "polar", "column": "votes"}))
    assert lines[0] == "polar: kind threshold → column"
    assert "polar: column – → votes" in lines


SOME = st.lists(
    st.builds(
        lambda name, threshold, enabled: POLAR | {"name": name, "threshold": threshold, "enabled": enabled},
        st.sampled_from("abcd"),
        st.sampled_from([0.1, 0.2]),
        st.booleans(),
    ),
    max_size=4,
    unique_by=lambda lf: lf["name"],
)


@given(SOME, SOME)
def test_no_line_means_no_difference(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    assert (diff_sets(lf_set(*old), lf_set(*new)) == []) == (lf_set(*old) == lf_set(*new))
