"""Filters as values in a URL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.error_analysis.filters import RowFilter
from weakrec_core.errors import SpecError

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
FILTERS = st.builds(
    RowFilter,
    model=st.sampled_from([None, "POSITIVE", "NEGATIVE"]),
    gold=st.sampled_from([None, "POSITIVE", "unknown"]),
    kind=st.sampled_from([None, "wrong", "tie"]),
    text=st.none() | WORDS,
    user=st.none() | WORDS,
    starred=st.booleans(),
) | st.builds(
    RowFilter,
    signal=WORDS,
    low=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    lf=WORDS,
    outcome=st.sampled_from(["correct", "could_help"]),
)


@given(FILTERS)
def test_a_filter_comes_back_from_the_url(wanted: RowFilter) -> None:
    query = wanted.to_query()
    assert all(isinstance(value, str) for value in query.values())
    assert RowFilter.from_query(query | {"dataset": "demo", "draft": "x", "page": "2"}) == wanted


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"model": "MAYBE"}, "field model"),
        ({"kind": "odd"}, "field kind"),
        ({"lf": "stars"}, "lf and outcome go together"),
        ({"by": "author"}, "by and slice go together"),
        ({"low": "0.5"}, "low and high need a signal"),
        ({"signal": "polarity", "low": "nan"}, "field low"),
        ({"signal": "polarity", "high": "much"}, "field high"),
    ],
)
def test_a_bad_url_is_named(query: dict[str, str], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        RowFilter.from_query(query)


def test_empty_values_are_no_conditions() -> None:
    assert RowFilter.from_query({"model": "", "text": ""}) == RowFilter()
