"""One rating, as people write it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.data.ingest.notations import has_decimal_comma, number, read_rating


@pytest.mark.parametrize(
    ("text", "notation", "value", "top"),
    [
        ("3/5", "out of 5", 3, 5), (" '2.5/4' ", "out of 4", 2.5, 4), ("7.5/ 10", "out of 10", 7.5, 10),
        ("3.5 out of 4", "out of 4", 3.5, 4), ("4 of 5", "out of 5", 4, 5), ("5/5 stars", "out of 5", 5, 5),
        ("3.5/4.0", "out of 4", 3.5, 4), ("3,5/5", "out of 5", 3.5, 5), ("3½/5", "out of 5", 3.5, 5), ("0/5", "out of 5", 0, 5),
        ("3 1/2 / 5", "out of 5", 3.5, 5), ("５/１０", "out of 10", 5, 10), ("18/20", "out of 20", 18, 20),
        ("83/117", "out of another number", 83, 117), ("1/2", "out of 2", 1, 2),
        ("A+", "grade", 4.3, 4.3), ("B", "grade", 3, 4.3), ("A-", "grade", 3.7, 4.3), ("A -", "grade", 3.7, 4.3),
        ("b minus", "grade", 2.7, 4.3), ("C-plus", "grade", 2.3, 4.3), ("D−", "grade", 0.7, 4.3), ("F", "grade", 0, 4.3),
        ("Rating: B", "grade", 3, 4.3), ("Grade = A", "grade", 4, 4.3), ("Score: 7/10", "out of 10", 7, 10),
        ("★★★☆☆", "stars", 3, 5), ("★★½☆☆", "stars", 2.5, 5), ("☆☆☆☆☆", "stars", 0, 5),
        ("85%", "percent", 85, 100), ("85,5 %", "percent", 85.5, 100), ("60 percent", "percent", 60, 100),
        ("fresh", "word", 1, 1), ("Rotten", "word", 0, 1), ("Not  Recommended", "word", 0, 1), ("TRUE", "word", 1, 1),
        ("no", "word", 0, 1), ("thumbs up", "word", 1, 1), ("👍", "word", 1, 1), ("👍🏽", "word", 1, 1), ("👎", "word", 0, 1),
        ("don’t recommend", "word", 0, 1), ("disliked", "word", 0, 1), ("mixed", "word", 0.5, 1),
    ],
)  # fmt: skip
def test_with_a_scale_of_its_own(text: str, notation: str, value: float, top: float) -> None:
    reading = read_rating(text)
    assert (reading.notation, reading.value, reading.top, reading.reason) == (notation, pytest.approx(value), top, "")


@pytest.mark.parametrize(
    ("text", "notation", "value"),
    [
        ("4", "number", 4), ("3,5", "number", 3.5), ("-1", "number", -1), ("4.", "number", 4), (".5", "number", 0.5),
        ("3 1/2", "number", 3.5), ("½", "number", 0.5), ('"4"', "number", 4), ("1e-05", "number", 1e-5), ("+1", "number", 1),
        ("1,234", "number", 1234), ("1.234,5", "number", 1234.5), ("1'234'567", "number", 1234567), ("Rating: 4", "number", 4),
        ("★★★½", "stars", 3.5), ("**½", "stars", 2.5), ("**1/2", "stars", 2.5), ("* * *", "stars", 3), ("⭐⭐⭐⭐", "stars", 4),
        ("4 stars", "stars", 4), ("3.5-star", "stars", 3.5), ("ZERO STARS", "stars", 0), ("five stars", "stars", 5),
    ],
)  # fmt: skip
def test_without_a_scale_of_its_own(text: str, notation: str, value: float) -> None:
    reading = read_rating(text)
    assert (reading.notation, reading.value, reading.reason) == (notation, pytest.approx(value), "")
    assert math.isnan(reading.top)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("7/0", "has a scale of 0"), ("11/10", "is above the top of its scale"), ("2.1/2", "is above the top of its scale"),
        ("120%", "is above the top of its scale"), ("-1/5", "is below 0"), ("2-4-1-3", "is of no known notation"),
        ("3.5.5", "is of no known notation"), ("C=", "is of no known notation"), ("high +2 out of -4..+4", "is of no known notation"),
        ("1/5/2020", "is of no known notation"), ("2015-03-04", "is of no known notation"), ("inf", "is of no known notation"),
        ("1e999", "is of no known notation"), ("", "is of no known notation"), ("/5", "is of no known notation"),
        ("loved every minute of it", "is of no known notation"), ("9" * 400, "is of no known notation"),
        ("Not rated", "says that there is no rating"), ("N/A", "says that there is no rating"), ("-", "says that there is no rating"),
    ],
)  # fmt: skip
def test_not_rated(text: str, reason: str) -> None:
    reading = read_rating(text)
    assert (reading.notation, reading.reason) == ("", reason)
    assert math.isnan(reading.value)


def test_commas_are_what_the_column_says() -> None:
    assert (number("4,125"), number("4,125", decimal_comma=True)) == (4125, 4.125)
    assert number("1,234,567", decimal_comma=True) == 1234567
    assert [has_decimal_comma(t) for t in ("3,5", "4,25/5", "1.234,5", "1,234", "3.5", "good, but")] == [True] * 3 + [
        False
    ] * 3


@given(st.text(max_size=12) | st.from_regex(r"[-+]?[0-9.,/½★☆*% ABCF-]{0,10}", fullmatch=True))
def test_any_text_is_a_rating_or_has_a_reason(text: str) -> None:
    reading = read_rating(text)
    assert bool(reading.notation) != bool(reading.reason)
    if not math.isnan(reading.top) and reading.notation:
        assert 0 <= reading.value <= reading.top


@given(st.integers(0, 1000), st.integers(1, 100))
def test_a_fraction_is_read_exactly(value: int, top: int) -> None:
    reading = read_rating(f"{value / 10}/{top}")
    if value / 10 <= top:
        assert (reading.value, reading.top) == (value / 10, top)
    else:
        assert not reading.notation
