"""The text model as a step after a label model: labels for reviews that no LF covers, where dev says that it helps."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.base import AUTO
from weakrec_core.label_model.crossval import fold_dev
from weakrec_core.label_model.fitting import fit_label_model
from weakrec_core.label_model.label_train import TrainLabels, label_train
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.label_model.text_model import TextModel, fit_text_model, learned_rows
from weakrec_core.label_model.train_texts import TrainTexts, train_texts
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.stats.folds import user_folds
from weakrec_core.stats.log_odds import expit, logit
from weakrec_core.stats.probability_metrics import Metrics, metrics_against

Floats = NDArray[np.float64]
_FOLDS = 3  # each trains a text model


@dataclass(frozen=True, eq=False)
class TextComparison:
    """A label model alone and with the text model on the reviewed dev rows, cross-validated over users.

    Attributes
    ----------
    alone, with_text : dict
        `probability_metrics`; alone, rows without a vote get the prior.
    helps : bool
        Whether the text model lowers the log loss.
    """

    alone: Metrics
    with_text: Metrics
    helps: bool


@remembered
def label_train_with_text(
    applied: AppliedSet, kind: str = AUTO, prior: float | None = None, config: SnorkelConfig | None = None
) -> TrainLabels:
    """`label_train` with the text model's labels: see `blend`. Reviewed rows count as covered.

    Raises
    ------
    LabelModelError
        See `fit_label_model` and `fit_text_model`.
    """
    labels = label_train(applied, kind, prior, config)
    train, dev, gold = train_texts(applied), applied.dataset.column("dev", "review_text"), applied.dataset.gold("dev")
    text = _fitted(train, np.where(labels.covered, labels.p_positive, np.nan), dev, gold)
    p_text = train.scored(text)
    return replace(
        labels,
        p_positive=blend(labels.p_positive, p_text, labels.covered),
        covered=labels.covered | ~np.isnan(p_text),
        text=text,
    )


def with_text(labels: TrainLabels, *, always: bool) -> TrainLabels:
    """The labels with the text model's, if they are wanted always or help on dev.

    Raises
    ------
    LabelModelError
        If they are wanted always: see `label_train_with_text`.
    """
    of = labels.applied, labels.model.kind, labels.prior, labels.config
    try:
        if always or compare_with_text(*of).helps:
            return label_train_with_text(*of)
    except LabelModelError:
        if always:
            raise
    return labels


def blend(p_label: Floats, p_text: Floats, covered: NDArray[np.bool_]) -> Floats:
    """Rows with a vote: the mean log-odds of both models; reviewed rows without one: the text model; the rest: as it was."""
    certain = 1 - 1e-6  # a majority may be
    both = expit(sum(logit(np.clip(p, 1 - certain, certain)) for p in (p_label, p_text)) / 2)
    return np.where(np.isnan(p_text), p_label, np.where(covered, both, p_text))


@remembered
def compare_with_text(
    applied: AppliedSet, kind: str, prior: float | None = None, config: SnorkelConfig | None = None
) -> TextComparison:
    """Measure on dev what the text model adds to a label model.

    Raises
    ------
    LabelModelError
        See `fit_label_model` and `fit_text_model`.
    """
    dataset = applied.dataset
    rows, gold = dataset.split("dev"), dataset.gold("dev")
    texts, train_reviews = rows["review_text"], train_texts(applied)
    folds = user_folds(rows["user_idx"].to_numpy(), _FOLDS)
    train, row = applied.patterns("train"), applied.pattern_of_row("train")
    dev, dev_row = fold_dev(applied.votes("dev"), gold, folds)
    covered, dev_covered = train.covered[row], dev.patterns.covered[dev_row]
    alone, with_text = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    for fold in range(len(dev.gold_by_fold)):
        model = fit_label_model(kind, train, dev.without(fold), applied.names, prior, config)
        soft = np.where(covered, model.predict_proba(train.votes)[row], np.nan)
        held = (folds == fold) & texts.notna().to_numpy()
        text = _fitted(train_reviews, soft, texts[folds != fold], gold[folds != fold])
        alone[held] = model.predict_proba(dev.patterns.votes)[dev_row[held]]
        with_text[held] = blend(alone[held], text.predict_proba(texts[held]), dev_covered[held])
    known = ~np.isnan(alone) & (gold >= 0)
    before, after = (metrics_against(gold[known], p[known]) for p in (alone, with_text))
    return TextComparison(before, after, float(after["log_loss"] or 0) < float(before["log_loss"] or 0))


def _fitted(train: TrainTexts, soft: Floats, dev_reviews: pd.Series, dev_gold: NDArray[np.integer]) -> TextModel:
    rows = learned_rows(train.reviewed, soft)
    return fit_text_model(train.at(rows), soft[rows], dev_reviews, dev_gold)


def telling_table(text: TextModel, k: int = 15) -> pd.DataFrame:
    """The terms that speak most for each label, side by side: POSITIVE, NEGATIVE."""
    negative, positive = text.telling_terms(k)
    columns = {"POSITIVE": [t for t, _ in positive], "NEGATIVE": [t for t, _ in negative]}
    return pd.DataFrame({name: pd.Series(terms, dtype="str") for name, terms in columns.items()})
