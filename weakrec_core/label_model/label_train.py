"""From an LF set to training labels: apply, fit, and map the probabilities back to the rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.label_model.base import LabelModel, class_prior
from weakrec_core.label_model.calibrated import CalibratedModel
from weakrec_core.label_model.comparing import compared
from weakrec_core.label_model.fitting import fit_label_model
from weakrec_core.label_model.guardrails import check_model, check_votes
from weakrec_core.label_model.held_out import held_out
from weakrec_core.label_model.metrics import gold_metrics
from weakrec_core.label_model.snorkel_model import SnorkelConfig
from weakrec_core.label_model.text_model import TextModel
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.drift import drift_table
from weakrec_core.labeling.spec import LFSet
from weakrec_core.labeling.vote_patterns import VotePatterns
from weakrec_core.stats.probability_metrics import Metrics

AUTO = "auto"


@dataclass(frozen=True, eq=False)
class LabelStep:
    """A label model fitted on train, and what it says.

    Attributes
    ----------
    model : LabelModel
    train, dev : VotePatterns
    p_positive : float64 array, shape [n_train]
        P(POSITIVE) of every train row; the prior where no LF voted.
    covered : bool array, shape [n_train]
        Rows with at least one vote: only these are training labels (with a class balance, the model would give every
        other row the prior's class).
    drift : DataFrame
        Vote rates on dev and train.
    dev_metrics : dict
        `probability_metrics` on the dev rows with a vote; of a model that learns from gold, each user predicted from the
        others' gold.
    text : TextModel or None
        The text model, if it has labeled reviewed rows too: see `weakrec_core.label_model.text_labels`.
    """

    model: LabelModel
    train: VotePatterns
    dev: VotePatterns
    p_positive: NDArray[np.float64]
    covered: NDArray[np.bool_]
    drift: pd.DataFrame
    dev_metrics: Metrics
    text: TextModel | None = None

    def kept(self, min_confidence: float = 0.5) -> NDArray[np.bool_]:
        """Train rows with a vote whose likelier label has at least this probability, shape [n_train]."""
        return self.covered & (np.maximum(self.p_positive, 1 - self.p_positive) >= min_confidence)

    def to_json(self) -> dict[str, Any]:
        """What the command line prints and a run records."""
        balance = class_prior(self.dev) if self.model.kind == "calibrated" else self.model.prior
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
            "warnings": [str(warning) for warning in check_votes(self.train, self.dev, self.drift)]
            + [str(warning) for warning in check_model(self.model, self.train)],
        }


def label_train(
    applier: Applier, lf_set: LFSet, kind: str, prior: float | None = None, config: SnorkelConfig | None = None
) -> LabelStep:
    """Apply an LF set to train and dev, fit a label model, and label train; ``auto`` is the one recommended on dev.

    Raises
    ------
    LabelModelError
        See `fit_label_model`.
    """
    train, inverse = applier.patterns(lf_set, "train")
    dev, _ = applier.patterns(lf_set, "dev")
    if kind == AUTO:
        # Without a vote on dev's gold there is nothing to compare on: each vote counts as it is.
        voted = dev.gold_counts[dev.covered].any()
        kind = compared(applier, lf_set).recommended if voted else "majority"
    model = fit_label_model(kind, train, dev, lf_set.names, prior, config)
    return LabelStep(
        model,
        train,
        dev,
        model.predict_proba(train.votes)[inverse],
        train.covered[inverse],
        drift_table(applier, lf_set),
        held_out(applier, lf_set).metrics if isinstance(model, CalibratedModel) else gold_metrics(model, dev),
    )
