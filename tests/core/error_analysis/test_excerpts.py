"""The deciding words of a review, marked."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.error_analysis.excerpts import Excerpt, excerpt, marked_text
from weakrec_core.labeling.base import LF
from weakrec_core.labeling.parsing import parse_lf


def keyword_lf(*groups: list[str], **more: Any) -> LF:
    labels = ["NEGATIVE", "POSITIVE"] * 2
    spec = [{"label": x, "keywords": k} for x, k in zip(labels, groups, strict=False)]
    return parse_lf({"kind": "keyword", "name": "k", "groups": spec} | more)


def threshold_lf(signal: str) -> LF:
    spec = {"kind": "threshold", "name": "t", "signal": signal, "op": ">", "threshold": 0, "label": "POSITIVE"}
    return parse_lf(spec)


def combined_lf(*conditions: dict[str, Any], **more: Any) -> LF:
    return parse_lf({"kind": "combined", "name": "c", "label": "POSITIVE", "conditions": list(conditions)} | more)


def marked(lf: LF, text: str, length: int = 320) -> str:
    return "".join(f"[{part}]" if deciding else part for part, deciding in excerpt(lf, text, length))


@pytest.mark.parametrize(
    ("match", "keywords", "text", "want"),
    [
        ("substring", ["love"], "I Love gloves.", "I [Love] g[love]s."),
        ("word", ["love"], "I Love gloves.", "I [Love] gloves."),
        ("word", ["love"], "love love love, love!", "[love] [love] [love], [love]!"),  # adjacent words
        ("word", ["so good", "so"], "so so good so", "[so] [so good] [so]"),
        ("word", ["love", "love it!"], "I love it! love", "I [love it!] [love]"),  # with and without a word's end
        ("word", ["c++", "a"], "a c++, a", "[a] [c++], [a]"),
        ("word", ["好き"], "とても好きです", "とても[好き]です"),
        ("word", ["плохо"], "Плохо, неплохо", "[Плохо], неплохо"),
        ("substring", ["❤️", "👍"], "so❤️much👍🏽 😀", "so[❤️]much[👍]🏽 😀"),
        ("word", ["❤️"], "❤️ love❤️️ 😀❤️", "[❤️] love[❤️]️ 😀[❤️]"),
        ("substring", ["."], "a.b", "a[.]b"),
        ("regex", [r"\d+ stars?"], "5 stars, 1 star, no stars", "[5 stars], [1 star], no stars"),
        (
            "regex",
            [r"(very )?(good|great)", r"(bad)\b"],
            "very good, great, bad, badly",
            "[very good], [great], [bad], badly",
        ),
        ("regex", [r"(?:a)(b)(c)(d)"], "xabcdx", "x[abcd]x"),
        ("regex", [r"^good|bad$"], "good bad good bad", "[good] bad good [bad]"),
        ("regex", ["a*"], "baac", "b[aa]c"),  # matches nothing in between, too
        ("regex", [r"\x{1F600}"], "a😀b", "a[😀]b"),
        ("substring", ["absent"], "nothing here", "nothing here"),
        ("substring", ["x"], "", ""),
    ],
)
def test_keywords_of_every_match_mode(match: str, keywords: list[str], text: str, want: str) -> None:
    assert marked(keyword_lf(keywords, match=match), text) == want


def test_case() -> None:
    assert marked(keyword_lf(["Good"], case_sensitive=True), "Good good") == "[Good] good"
    assert marked(keyword_lf(["Good"], match="word"), "Good GOOD") == "[Good] [GOOD]"


def test_forms_of_a_word() -> None:
    text = "Loved how she LOVES it, lovely; loving on"
    assert marked(keyword_lf(["love", "it"], match="word", stem="english"), text) == (
        "[Loved] how she [LOVES] [it], [lovely]; [loving] on"
    )


def test_keywords_of_all_groups() -> None:
    assert marked(keyword_lf(["bad"], ["good", "bad luck"]), "good, bad, bad luck") == "[good], [bad], [bad] luck"


def test_conditions_that_overlap() -> None:
    """Each condition marks what it matches; one within another takes nothing away."""
    words = [{"type": "keywords", "keywords": [k]} for k in ("good", "so good", "goo")]
    number = {"type": "threshold", "signal": "polarity", "op": ">", "threshold": 0}
    assert marked(combined_lf(*words, number), "it is so good, good") == "it is [so good], [good]"
    assert marked(combined_lf(number), "so good") == "so good"
    upper = {"type": "keywords", "keywords": ["Good"], "match": "word", "case_sensitive": True}
    assert marked(combined_lf(upper, unless=[words[0]]), "Good good") == "[Good] good"


def test_sentiment_words() -> None:
    text = "Not a GOOD book: boring, good-natured, goodness, the plot."
    for signal in ("polarity", "subjectivity"):
        assert marked(threshold_lf(signal), text) == "Not a [GOOD] book: [boring], [good]-natured, goodness, the plot."
    assert marked(threshold_lf("review_length"), text) == text
    assert marked(threshold_lf("polarity"), "the plot 好") == "the plot 好"


@pytest.mark.parametrize(
    "spec", [{"kind": "column", "column": "votes"}, {"kind": "python", "target": "some_module:some_lf"}]
)
def test_votes_from_elsewhere_have_no_deciding_words(spec: dict[str, Any]) -> None:
    assert excerpt(parse_lf(spec | {"name": "x"}), "any review") == [("any review", False)]


def test_a_long_review_is_cut_around_the_first_deciding_words() -> None:
    text = "".join(f"{i:03} " for i in range(300)) + "good " + "".join(f"{i:03} " for i in range(300))
    pieces = excerpt(keyword_lf(["good"]), text, 90)
    assert pieces[0] == ("… ", False)
    assert pieces[-1] == (" …", False)
    assert ("good", True) in pieces
    shown = "".join(part for part, _ in pieces[1:-1])
    assert len(shown) == 90
    assert shown in text
    assert 20 < shown.index("good") < 40
    assert marked(keyword_lf(["000"]), text, 8) == "[000] 001  …"
    assert marked(keyword_lf(["absent"]), text, 7) == "000 001 …"
    assert marked(keyword_lf(["299"]), text[:1200], 6) == "… 8 [299] "


def test_a_review_with_many_hits_is_not_cut_short() -> None:
    text = "a b " * 75 + "the end"
    assert marked(keyword_lf(["a"], match="word"), text) == "[a] b " * 75 + "the end"


def test_a_review_with_the_marks_of_our_own_is_shown_as_it_is() -> None:
    assert marked(keyword_lf(["good"]), "a \ue000bad\ue001 good") == "a \ue000bad\ue001 [good]"


def test_five_thousand_keywords() -> None:
    words = [f"word{i}" for i in range(5000)]
    for match in ("substring", "word"):
        assert marked(keyword_lf(words, match=match), "a word4999!") in ("a [word4999]!", "a [word4]999!")


def plain(pieces: Excerpt) -> tuple[str, list[bool]]:
    """The text without what stands for the rest, and whether each character is marked."""
    inner = [p for p in pieces if p not in (("… ", False), (" …", False))]
    return "".join(part for part, _ in inner), [deciding for part, deciding in inner for _ in part]


TEXT = st.text(alphabet="aab .好😀❤️", max_size=40)
KEYWORDS = st.lists(st.text(alphabet="ab.😀", min_size=1, max_size=2), min_size=1, max_size=3)


@given(TEXT, KEYWORDS, st.integers(1, 50))
def test_the_excerpt_is_a_part_of_the_review_marked_as_the_whole_is(
    text: str, keywords: list[str], length: int
) -> None:
    lf = keyword_lf(keywords)
    whole, marks = plain(excerpt(lf, text, 1000))
    assert whole == text
    shown, shown_marks = plain(excerpt(lf, text, length))
    assert len(shown) <= length
    assert any(
        text[i : i + len(shown)] == shown and marks[i : i + len(shown)] == shown_marks for i in range(len(text) + 1)
    )
    if len(text) <= length:
        assert shown == text
    if any(marks):
        assert any(shown_marks)


@given(TEXT, KEYWORDS)
def test_marks_are_pythons_matches(text: str, keywords: list[str]) -> None:
    _, marks = plain(excerpt(keyword_lf(keywords, case_sensitive=True), text))
    want = [False] * len(text)
    for match in re.finditer("|".join(map(re.escape, keywords)), text):
        want[match.start() : match.end()] = [True] * len(match[0])
    assert marks == want


def test_the_words_of_several_lfs_are_marked_by_their_votes() -> None:
    hates, likes = keyword_lf(["dull"]), threshold_lf("polarity")
    pieces = marked_text([(hates, 0), (likes, 1)], "A dull start, then great.")
    assert "".join(text for text, _ in pieces) == "A dull start, then great."
    marks = dict(pieces)
    assert marks["great"] == 1
    assert marks["dull"] == 1  # the score reads it, too, and comes last
    assert marked_text([(hates, 0)], "A dull start") == [("A ", -1), ("dull", 0), (" start", -1)]
    assert marked_text([], "A dull start") == [("A dull start", -1)]
    assert marked_text([(hates, 0)], "") == []
