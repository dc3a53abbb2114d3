"""Combined LFs: all or any of several conditions, unless others hold."""

from typing import Any, get_args

import numpy as np
import pytest
import snowballstemmer
from hypothesis import given, settings
from hypothesis import strategies as st

from weakrec_core.errors import SpecError
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.labeling.word_stems import Stemmer

TEXTS = ["good bad", "good", "bad", None, "good long long", ""]
LONG = {"type": "threshold", "signal": "review_length", "op": ">", "threshold": 7}
GOOD = {"type": "keywords", "keywords": ["good"]}
BAD = {"type": "keywords", "keywords": ["bad"]}


def combined(conditions: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"kind": "combined", "name": "c", "label": "POSITIVE", "conditions": conditions} | more


def votes(dataset: Any, spec: dict[str, Any]) -> list[int]:
    return Applier(dataset).votes(parse_lf(spec), "dev").tolist()


@pytest.mark.parametrize(
    ("spec", "want"),
    [
        (combined([GOOD]), [1, 1, -1, -1, 1, -1]),
        (combined([GOOD, LONG]), [1, -1, -1, -1, 1, -1]),
        (combined([GOOD, LONG], mode="all", label="NEGATIVE"), [0, -1, -1, -1, 0, -1]),
        (combined([BAD, LONG], mode="any"), [1, -1, 1, -1, 1, -1]),
        (combined([GOOD], unless=[BAD]), [-1, 1, -1, -1, 1, -1]),
        (combined([GOOD], unless=[BAD, LONG]), [-1, 1, -1, -1, -1, -1]),  # one of them is enough
        (combined([GOOD, BAD], mode="any", unless=[LONG]), [-1, 1, 1, -1, -1, -1]),
        (combined([GOOD, BAD, LONG]), [1, -1, -1, -1, -1, -1]),
    ],
)
def test_all_any_unless(make_dataset: Any, spec: dict[str, Any], want: list[int]) -> None:
    assert votes(make_dataset(TEXTS), spec) == want


def test_unless_does_not_hold_where_nothing_is_known(make_dataset: Any) -> None:
    """History length is known everywhere, the review's length only where there is a review."""
    history = {"type": "threshold", "signal": "history_length", "op": ">=", "threshold": 0}
    dataset = make_dataset(TEXTS)
    assert votes(dataset, combined([history])) == [1] * 6
    assert votes(dataset, combined([history], unless=[LONG])) == [-1, 1, 1, 1, -1, 1]
    assert votes(dataset, combined([history, LONG])) == [1, -1, -1, -1, 1, -1]


class Marked(Columns):
    """Columns in which keyword ``i`` is found in the rows whose bit i is set."""

    def __init__(self, rows: np.ndarray):
        self.rows, self.n = rows, len(rows)

    def keyword_hits(self, keywords: Any, match: str, case_sensitive: bool) -> np.ndarray:
        return np.any([self.rows >> int(k) & 1 for k in keywords], axis=0).astype(bool)


BITS = st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=2), max_size=3)


@settings(max_examples=60)
@given(BITS.filter(bool), BITS, st.sampled_from(["all", "any"]), st.sampled_from(["POSITIVE", "NEGATIVE"]))
def test_as_people_write_it_in_python(wanted: list[list[int]], unless: list[list[int]], mode: str, label: str) -> None:
    def condition(bits: list[int]) -> dict[str, Any]:
        return {"type": "keywords", "keywords": [str(b) for b in bits]}

    lf = parse_lf(combined([condition(c) for c in wanted], unless=list(map(condition, unless)), mode=mode, label=label))
    rows = np.arange(32)

    def by_hand(row: int) -> int:
        holds = [any(row >> b & 1 for b in bits) for bits in wanted]
        hit = (all if mode == "all" else any)(holds) and not any(row >> b & 1 for bits in unless for b in bits)
        return {"POSITIVE": 1, "NEGATIVE": 0}[label] if hit else -1

    found = lf.votes(Marked(rows))
    assert found.dtype == np.int8
    assert found.tolist() == [by_hand(row) for row in rows]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"conditions": []}, "LF 'c', field conditions: "),
        ({"label": "MAYBE"}, "LF 'c', field label: "),
        ({"mode": "none"}, "LF 'c', field mode: "),
        ({"conditions": [GOOD | {"keywords": [" "]}]}, "an empty keyword would match every review"),
        ({"conditions": [GOOD | {"match": "regex", "keywords": ["("]}]}, "is not a regular expression that RE2 takes"),
        ({"conditions": [LONG | {"threshold": float("nan")}]}, "LF 'c', field conditions.1.threshold"),
        ({"unless": [LONG | {"type": "moon"}]}, "LF 'c', field unless.1: "),
        ({"conditions": [LONG | {"op": "between", "low": 3, "high": 1, "threshold": None}]}, "low 3 is above high 1"),
    ],
)
def test_bad_specs_name_the_lf_and_the_field(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_lf(combined([GOOD]) | change)
    assert problem in str(caught.value)
    assert "LF 'c'" in str(caught.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"stem": "klingon", "match": "word"}, "field stem"),
        ({"stem": "german"}, "stem goes with match: word"),
        ({"stem": "german", "match": "word", "case_sensitive": True}, "without case_sensitive"),
    ],
)
def test_stems_that_are_refused(values: dict[str, Any], message: str) -> None:
    condition = {"type": "keywords", "keywords": ["a"]} | values
    for spec in (
        {"kind": "keyword", "groups": [{"label": "POSITIVE", "keywords": ["a"]}]} | values,
        {"kind": "combined", "label": "POSITIVE", "conditions": [condition, condition]},
    ):
        with pytest.raises(SpecError, match=message.split()[-1] if spec["kind"] == "combined" else message):
            parse_lf({"name": "x"} | spec)


def test_every_stemmer_is_there() -> None:
    known = get_args(Stemmer)
    assert len(known) > 30 and set(known) <= set(snowballstemmer.algorithms())
