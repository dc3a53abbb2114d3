"""From an LF set to training labels: apply, fit, and map the probabilities back to the rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.data.train_part import train_rows
from weakrec_core.data.training_rows import TrainingRows
from weakrec_core.label_model.base import AUTO, LabelModel, class_prior
from weakrec_core.label_model.comparing import compared
from weakrec_core.label_model.crossval import cross_validate, fold_dev, held_out_metrics
from weakrec_core.label_model.fitting import fit_label_model
from weakrec_core.label_model.guardrails import check_model, check_votes
from weakrec_core.label_model.metrics import gold_metrics
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.label_model.text_model import TextModel
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.drift import drift_table
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.labeling.vote_patterns import VotePatterns
from weakrec_core.stats.decision_cut import DEFAULT_CUT, best_cut, decisions
from weakrec_core.stats.folds import user_folds
from weakrec_core.stats.probability_metrics import Metrics

_PIECE = 200_000  # rows that are written at once


@dataclass(frozen=True, eq=False)
class TrainLabels:
    """A label model fitted on train, and what it says.

    Attributes
    ----------
    applied : AppliedSet
    model : LabelModel
    train, dev : VotePatterns
    p_positive : float64 array, shape [n_train]
        P(POSITIVE) of every train row; the prior where no LF voted.
    covered : bool array, shape [n_train]
        Rows with at least one vote: only these are training labels (with a class balance, the model would give every
        other row the prior's class).
    drift : DataFrame
        Vote rates on dev and train.
    dev_metrics, dev_covered_metrics : dict
        `probability_metrics` on the dev rows with gold, and on those of them with a vote; of a model that learns from gold,
        each user predicted from the others' gold.
    prior, config
        What the model was fitted with: see `fit_label_model`.
    text : TextModel or None
        The text model, if it has labeled reviewed rows too: see `weakrec_core.label_model.text_labels`.
    """

    applied: AppliedSet
    model: LabelModel
    train: VotePatterns
    dev: VotePatterns
    p_positive: NDArray[np.float64]
    covered: NDArray[np.bool_]
    drift: pd.DataFrame
    dev_metrics: Metrics
    dev_covered_metrics: Metrics
    prior: float | None = None
    config: SnorkelConfig | None = None
    text: TextModel | None = None

    @property
    def probabilities(self) -> pd.DataFrame:
        """One row a train row: user_id, book_id, p_positive, covered."""
        ids = self.applied.dataset.split("train")[["user_id", "book_id"]]
        return ids.assign(p_positive=self.p_positive, covered=self.covered)

    def probabilities_in_pieces(self) -> Iterator[pd.DataFrame]:
        """`probabilities`, some rows at a time: the ids of all may be more than memory holds."""
        n = len(self.covered)
        for start in range(0, max(n, 1), _PIECE):
            rows = slice(start, min(start + _PIECE, n))
            ids = train_rows(self.applied.dataset, rows, ["user_id", "book_id"])
            yield ids.assign(p_positive=self.p_positive[rows], covered=self.covered[rows])

    def kept(self, min_confidence: float = 0.5) -> NDArray[np.bool_]:
        """Train rows with a vote whose likelier label has at least this probability, shape [n_train]."""
        return self.covered & (np.maximum(self.p_positive, 1 - self.p_positive) >= min_confidence)

    def training_rows(self, min_confidence: float = 0.5) -> TrainingRows:
        """The rows that are `kept`, with their soft labels."""
        kept = self.kept(min_confidence)
        rows = self.applied.dataset.split("train").loc[kept, ["user_idx", "book_idx", "review_text"]]
        return TrainingRows(
            rows["user_idx"].to_numpy(),
            rows["book_idx"].to_numpy(),
            self.p_positive[kept].astype(np.float32),
            rows["review_text"].notna().to_numpy(),
        )

    def to_json(self) -> dict[str, Any]:
        """What the command line prints and a run records."""
        balance = class_prior(self.dev) if self.model.learns_from_gold else self.model.prior
        weights = [None if np.isnan(w) else float(w) for w in self.model.weights]
        return {
            "label_model": self.model.kind,
            "text_model": self.text is not None,
            "weights": dict(zip(self.model.lf_names, weights, strict=True)),
            "class_balance": {"NEGATIVE": 1 - balance, "POSITIVE": balance},
            "train": {
                "rows": len(self.covered),
                "covered": int(self.covered.sum()),
                "tied": int((self.p_positive[self.covered] == 0.5).sum()),
            },
            "dev": self.dev_metrics,
            "dev_with_a_vote": self.dev_covered_metrics,
            "warnings": [str(warning) for warning in check_votes(self.train, self.dev, self.drift)]
            + [str(warning) for warning in check_model(self.model, self.train)],
        }


def recommended_kind(applied: AppliedSet, prior: float | None = None, config: SnorkelConfig | None = None) -> str:
    """The label model that ``auto`` comes to; without a vote on dev's gold, which it takes to compare, ``majority``."""
    dev = applied.patterns("dev")
    return compared(applied, prior, config).recommended if dev.gold_counts[dev.covered].any() else "majority"


@remembered
def label_train(
    applied: AppliedSet, kind: str = AUTO, prior: float | None = None, config: SnorkelConfig | None = None
) -> TrainLabels:
    """Fit a label model to an applied set, and label train; ``auto`` is the one recommended on dev.

    Parameters
    ----------
    kind : str
        ``auto`` or one of `LABEL_MODELS`.
    prior, config
        See `fit_label_model`.

    Raises
    ------
    LabelModelError
        See `fit_label_model`.
    """
    train, dev = applied.patterns("train"), applied.patterns("dev")
    if kind == AUTO:
        kind = recommended_kind(applied, prior, config)
    model = fit_label_model(kind, train, dev, applied.names, prior, config)
    row = applied.pattern_of_row("train")
    return TrainLabels(
        applied,
        model,
        train,
        dev,
        model.predict_proba(train.votes)[row],
        train.covered[row],
        drift_table(applied),
        *_dev_metrics(applied, model, prior, config),
        prior,
        config,
    )


def cut_on_dev(labels: TrainLabels, goal: str) -> dict[str, Any]:
    """A cut for a goal of `best_cut` by the label model's held-out predictions of dev's gold rows, and what it does there.

    Returns
    -------
    dict
        ``goal``, ``cut``, and ``at_half`` and ``at_cut``: accuracy, f1, f1_negative, precision and recall on dev.
    """
    comparison = compared(labels.applied, labels.prior, labels.config)
    known = comparison.gold >= 0
    gold, p = comparison.gold[known], comparison.reports[labels.model.kind].p_positive[known]
    cut = best_cut(gold, p, goal)
    return {"goal": goal, "cut": cut, "at_half": decisions(gold, p, DEFAULT_CUT), "at_cut": decisions(gold, p, cut)}


def _dev_metrics(
    applied: AppliedSet, model: LabelModel, prior: float | None, config: SnorkelConfig | None
) -> tuple[Metrics, Metrics]:
    """On all dev rows with gold, and on those with a vote."""
    train, dev = applied.patterns("train"), applied.patterns("dev")
    if not model.learns_from_gold:
        return gold_metrics(model, dev), gold_metrics(model, dev, covered_only=True)
    folds = user_folds(applied.dataset.split("dev")["user_idx"].to_numpy())
    folded, _ = fold_dev(applied.votes("dev"), applied.dataset.gold("dev"), folds)
    p_by_fold = cross_validate(lambda part: model.fit(train, part, applied.names, prior, config), folded)
    return held_out_metrics(p_by_fold, folded), held_out_metrics(p_by_fold, folded, covered_only=True)
