"""Keyword search over whole columns."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.word_stems import contains_stem
from weakrec_core.signals import SignalStore


class Texts:
    """The part of a dataset that keyword search reads."""

    def __init__(self, texts: Sequence[str | None]):
        self._rows = pd.DataFrame({"review_text": pd.array(texts, dtype="str")})

    def n_rows(self, split: str) -> int:
        return len(self._rows)

    def column(self, split: str, name: str) -> pd.Series:
        return self._rows[name]


def hits(
    texts: Sequence[str | None], keywords: str | list[str], match: str, case_sensitive: bool = False
) -> list[bool]:
    dataset: Any = Texts(texts)
    some = [keywords] if isinstance(keywords, str) else keywords
    return Columns(dataset, "dev", SignalStore.__new__(SignalStore)).keyword_hits(some, match, case_sensitive).tolist()


def test_rows_without_a_review_are_no_hits() -> None:
    texts = [None, "nan", "", None, "None", "<na>"]
    assert hits(texts, "nan", "substring", True) == [False, True, False, False, False, False]
    assert hits(texts, "(?s).*", "regex") == [False, True, True, False, True, True]
    assert hits(texts, "none", "word") == [False, False, False, False, True, False]
    assert hits([None], "x", "substring") == [False]
    assert hits([], "x", "substring") == []


TEXTS = st.lists(st.none() | st.text(alphabet="aAbB İiıẞßΣσς😍.\n\0", max_size=12), min_size=1, max_size=8)
KEYWORD = st.text(alphabet="aAbB İiıẞßΣσς😍.", min_size=1, max_size=3)


@given(TEXTS, KEYWORD)
def test_substrings_are_pythons(texts: list[str | None], keyword: str) -> None:
    sensitive = [text is not None and keyword in text for text in texts]
    lowered = [text is not None and keyword.lower() in text.lower() for text in texts]
    assert hits(texts, keyword, "substring", True) == sensitive
    assert hits(texts, keyword, "substring") == lowered


WORDS: list[tuple[str, list[str], list[str]]] = [
    (
        "love",
        ["Love it", "I LOVE", "(love)", "love", "❤️love❤️", "in\nlove.", "love's"],
        ["glove", "lovely", "love_it", "2love"],
    ),
    ("5/5", ["5/5!", "a 5/5 read", "5/5/5"], ["15/5", "5/55"]),
    ("c++", ["c++", "C++!", "c+++"], ["xc++", "c+"]),
    ("so good", ["so good.", "SO GOOD"], ["so  good", "also good"]),
    ("плохо", ["Очень Плохо!", "плохо"], ["неплохо", "плохой"]),
    ("κακό", ["Κακό βιβλίο"], ["κακόν"]),
    ("رواية", ["هذه رواية جميلة"], ["الرواية"]),
    ("अच्छी", ["बहुत अच्छी किताब"], ["अच्छीं"]),
    ("好", ["真好看", "好"], ["坏"]),
    ("好き", ["とても好きです"], ["嫌い"]),
    ("สนุก", ["เรื่องนี้สนุกมาก"], ["น่าเบื่อ"]),
    ("좋아요", ["정말 좋아요!"], ["좋아요요"]),
    ("❤", ["❤", "love❤️you", "a❤b"], ["♥", "heart"]),
    ("❤️", ["so❤️much"], ["❤"]),
    ("👍", ["👍👍", "good👍🏽"], ["👎"]),
    (":)", ["nice:)", ":)"], [": )"]),
    ("naïve", ["NAÏVE."], ["naive", "naïvely"]),
    ("%s", ["a %s b"], ["s"]),
    (".*", ["a .* b"], ["anything"]),
]


@pytest.mark.parametrize(("keyword", "found", "not_found"), WORDS, ids=[w[0] for w in WORDS])
def test_whole_words_of_every_script_and_emoji(keyword: str, found: list[str], not_found: list[str]) -> None:
    got = hits(found + not_found, keyword, "word")
    assert got == [True] * len(found) + [False] * len(not_found)


@given(TEXTS, st.lists(KEYWORD, min_size=1, max_size=4), st.sampled_from(["substring", "word"]), st.booleans())
def test_several_keywords_are_one_or_the_other(
    texts: list[str | None], keywords: list[str], match: str, case_sensitive: bool
) -> None:
    each = [hits(texts, keyword, match, case_sensitive) for keyword in keywords]
    assert hits(texts, keywords, match, case_sensitive) == [any(of_row) for of_row in zip(*each, strict=True)]


@pytest.mark.parametrize(
    ("language", "keyword", "found", "not_found"),
    [
        ("english", "loved", ["Love it", "LOVING!", "loves", "(love)"], ["glove", "love_it", "beloved"]),
        ("english", "gave up", ["gave up", "Gave ups"], ["gave  up", "gave, up", "up gave"]),
        ("german", "langweilig", ["So langweilige Figuren", "LANGWEILIGES", "langweilig"], ["kurzweilig"]),
        ("french", "décevant", ["Décevante.", "des fins décevantes"], ["devant"]),
        ("russian", "скучный", ["скучная книга", "Скучные"], ["нескучный"]),
        ("finnish", "kirja", ["kirjassa", "Kirjat"], ["katu"]),
        ("english", "好", ["真好看"], ["坏"]),
        ("english", "don't", ["Don't!"], ["dont"]),
        ("english", ":)", ["nice:)"], [")"]),
    ],
)
def test_words_by_their_stems(language: str, keyword: str, found: list[str], not_found: list[str]) -> None:
    texts = [*found, None, *not_found]
    expected = [True] * len(found) + [False] * (len(not_found) + 1)
    assert hits(texts, keyword, f"word:{language}") == expected
    assert [contains_stem(text, [keyword], language) for text in texts] == expected


@given(TEXTS, st.lists(KEYWORD, min_size=1, max_size=2), st.sampled_from(["english", "german", "turkish"]))
def test_stems_are_those_of_one_text_alone(texts: list[str | None], keywords: list[str], language: str) -> None:
    """What a keyword finds in a review does not depend on the other reviews; what it finds as it is written is among it."""
    found = hits(texts, keywords, f"word:{language}")
    assert found == [contains_stem(text, keywords, language) for text in texts]
    assert all(
        by_stem or not as_written for by_stem, as_written in zip(found, hits(texts, keywords, "word"), strict=True)
    )


def test_alternatives_in_a_regular_expression_stay_their_own() -> None:
    texts = ["ab", "cd", "abd", "acd"]
    assert hits(texts, ["^ab$", "b|c", "zz"], "regex") == [True, True, True, True]
    assert hits(texts, ["^(?i)AB$", "ZZ"], "regex", True) == [True, False, False, False]


def test_thousands_of_keywords() -> None:
    keywords = [f"word{i}" for i in range(3000)]
    texts = ["word17", "sword17", "word2999 word3000", "word3000", None]
    for match in ("substring", "word", "regex"):
        found = hits(texts, keywords, match)
        assert found == ([True, False, True, False, False] if match == "word" else [True, True, True, True, False])


def test_case() -> None:
    texts = ["Wow", "wow", "ЁЖ ёж", "Ёж"]
    assert hits(texts, "Wow", "word", True) == [True, False, False, False]
    assert hits(texts, "wow", "word") == [True, True, False, False]
    assert hits(texts, "W.w", "regex", True) == [True, False, False, False]
    assert hits(texts, "w.w", "regex") == [True, True, False, False]
    assert hits(texts, "ёж", "word") == [False, False, True, True]
    assert hits(texts, "Ёж", "substring", True) == [False, False, False, True]
    assert hits(texts, "Wow", "substring", True) == [True, False, False, False]


@given(
    st.lists(st.text(alphabet="ab 1_.-", max_size=10), min_size=1, max_size=8), st.text("ab1_", min_size=1, max_size=3)
)
def test_ascii_words_are_pythons_words(texts: list[str], keyword: str) -> None:
    want = [re.search(rf"\b{re.escape(keyword)}\b", text) is not None for text in texts]
    assert hits(texts, keyword, "word") == want


def test_regular_expressions() -> None:
    texts = ["4.5 stars", "45 stars", "four stars", "a\nb"]
    assert hits(texts, r"\d\.\d stars?$", "regex") == [True, False, False, False]
    assert hits(texts, r"^(\d+|four) ", "regex") == [False, True, True, False]
    assert hits(texts, r"a.b", "regex") == [False] * 4
    assert hits(texts, r"(?s)a.b", "regex") == [False, False, False, True]


def test_regular_expressions_are_linear_in_the_text() -> None:
    """An engine that backtracks would never come back from this."""
    assert hits(["a" * 50_000, "a" * 50_000 + "b!"], r"^(a+)+b$", "regex") == [False, False]


def test_signals_and_votes(make_dataset: Any) -> None:
    dataset = make_dataset(["x", None])
    found = Columns(dataset, "dev", SignalStore(dataset))
    np.testing.assert_array_equal(found.signal("review_length"), [1, np.nan])
    assert found.abstain().tolist() == [-1, -1]
    assert found.abstain().dtype == np.int8
    assert found.abstain() is not found.abstain()
