"""TF-IDF of a dataset's own words, reduced by a truncated SVD: latent semantic analysis."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from weakrec_core import files
from weakrec_core.errors import DataError
from weakrec_core.text_vectors.base import DIMENSIONS, Vectorizer, Vectors

_WORDS = {"ngram_range": (1, 2), "token_pattern": r"\w+(?:['’]\w+)*", "sublinear_tf": True, "dtype": np.float32}
_MAX_TERMS, _MIN_TEXTS = 20_000, 3


class TfidfVectorizer(Vectorizer):
    """Learns words, pairs of words and what goes together with what from the reviews of train and dev, without gold.

    Attributes
    ----------
    terms : list of str, length t
    idf : float32 array, shape [t]
    components : float32 array, shape [d, t]
    """

    title: ClassVar[str] = "TF-IDF of these reviews"

    def __init__(self, terms: list[str], idf: Vectors, components: Vectors):
        self.terms, self.idf, self.components = terms, idf, components

    @classmethod
    def opened(cls, path: Path, texts: Callable[[], Sequence[str]]) -> Self:
        from weakrec_core.packing import read_arrays  # with DuckDB, which the first page does not wait for

        kept = path.with_suffix(".npz")
        with suppress(OSError, DataError):  # not there, or damaged: learned anew
            return read_arrays(kept, lambda a: cls(json.loads(str(a["terms"])), a["idf"], a["components"]))
        fitted = cls.fit(texts())
        with suppress(OSError), files.atomic(kept) as tmp, tmp.open("wb") as f:  # full, or only to be read
            np.savez(f, terms=np.array(json.dumps(fitted.terms)), idf=fitted.idf, components=fitted.components)
        return fitted

    @classmethod
    def fit(cls, texts: Sequence[str]) -> Self:
        """Learn from texts; without words to learn from, all vectors are 0."""
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer as Tfidf

        least = _MIN_TEXTS if len(texts) > 100 else 1
        tfidf = Tfidf(max_features=_MAX_TERMS, min_df=least, **_WORDS)
        try:
            weights = tfidf.fit_transform(texts)
        except ValueError:  # scikit-learn's "empty vocabulary" or "no terms remain"
            return cls([], np.zeros(0, np.float32), np.zeros((1, 0), np.float32))
        terms = tfidf.get_feature_names_out().tolist()
        if min(weights.shape) <= DIMENSIONS:
            components = np.eye(len(terms), dtype=np.float32)[:DIMENSIONS]
        else:
            components = TruncatedSVD(DIMENSIONS, random_state=0).fit(weights).components_.astype(np.float32)
        return cls(terms, tfidf.idf_.astype(np.float32), components)

    def _raw(self, texts: Sequence[str]) -> Vectors:
        if not self.terms or not texts:
            return np.zeros((len(texts), len(self.components)), np.float32)
        return np.asarray(self._tfidf.transform(texts) @ self.components.T, np.float32)

    @cached_property
    def _tfidf(self) -> Any:
        from sklearn.feature_extraction.text import TfidfVectorizer as Tfidf

        tfidf = Tfidf(vocabulary=self.terms, **_WORDS)
        tfidf.idf_ = self.idf
        return tfidf
