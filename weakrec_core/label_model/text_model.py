"""The text model: reads the labels of the label model into the words of the reviews, and so labels reviews no LF covers.

A logistic regression on TF-IDF (scikit-learn), trained on the covered train rows with the label model's probabilities
as soft labels, and on dev's gold.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.errors import LabelModelError
from weakrec_core.stats.log_odds import expit

Floats = NDArray[np.float64]

_VECTORIZER = {"ngram_range": (1, 2), "token_pattern": r"\w+(?:['’]\w+)*", "sublinear_tf": True}
_MAX_TERMS, _MIN_REVIEWS = 20_000, 3
_MAX_TRAIN_ROWS = 50_000
_GOLD_WEIGHT = 4.0  # of a gold label, in soft labels
_C = 2.0


@dataclass(eq=False)
class TextModel:
    """A fitted text model.

    Attributes
    ----------
    terms : list of str
        Words and pairs of words, lower case.
    idf, coefficients : float64 array, shape [n_terms]
        A term's weight in TF-IDF, and what it adds to the log-odds of POSITIVE.
    intercept : float
    """

    terms: list[str]
    idf: Floats
    coefficients: Floats
    intercept: float

    def predict_proba(self, reviews: pd.Series) -> Floats:
        """P(POSITIVE) of each review, shape [n]; NaN where there is no review."""
        p_positive = np.full(len(reviews), np.nan)
        reviewed = reviews.notna().to_numpy()
        if reviewed.any():
            log_odds = self._vectorizer.transform(reviews[reviewed]) @ self.coefficients + self.intercept
            p_positive[reviewed] = expit(log_odds)
        return p_positive

    def telling_terms(self, k: int = 20) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
        """The k terms that speak most for NEGATIVE and for POSITIVE, strongest first, with their coefficients."""
        order = np.argsort(self.coefficients, kind="stable")
        negative, positive = (
            [(self.terms[i], float(self.coefficients[i])) for i in part] for part in (order[:k], order[::-1][:k])
        )
        return [t for t in negative if t[1] < 0], [t for t in positive if t[1] > 0]

    @cached_property
    def _vectorizer(self) -> Any:
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(vocabulary=self.terms, **_VECTORIZER)
        vectorizer.idf_ = self.idf
        return vectorizer

    def to_json(self) -> dict[str, Any]:
        """All that is needed to predict again, as JSON values."""
        return {
            "terms": self.terms,
            "idf": self.idf.tolist(),
            "coefficients": self.coefficients.tolist(),
            "intercept": self.intercept,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "TextModel":
        """The model that `to_json` was called on; it predicts the same."""
        return cls(values["terms"], np.array(values["idf"]), np.array(values["coefficients"]), values["intercept"])


def learned_rows(reviewed: NDArray[np.bool_], p_positive: Floats) -> NDArray[np.int64]:
    """The train rows that a text model is fitted to, ascending: those with a review and a vote, of more than 50,000 a seeded sample."""
    soft = np.flatnonzero(reviewed & ~np.isnan(p_positive))
    if len(soft) > _MAX_TRAIN_ROWS:
        soft = np.sort(np.random.default_rng(0).choice(soft, _MAX_TRAIN_ROWS, replace=False))
    return soft


def fit_text_model(
    train_reviews: pd.Series, p_positive: Floats, dev_reviews: pd.Series, dev_gold: NDArray[np.integer]
) -> TextModel:
    """Fit the text model.

    Parameters
    ----------
    train_reviews : Series of str, shape [n_train]
        NaN where there is no review.
    p_positive : float64 array, shape [n_train]
        P(POSITIVE) from the label model; NaN where no LF voted. Of them `learned_rows` count.
    dev_reviews : Series of str, shape [n_dev]
    dev_gold : int array, shape [n_dev]
        1, 0, or -1 where not known.

    Raises
    ------
    LabelModelError
        If there is nothing to learn from: no labeled reviews, or hardly any words in common.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    soft = learned_rows(train_reviews.notna().to_numpy(), p_positive)
    hard = np.flatnonzero(dev_reviews.notna().to_numpy() & (dev_gold >= 0))
    texts = pd.concat([train_reviews.iloc[soft], dev_reviews.iloc[hard]])
    p = np.concatenate([p_positive[soft], dev_gold[hard]])
    weight = np.concatenate([np.ones(len(soft)), np.full(len(hard), _GOLD_WEIGHT)])
    vectorizer = TfidfVectorizer(max_features=_MAX_TERMS, min_df=_MIN_REVIEWS, **_VECTORIZER)
    try:
        features = vectorizer.fit_transform(texts)
    except ValueError:  # scikit-learn's "empty vocabulary" or "after pruning, no terms remain"
        raise LabelModelError(
            f"The text model found no words that {_MIN_REVIEWS} labeled reviews share; "
            "it needs more reviews with a vote or gold labels."
        ) from None
    # A soft label is both labels, weighted.
    both = np.concatenate([np.arange(len(p))] * 2)
    labels = np.repeat([1, 0], len(p))
    weights = np.concatenate([weight * p, weight * (1 - p)])
    used = weights > 0
    if len(np.unique(labels[used])) < 2:
        raise LabelModelError("The text model needs labels of both classes, and all it was given is certain of one.")
    model = LogisticRegression(C=_C, solver="newton-cg", tol=1e-3)
    model.fit(features[both[used]], labels[used], sample_weight=weights[used])
    terms = vectorizer.get_feature_names_out().tolist()
    return TextModel(terms, vectorizer.idf_.copy(), model.coef_[0].astype(float), float(model.intercept_[0]))
