"""The rows of a split as columns that LFs read: review texts in Arrow, signals as arrays."""

import threading
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from cachetools import LRUCache
from numpy.typing import NDArray

from weakrec_core.data.attached import attached_votes
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import DataError
from weakrec_core.labeling.keyword_match import keyword_pattern, stemmed_in
from weakrec_core.labeling.review_tests import folded
from weakrec_core.labeling.word_stems import Forms, forms_by_stem
from weakrec_core.language_model.question import text_digest
from weakrec_core.signals import SignalStore

_KEYWORDS_PER_PASS = 200  # more may be too large a pattern for RE2
_STEMMED_PER_PASS = 25  # each stands for all its forms
_MATCHES = 64  # keyword lists whose hits are kept
_BETWEEN_WORDS = r"(?:[^\p{L}\p{M}\p{N}_]|\x{FE0F})+"
_SPLIT_AT_ONCE = 20_000  # texts

_Sought = tuple[frozenset[str], str, bool]


class Columns:
    """One split of a dataset, column by column; everything is read once and kept.

    Parameters
    ----------
    dataset : Dataset
    split : str
    signals : SignalStore
    """

    def __init__(self, dataset: Dataset, split: str, signals: SignalStore):
        self.dataset = dataset
        self.split = split
        self.n = dataset.n_rows(split)
        self._signals = signals
        self._lock = threading.Lock()
        self._forms_by_language: dict[str, Forms] = {}
        self._matched = LRUCache[_Sought, NDArray[np.uint8]](_MATCHES)  # a bit a review

    def abstain(self) -> NDArray[np.int8]:
        """A fresh vote column that abstains throughout."""
        return np.full(self.n, -1, np.int8)

    def signal(self, name: str) -> NDArray[np.float64]:
        """A signal of every row, shape [n]; NaN = not known."""
        return self._signals.values(name, self.split)

    def category(self, name: str) -> pd.Categorical:
        """A column kept as a category, shape [n]; `DataError` if there is none of that name."""
        known = [other for other, column in self.dataset.kept_columns.items() if column.kind == "category"]
        if name not in known:
            raise DataError(
                f"Dataset {self.dataset.name!r} keeps no category {name!r}; it keeps: {', '.join(known) or 'none'}."
            )
        return pd.Categorical(self.dataset.kept(name, self.split))

    def similarity(self, vectors: str, examples: tuple[str, ...], unlike: tuple[str, ...] = ()) -> NDArray[np.float64]:
        """How like examples, and unlike others, every review is: the cosine of vectors, shape [n]; NaN = no review."""
        return self._signals.vectors.similarity(vectors, self.split, examples, unlike)

    def attached(self, name: str) -> NDArray[np.int8]:
        """A column of votes computed elsewhere, shape [n]; `DataError` if there is none of that name."""
        return attached_votes(self.dataset, name, self.split)

    def keyword_hits(self, keywords: Sequence[str], match: str, case_sensitive: bool) -> NDArray[np.bool_]:
        """Rows whose review contains at least one of the keywords, shape [n].

        Parameters
        ----------
        match : str
            substring, word, regex; or word:LANGUAGE, where words match by their stems. Regular expressions are RE2's: linear in
            the text, without look-around and back-references.
        """
        sought = frozenset(keywords), match, case_sensitive
        with self._lock:
            found, kept = self._matched.get(sought), dict(self._matched)
        if found is None:
            # An edit mostly adds a keyword: what the others match is known then, and not sought again.
            known = [k for k in kept if k[0] < sought[0] and k[1:] == sought[1:]]
            most = max(known, key=lambda k: len(k[0]), default=(frozenset[str](), match, case_sensitive))
            new = np.packbits(self._matches(sorted(sought[0] - most[0]), match, case_sensitive))
            found = new | kept[most] if most in kept else new
            with self._lock:
                self._matched[sought] = found
        hits = np.zeros(self.n, bool)
        hits[self._reviewed] = np.unpackbits(found, count=len(self._reviewed))
        return hits

    def _matches(self, keywords: Sequence[str], match: str, case_sensitive: bool) -> NDArray[np.bool_]:
        """`keyword_hits` among the reviews."""
        lower = match == "substring" and not case_sensitive
        texts = self._lower_texts if lower else self._texts
        found = np.zeros(len(texts), bool)
        language = stemmed_in(match)
        forms = self._forms(language) if language else None
        at_once = _STEMMED_PER_PASS if language else _KEYWORDS_PER_PASS
        for start in range(0, len(keywords), at_once):
            part = [k.lower() if lower else k for k in keywords[start : start + at_once]]
            # Of one keyword, too: Arrow's search for a substring takes three times as long as RE2.
            hits = pc.match_substring_regex(texts, keyword_pattern(part, match, case_sensitive or lower, forms))
            found |= hits.to_numpy(zero_copy_only=False)
        return found

    @cached_property
    def review_digests(self) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Positions of the rows that have a review, and what it is known by: see `text_digest`."""
        texts = self.dataset.column(self.split, "review_text").iloc[self._reviewed]
        return self._reviewed, np.fromiter(map(text_digest, texts), np.uint64, len(texts))

    @cached_property
    def _reviewed(self) -> NDArray[np.int64]:
        """Positions of the rows that have a review."""
        return np.flatnonzero(self.dataset.column(self.split, "review_text").notna())

    @cached_property
    def _texts(self) -> pa.LargeStringArray:
        texts = pa.array(
            self.dataset.column(self.split, "review_text"), pa.large_string()
        )  # pandas holds them as Arrow does
        return (texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts).drop_null()

    def _forms(self, language: str) -> Forms:
        """The distinct words of all reviews by their stems."""
        if language not in self._forms_by_language:
            self._forms_by_language[language] = forms_by_stem(self._words, language)
        return self._forms_by_language[language]

    @cached_property
    def _words(self) -> set[str]:
        """The distinct words of all reviews, without case."""
        found: set[str] = set()
        for start in range(0, len(self._texts), _SPLIT_AT_ONCE):
            words = pc.split_pattern_regex(self._texts[start : start + _SPLIT_AT_ONCE], _BETWEEN_WORDS)
            found.update(map(folded, pc.unique(words.flatten()).to_pylist()))
        return found - {""}

    @cached_property
    def _lower_texts(self) -> pa.LargeStringArray:
        # Python's lower(), as LFs written in Python have it: Arrow's is ten times as fast, and differs for letters beyond ASCII.
        other = pc.invert(pc.string_is_ascii(self._texts))
        lowered = [text.lower() for text in self._texts.filter(other).to_pylist()]
        return pc.replace_with_mask(pc.ascii_lower(self._texts), other, _arrow(lowered))


def _arrow(texts: list[str]) -> pa.LargeStringArray:
    return pa.array(texts, pa.large_string())
