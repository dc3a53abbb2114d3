"""Which words and phrases occur in which reviews, counted as keywords in ``match: word`` find them.

A phrase is one to three words with a single space between them. "It's" is one word here, but to a keyword it holds the words
"it" and "s" as well: such hits count, yet no phrase stands for halves of words in most of its reviews.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]

MAX_WORDS = 3
_NEGATIONS = {"no", "not", "never", "nothing", "cannot"}
_TOKEN = re.compile(r"\w+(?:['’-]\w+)*| {2,}|[^\w ]+")  # a single space is what words are joined by
_JOINT = re.compile(r"['’-]")
_BREAK = -1  # a phrase does not go on here: punctuation, a line end, a rare word


@dataclass(frozen=True, eq=False)
class Incidence:
    """Phrases and the reviews they occur in.

    Attributes
    ----------
    phrases : list of str, length p
        In lower case.
    hits : scipy.sparse.csr_array of float64, shape [n, p]
        1 where the phrase occurs in the review.
    """

    phrases: list[str]
    hits: Any


def phrase_incidence(texts: Sequence[str], min_reviews: int) -> Incidence:
    """The words and phrases that occur in at least `min_reviews` of the texts.

    The work is done on arrays of word numbers: a million words take about a second.
    """
    from scipy import sparse

    n = len(texts)
    words, whole, review = _read(texts)
    ends, starts = _halves(words, whole)
    frequent = _occurrences(np.concatenate([whole, ends, starts]), np.tile(review, 3), n, min_reviews)[0]
    number = np.full(len(words) + 1, _BREAK, np.int64)  # the last entry is what _BREAK points at
    number[frequent] = np.arange(len(frequent))
    whole, ends, starts = number[whole], number[ends], number[starts]
    names = np.array(words, dtype=object)[frequent]
    base = max(len(frequent), 1)
    phrases: list[str] = []
    parts = []
    for length in range(1, MAX_WORDS + 1):
        keys, at, n_whole = _grams(whole, ends, starts, review, length, base)
        distinct, rows, columns = _occurrences(keys, at, n, min_reviews)
        as_whole = _occurrences(keys[:n_whole], at[:n_whole], n, (min_reviews + 1) // 2)
        kept = 2 * _counts(distinct, as_whole[0], as_whole[2]) >= np.bincount(columns, minlength=len(distinct))
        use = kept[columns]
        shape = (n, int(kept.sum()))
        parts.append(
            sparse.csr_array((np.ones(int(use.sum())), (rows[use], (np.cumsum(kept) - 1)[columns[use]])), shape=shape)
        )
        digits = distinct[kept][:, None] // base ** np.arange(length)[::-1] % base
        phrases += [" ".join(names[row]) for row in digits]
    hits = sparse.hstack(parts, format="csr")
    hits.indices, hits.indptr = hits.indices.astype(np.int32), hits.indptr.astype(np.int32)  # scikit-learn wants these
    return Incidence(phrases, hits)


def says_something(phrase: str) -> bool:
    """Whether a phrase has a letter, and is not made of stop words alone, unless several with a negation: "did not"."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    words = phrase.split(" ")
    if not any(c.isalpha() for c in phrase):
        return False
    return not ENGLISH_STOP_WORDS.issuperset(words) or (len(words) > 1 and not _NEGATIONS.isdisjoint(words))


def _read(texts: Sequence[str]) -> tuple[list[str], Ints, Ints]:
    """The distinct words; the texts as one sequence of word numbers with breaks; and the text of each of its entries."""
    tokens: list[str] = []
    lengths = []
    for text in texts:
        found = _TOKEN.findall(text.lower())
        tokens += found
        tokens.append("\n")
        lengths.append(len(found) + 1)
    sequence, distinct = pd.factorize(np.array(tokens, dtype=object))
    words = distinct.tolist()
    is_word = np.array([word[0].isalnum() or word[0] == "_" for word in words], bool)
    whole = np.where(is_word[sequence], sequence, _BREAK) if words else np.zeros(0, np.int64)
    return words, whole, np.repeat(np.arange(len(texts)), lengths)


def _halves(words: list[str], whole: Ints) -> tuple[Ints, Ints]:
    """What a phrase can end and begin with inside of a joined word: its first and its last part; `words` grows by them."""
    numbers = {word: i for i, word in enumerate(words)}
    first, last = (np.full(len(words) + 1, _BREAK, np.int64) for _ in range(2))
    for i, word in enumerate(words):
        pieces = _JOINT.split(word) if word[0].isalnum() else []
        if len(pieces) > 1:
            for half, piece in ((first, pieces[0]), (last, pieces[-1])):
                half[i] = numbers.setdefault(piece, len(numbers))
    words[:] = list(numbers)
    return first[whole], last[whole]


def _grams(whole: Ints, ends: Ints, starts: Ints, review: Ints, length: int, base: int) -> tuple[Ints, Ints, int]:
    """Phrases of a length as numbers in a base, the review of each, and how many, the first ones, are of whole words."""
    if length == 1:
        kinds = [[whole], [ends], [starts]]
    else:
        span = max(len(whole) - length + 1, 0)
        inner = [whole[i : span + i] for i in range(1, length - 1)]
        kinds = [[first[:span], *inner, last[length - 1 :]] for first in (whole, starts) for last in (whole, ends)]
    keys, at = [], []
    for parts in kinds:
        there = np.all([part >= 0 for part in parts], axis=0)
        key = np.zeros(int(there.sum()), np.int64)
        for part in parts:
            key = key * base + part[there]
        keys.append(key)
        at.append(review[: len(there)][there])
    return np.concatenate(keys), np.concatenate(at), len(keys[0])


def _occurrences(keys: Ints, review: Ints, n: int, min_reviews: int) -> tuple[Ints, Ints, Ints]:
    """The keys that occur in enough reviews, ascending, and where: reviews and positions among these keys."""
    used = keys >= 0
    pairs = np.sort(keys[used] * max(n, 1) + review[used])  # np.unique hashes, which is slower here
    key, rows = np.divmod(pairs[_first(pairs)], max(n, 1))
    starts = np.flatnonzero(_first(key))
    counts = np.diff(starts, append=len(key))
    enough = counts >= min_reviews
    use = np.repeat(enough, counts)
    return key[starts[enough]], rows[use], np.repeat(np.arange(int(enough.sum())), counts[enough])


def _counts(wanted: Ints, keys: Ints, column: Ints) -> Ints:
    """How often each wanted key occurs, given other keys and the positions among them that occur; all keys ascend."""
    counts = np.zeros(len(wanted), np.int64)
    both = np.isin(keys, wanted)
    counts[np.searchsorted(wanted, keys[both])] = np.bincount(column, minlength=len(keys))[both]
    return counts


def _first(ordered: Ints) -> NDArray[np.bool_]:
    """Whether an entry differs from the one before it."""
    return np.concatenate([np.ones(min(len(ordered), 1), bool), ordered[1:] != ordered[:-1]])
