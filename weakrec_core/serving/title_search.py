"""Finding books by what somebody remembers of title and author, typing errors and all."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA
from scipy import sparse

_INITIALS = re.compile(r"(?<=\b\w)\.\s*(?=\w\b)")  # "J.K." and "J. K." are one word, as in "jk"
_CLOSE = 0.6  # words that are less alike than this are different words
_BEGINNING = 0.95  # of the likeness, for a word that only begins like the one asked for
_TYPO_LENGTH = 4  # shorter beginnings have to be typed right: too many words begin nearly so
_ENOUGH = 0.35  # of what was asked for, by weight, is in a book that is found
_NEAR = 0.85  # of the best book's worth, for the others that are found
_TIE = 0.04  # how much readers and short titles may count against likeness
_MAX_WORDS = 12  # of a query


class TitleSearch:
    """An index of the words in titles and author names.

    Each word asked for is compared with all distinct words of the catalogue: the share of letters in place (optimal
    string alignment, where two swapped letters are one error), whole or as a beginning. A book is worth the likeness of
    its best word for each word asked for, rare words counting more.

    Parameters
    ----------
    titles, authors : sequences of str, shape [n_books]
        What is not a text is left out.
    readers : int array, shape [n_books]
        Of books that fit alike, those with more readers come first.
    """

    def __init__(self, titles: Sequence[object], authors: Sequence[object], readers: NDArray[np.integer]) -> None:
        words = [sorted(_words((title, author))) for title, author in zip(titles, authors, strict=True)]
        self._lengths = np.array([len(w) for w in words], np.int64)
        codes, distinct = pd.factorize(np.array([w for book in words for w in book], dtype=object))
        self._words: list[str] = distinct.tolist()
        indptr = np.concatenate([[0], np.cumsum(self._lengths)])
        by_book = sparse.csr_array(
            (np.ones(len(codes), np.float32), codes, indptr), shape=(len(words), len(self._words))
        )
        self._books_of = by_book.tocsc()
        self._rarity = np.log1p(len(words) / np.maximum(np.diff(self._books_of.indptr), 1))
        self._fame = np.log1p(readers) / max(float(np.log1p(readers).max(initial=0)), 1.0)

    def find(self, query: str, limit: int = 8) -> NDArray[np.int64]:
        """The books that fit best, best first, as book_idx, shape [<= limit]; empty where none fits."""
        asked = sorted(_words((query,)))[:_MAX_WORDS]
        if not asked or not self._words:
            return np.empty(0, np.int64)
        worth, total = np.zeros((2, len(self._lengths)))
        asked_for = 0.0
        for likeness in self._likeness(asked):
            best = self._best_of_books(likeness)
            # A word that nothing is like weighs as much as one that a single book has.
            weight = self._rarity[likeness.argmax()] if likeness.any() else np.log1p(len(best))
            worth += weight * best
            total += best > 0
            asked_for += weight
        worth /= asked_for
        order = worth + _TIE * (self._fame + total / np.maximum(self._lengths, 1))
        found = np.flatnonzero(worth >= max(_ENOUGH, _NEAR * worth.max()))
        return found[np.argsort(-order[found], kind="stable")][:limit]

    def _likeness(self, asked: list[str]) -> NDArray[np.float32]:
        """Of each word asked for to each of the catalogue, 0 where below `_CLOSE`; shape [n_asked, n_words]."""
        similarity = OSA.normalized_similarity
        likeness = process.cdist(asked, self._words, scorer=similarity, score_cutoff=_CLOSE, dtype=np.float32)
        for row, word in zip(likeness, asked, strict=True):
            beginnings = [w[: len(word)] for w in self._words]
            cutoff = _CLOSE if len(word) >= _TYPO_LENGTH else 1.0
            begins = process.cdist([word], beginnings, scorer=similarity, score_cutoff=cutoff, dtype=np.float32)
            np.maximum(row, _BEGINNING * begins[0], out=row)
        return likeness

    def _best_of_books(self, likeness: NDArray[np.float32]) -> NDArray[np.float64]:
        """The likeness of each book's best word, shape [n_books]."""
        best = np.zeros(len(self._lengths))
        indptr, indices = self._books_of.indptr, self._books_of.indices
        alike = np.flatnonzero(likeness)
        counts = indptr[alike + 1] - indptr[alike]
        at = np.arange(counts.sum()) + np.repeat(indptr[alike] - (np.cumsum(counts) - counts), counts)
        np.maximum.at(best, indices[at], np.repeat(likeness[alike], counts))
        return best


def _words(texts: Iterable[object]) -> set[str]:
    """The distinct words of texts, without case, accents, apostrophes, or the dots of initials."""
    text = " ".join(t for t in texts if isinstance(t, str))
    plain = "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))
    plain = _INITIALS.sub("", plain.replace("'", "").replace("’", ""))
    return set(re.findall(r"\w+", plain))
