"""The text model as a step after a label model: labels for reviews that no LF covers, where dev says that it helps."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from weakrec_core.label_model.crossval import fold_dev
from weakrec_core.label_model.fitting import fit_label_model
from weakrec_core.label_model.label_train import LabelStep
from weakrec_core.label_model.text_model import TextModel, fit_text_model
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.spec import LFSet
from weakrec_core.stats.folds import user_folds
from weakrec_core.stats.probability_metrics import Metrics, probability_metrics

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


def add_text_model(applier: Applier, step: LabelStep) -> LabelStep:
    """The step with the text model's labels: see `blend`. Reviewed rows count as covered.

    Raises
    ------
    LabelModelError
        See `fit_text_model`.
    """
    train, dev = applier.dataset.split("train"), applier.dataset.split("dev")
    soft = np.where(step.covered, step.p_positive, np.nan)
    text = fit_text_model(train["review_text"], soft, dev["review_text"], applier.dataset.gold("dev"))
    p_text = text.predict_proba(train["review_text"])
    return replace(
        step,
        p_positive=blend(step.p_positive, p_text, step.covered),
        covered=step.covered | ~np.isnan(p_text),
        text=text,
    )


def blend(p_label: Floats, p_text: Floats, covered: NDArray[np.bool_]) -> Floats:
    """Rows with a vote: the mean log-odds of both models; reviewed rows without one: the text model; the rest: as it was."""
    certain = 1 - 1e-6  # a majority may be
    both = expit(sum(logit(np.clip(p, 1 - certain, certain)) for p in (p_label, p_text)) / 2)
    return np.where(np.isnan(p_text), p_label, np.where(covered, both, p_text))


def compare_with_text(applier: Applier, lf_set: LFSet, kind: str) -> TextComparison:
    """Measure on dev what the text model adds to a label model; computed once for an LF set and kind.

    Raises
    ------
    LabelModelError
        See `fit_text_model`.
    """
    return applier.remember(("text", lf_set.active, kind), lambda: _compare(applier, lf_set, kind))


def _compare(applier: Applier, lf_set: LFSet, kind: str) -> TextComparison:
    rows, gold = applier.dataset.split("dev"), applier.dataset.gold("dev")
    texts, train_texts = rows["review_text"], applier.dataset.split("train")["review_text"]
    folds = user_folds(rows["user_idx"].to_numpy(), _FOLDS)
    train, inverse = applier.patterns(lf_set, "train")
    dev, dev_inverse = fold_dev(applier.apply(lf_set, "dev"), gold, folds)
    covered, dev_covered = train.covered[inverse], dev.patterns.covered[dev_inverse]
    alone, with_text = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    for fold in range(len(dev.gold_by_fold)):
        model = fit_label_model(kind, train, dev.without(fold), lf_set.names)
        soft = np.where(covered, model.predict_proba(train.votes)[inverse], np.nan)
        held = (folds == fold) & texts.notna().to_numpy()
        text = fit_text_model(train_texts, soft, texts[folds != fold], gold[folds != fold])
        alone[held] = model.predict_proba(dev.patterns.votes)[dev_inverse[held]]
        with_text[held] = blend(alone[held], text.predict_proba(texts[held]), dev_covered[held])
    known = ~np.isnan(alone) & (gold >= 0)
    before, after = (_measured(p[known], gold[known]) for p in (alone, with_text))
    return TextComparison(before, after, float(after["log_loss"] or 0) < float(before["log_loss"] or 0))


def telling_table(text: TextModel, k: int = 15) -> pd.DataFrame:
    """The terms that speak most for each label, side by side: POSITIVE, NEGATIVE."""
    negative, positive = text.telling_terms(k)
    columns = {"POSITIVE": [t for t, _ in positive], "NEGATIVE": [t for t, _ in negative]}
    return pd.DataFrame({name: pd.Series(terms, dtype="str") for name, terms in columns.items()})


def _measured(p: Floats, gold: NDArray[np.int8]) -> Metrics:
    return probability_metrics(p, (gold == 0).astype(np.int64), (gold == 1).astype(np.int64))
