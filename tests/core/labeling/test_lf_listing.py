"""Which LFs are listed, and in which order."""

from typing import Any

import pytest

from weakrec_core.labeling.lf_listing import SORTED_BY, Listing
from weakrec_core.labeling.parsing import parse_lf

LFS = [
    parse_lf({"kind": "keyword", "groups": [{"label": "POSITIVE", "keywords": ["Great Fun"]}]} | more)
    for more in (
        {"name": "b", "tags": ["mood"], "comment": "of the ending"},
        {"name": "A", "tags": ["mood", "slang"]},
        {"name": "c", "enabled": False},
        {"name": "d"},
    )
]
FIGURES: dict[str, dict[str, Any]] = {
    "b": {"verdict": "better", "lift": 0.1},
    "A": {"verdict": "worse", "lift": 0.3},
    "d": {"verdict": "no votes", "lift": float("nan")},
}


@pytest.mark.parametrize(
    ("listing", "names"),
    [
        (Listing(), "bAcd"),
        (Listing(turned=True), "dcAb"),
        (Listing(by="name"), "Abcd"),
        (Listing(by="name", turned=True), "dcbA"),
        (Listing(by="lift"), "Abcd"),
        (Listing(by="lift", turned=True), "bAcd"),
        (Listing("  great FUN "), "bAcd"),
        (Listing("ending"), "b"),
        (Listing("comment"), ""),
        (Listing(tags=("slang", "gone")), "A"),
        (Listing(verdicts=("off", "no votes")), "cd"),
        (Listing("great", ("mood",), ("better",)), "b"),
    ],
    ids=str,
)
def test_listing(listing: Listing, names: str) -> None:
    assert "".join(lf.name for lf in listing.of(LFS, FIGURES)) == names


def test_what_cannot_be_applied_is_an_error() -> None:
    assert [lf.name for lf in Listing(verdicts=("error",)).of(LFS, FIGURES | {"b": FIGURES["b"]})] == []
    assert [lf.name for lf in Listing(verdicts=("error",)).of(LFS, {})] == ["b", "A", "d"]


def test_only_a_filter_leaves_some_out() -> None:
    assert not any(Listing(by=by, turned=True).filters for by in SORTED_BY)
    assert Listing("x").filters and Listing(tags=("a",)).filters and not Listing("  ").filters
