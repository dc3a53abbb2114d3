"""A column of ratings: scales, shares, and where POSITIVE begins."""

import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weakrec_core.data.ingest.ratings import STANDS_FOR_NONE, RatingColumn, read_ratings
from weakrec_core.data.ingest.scales import Scale
from weakrec_core.errors import DataError

MIXED = {
    "4/5": 50,
    "3/4": 40,
    "7/10": 20,
    "B+": 10,
    "★★★½": 4,
    "85%": 3,
    "fresh": 2,
    "rotten": 2,
    "2-4-1-3": 2,
    "11/10": 1,
}


def shares(column: RatingColumn) -> dict[str, float]:
    return dict(zip(column.values["raw"], column.values["share"].round(3), strict=True))


def test_a_mixed_column() -> None:
    column = read_ratings(MIXED)
    found = shares(column)
    assert math.isnan(found.pop("2-4-1-3")) and math.isnan(found.pop("11/10"))
    assert found == {
        "4/5": 0.8, "3/4": 0.75, "7/10": 0.7, "B+": 0.767, "★★★½": 0.7, "85%": 0.85, "fresh": 1.0, "rotten": 0.0,
    }  # fmt: skip
    assert column.by_notation() == {
        "out of 5": 50, "out of 4": 40, "out of 10": 20, "grade": 10, "stars": 4, "word": 4, "percent": 3,
    }  # fmt: skip
    assert column.not_rated() == {"is of no known notation": 2, "is above the top of its scale": 1}
    assert column.odd()["raw"].tolist() == ["2-4-1-3", "11/10"]
    assert not column.plain and column.scale is None
    assert column.stored.equals(column.values["share"])
    bins = column.histogram(10)
    assert bins["rows"].sum() == sum(MIXED.values()) - 3
    assert bins.loc[bins["notation"] == "word", ["low", "high", "rows"]].to_numpy().tolist() == [
        [0, 0.1, 2],
        [0.9, 1, 2],
    ]


@pytest.mark.parametrize(
    ("rows", "scale"),
    [
        ({"0": 5, "1": 9}, (0, 1)),
        ({"-1": 5, "1": 9}, (-1, 1)),
        ({"0.25": 5, "0.9": 9}, (0, 1)),
        ({"1": 5, "3": 9, "5": 2}, (1, 5)),
        ({"0.5": 5, "3": 9, "5": 2}, (0, 5)),
        ({"1": 5, "3": 9}, (1, 5)),  # few ratings: nobody gave a 5 yet
        ({"1": 50, "2": 90, "4": 70}, (1, 4)),
        ({"1": 5, "7": 9, "10": 2}, (1, 10)),
        ({"0": 5, "7": 9, "10": 2}, (0, 10)),
        ({"3": 5, "88": 9}, (0, 100)),
        ({"-9.5": 5, "8": 9}, (-10, 10)),
        ({"12": 5, "5,310": 9, "1,000": 1}, (12, 5310)),
        ({"3,5": 5, "4,0": 9, "2": 9}, (1, 5)),
    ],
)
def test_the_scale_of_plain_numbers(rows: Mapping[str, int], scale: tuple[float, float]) -> None:
    column = read_ratings(rows)
    assert column.scale == scale
    assert column.plain
    assert column.values["share"].between(0, 1).all()


def test_a_few_numbers_off_the_scale_are_not_rated() -> None:
    column = read_ratings({"1": 100, "3": 400, "5": 500, "50": 2, "-1": 1})
    assert column.scale == (1, 5)
    assert column.not_rated() == {"is not on the scale 1 to 5": 3}
    given = read_ratings({"0": 700, "4": 50, "10": 30}, Scale(1, 10))
    assert given.not_rated() == {"is not on the scale 1 to 10": 700}
    assert shares(given)["10"] == 1


def test_a_few_numbers_among_ratings_that_say_their_scale() -> None:
    column = read_ratings({"4/5": 50, "3/4": 40, "7/10": 20, "4.5": 1, "4": 1, "9.5": 1, "70": 1})
    assert [shares(column)[raw] for raw in ("4.5", "4", "9.5")] == [0.9, 0.8, 0.95]
    assert column.not_rated() == {"is a number on no scale of the others": 1}


def test_numbers_among_words() -> None:
    assert shares(read_ratings({"True": 5, "False": 3, "1": 2, "0": 1})) == {"True": 1, "False": 0, "1": 1, "0": 0}
    assert shares(read_ratings({"T": 5, "F": 3})) == {"T": 1, "F": 0}
    assert shares(read_ratings({"A": 5, "F": 3}))["F"] == 0


def test_more_than_five_stars() -> None:
    assert shares(read_ratings({"*" * 8: 1, "*" * 4: 3})) == {"*" * 8: 0.8, "*" * 4: 0.4}
    assert read_ratings({"*" * 12: 1, "*" * 4: 3}).not_rated() == {"is above the top of its scale": 1}


@pytest.mark.parametrize(
    ("rows", "positive", "value", "text"),
    [
        (["1", "3", "5"], None, 4, "4"),
        (["0.5", "3", "5"], None, 4, "4"),
        (["1", "3", "10"], None, 6.4, "6.4 (60% of 1 to 10)"),
        (["0", "1"], None, 1, "1"),
        (["-1", "1"], None, 1, "1"),
        (["1", "3", "5"], 3.5, 3.5, "3.5"),
        (["1", "3", "5"], "3,5", 3.5, "3,5"),
        (["1", "3", "5"], "60%", 3.4, "3.4 (60% of 1 to 5)"),
        (["3/5", "B", "fresh"], None, 0.6, "60%"),
        (["fresh", "rotten"], None, 1, "fresh"),
        (["3/5", "B", "fresh"], "70%", 0.7, "70%"),
        (["3/5", "B", "fresh"], "7/10", 0.7, "7/10"),
        (["3/5", "B", "fresh"], "B", 3 / 4.3, "B"),
        (["3/5", "B", "fresh"], "fresh", 1, "fresh"),
        (["3/5", "B", "fresh"], "★★★★", 0.8, "★★★★"),
        (["3/5", "4/5", "fresh"], "4", 0.8, "4 of 5"),
        (["3/5", "4/5", "fresh"], 4.0, 0.8, "4 of 5"),
        (["★★★", "★★★★", "rotten"], "4", 0.8, "4 of 5"),
    ],
)
def test_where_positive_begins(rows: list[str], positive: float | str | None, value: float, text: str) -> None:
    cut = read_ratings(dict.fromkeys(rows, 10)).cut(positive)
    assert cut.value == pytest.approx(value)
    assert cut.text == text


@pytest.mark.parametrize(
    ("positive", "message"),
    [
        ("good enough", "'good enough' as the lowest POSITIVE rating is of no known notation; give a rating as"),
        ("12/10", "is above the top of its scale"),
        (
            "4",
            "on what scale 4 is the lowest POSITIVE rating, as the ratings are of the notations out of 5, out of 10; write it as",
        ),
    ],
)
def test_a_cut_that_cannot_be(positive: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_ratings({"3/5": 5, "7/10": 5}).cut(positive)


@pytest.mark.parametrize(
    ("text", "scale"), [("1-5", (1, 5)), ("-1..1", (-1, 1)), ("0 to 100", (0, 100)), ("0,5–5", (0.5, 5))]
)
def test_a_scale_as_users_write_it(text: str, scale: tuple[float, float]) -> None:
    assert Scale.parse(text) == scale


@pytest.mark.parametrize("text", ["", "5", "5-1", "a-b", "1-5-9"])
def test_what_is_no_scale(text: str) -> None:
    with pytest.raises(DataError, match="is no scale; write the lowest and the highest rating, such as 1-5"):
        Scale.parse(text)


values = st.sampled_from(["4/5", "B-", "***", "fresh", "3", "77", "-2", "odd", "9/8", "10", "0", "1", "55%", "3,5"])


@settings(max_examples=25)
@given(st.dictionaries(values | st.text(max_size=6), st.integers(1, 1000), min_size=1))
def test_every_row_is_rated_on_a_scale_or_has_a_reason(rows: dict[str, int]) -> None:
    column = read_ratings(rows)
    rated = column.values["share"].notna()
    assert column.values["raw"].tolist() == list(rows)
    assert (rated == (column.values["notation"] != "")).all()
    assert (rated == (column.values["reason"] == "")).all()
    assert column.values["share"].dropna().between(0, 1).all()
    assert sum(column.by_notation().values()) + sum(column.not_rated().values()) == sum(rows.values())
    assert column.histogram()["rows"].sum() == sum(column.by_notation().values())
    assert np.isfinite(column.stored[rated]).all()


def test_other_counts_leave_the_reading_as_it_is() -> None:
    column = read_ratings({"1": 40, "4": 30, "5": 20, "B+": 1, "odd": 2})
    kept = column.with_rows({"1": 10, "5": 7, "odd": 1})
    assert kept.values["raw"].tolist() == ["1", "5", "odd"]
    assert (kept.by_notation(), kept.not_rated()) == ({"number": 17}, {"is of no known notation": 1})
    assert not kept.plain  # shares, as all of the column
    assert kept.stored.dropna().tolist() == [0, 1]
    assert kept.summary(kept.cut(), 4)["not_rated_by"] == {"is of no known notation": 1, "is empty": 3}


@pytest.mark.parametrize(
    ("rows", "none"),
    [
        ({"0": 3, "1": 3, "2": 5, "3": 9, "4": 20, "5": 20}, "0"),
        ({"0": 60, "1": 1, "2": 3, "3": 4, "8": 30, "10": 20}, "0"),  # most are not rated
        ({"-1": 6, "1": 1, "7": 4, "8": 30, "10": 20}, "-1"),
        ({"0": 5, "1": 4, "2": 3, "3": 4, "9": 30, "10": 20}, ""),  # how likely one recommends it
        ({"0": 5, "1": 20}, ""),
        ({"0": 5, "0.5": 4, "3.5": 9, "4": 30, "5": 20}, ""),
        ({"0": 5, "1": 4, "2": 9, "5": 30, "fresh": 20}, ""),
        ({"-1": 5, "0": 4, "1": 9}, ""),
        ({"-5": 1, "-1": 5, "0": 4, "2": 3, "3": 3, "5": 9}, ""),
    ],
)
def test_a_number_that_stands_for_no_rating(rows: dict[str, int], none: str) -> None:
    ratings = read_ratings(rows)
    odd = ratings.odd()
    assert ", ".join(odd.loc[odd["reason"] == STANDS_FOR_NONE, "raw"]) == none
    assert read_ratings(rows, not_rated=()).odd().empty
    if none:
        assert ratings.not_rated() == {STANDS_FOR_NONE: rows[none]}
        assert ratings.scale == read_ratings({raw: n for raw, n in rows.items() if raw != none}).scale


def test_values_that_are_said_to_stand_for_no_rating() -> None:
    ratings = read_ratings({"99.0": 5, "1": 4, "3": 4, " so so": 1}, not_rated=["99", "so so"])
    assert ratings.not_rated() == {STANDS_FOR_NONE: 6} and ratings.by_notation() == {"number": 8}
    assert ratings.scale == Scale(1, 5)
