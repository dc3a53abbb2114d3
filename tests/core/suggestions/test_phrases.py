"""Phrases are counted as keywords in word mode find them."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from weakrec_core.labeling.keyword_match import keyword_pattern
from weakrec_core.suggestions.phrases import phrase_incidence

WORDS = st.sampled_from(["a", "Bc", "it", "it's", "s", "don't", "so-so", "so", "4", "été", "_x_", "it’s"])
GAPS = st.sampled_from([" ", " ", " ", "  ", ", ", ". ", "\n", " - ", "!", " 'n' "])
TEXTS = st.lists(st.lists(st.tuples(WORDS, GAPS), max_size=8).map(lambda p: "".join(w + g for w, g in p)), max_size=6)


def found(texts: list[str], min_reviews: int = 1) -> dict[str, list[int]]:
    incidence = phrase_incidence(texts, min_reviews)
    dense = incidence.hits.toarray()
    assert set(np.unique(dense)) <= {0.0, 1.0}
    return {phrase: np.flatnonzero(column).tolist() for phrase, column in zip(incidence.phrases, dense.T, strict=True)}


def test_words_pairs_and_triples_by_review() -> None:
    assert found(["Loved this book", "loved THIS", "this book"], 2) == {
        "loved": [0, 1],
        "this": [0, 1, 2],
        "book": [0, 2],
        "loved this": [0, 1],
        "this book": [0, 2],
    }


def test_a_phrase_does_not_span_punctuation_lines_or_two_spaces() -> None:
    assert set(found(["one. two", "three\nfour", "five  six", "a,b"])) == {
        *("one", "two", "three", "four", "five", "six", "a", "b"),
    }


def test_a_joined_word_is_one_word_and_its_halves_only_add_hits() -> None:
    phrases = found(["don't like it", "it's fine", "like it", "it"])
    assert phrases["it"] == [0, 1, 2, 3]  # "it's" has it for a keyword
    assert phrases["don't like"] == [0]
    assert "don" not in phrases and "t like" not in phrases and "s" not in phrases


@settings(max_examples=60)
@given(texts=TEXTS)
def test_hits_are_those_of_a_keyword_in_word_mode(texts: list[str]) -> None:
    reviews = pa.array(texts, pa.large_string())
    for phrase, rows in found(texts).items():
        hit = pc.match_substring_regex(reviews, keyword_pattern([phrase], "word", False))
        assert np.flatnonzero(hit.to_numpy(zero_copy_only=False)).tolist() == rows, phrase


def test_no_texts_and_no_frequent_words() -> None:
    assert found([]) == {}
    assert found(["", "?!"]) == {}
    assert found(["a b", "c d"], 2) == {}
