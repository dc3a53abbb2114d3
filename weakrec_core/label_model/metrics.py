"""How good the probabilities of a label model are, measured on gold."""

import numpy as np

from weakrec_core.label_model.base import LabelModel
from weakrec_core.labeling.vote_patterns import VotePatterns
from weakrec_core.stats.probability_metrics import Metrics, probability_metrics


def gold_metrics(model: LabelModel, patterns: VotePatterns, covered_only: bool = False) -> Metrics:
    """`probability_metrics` of a model on the data points with gold, or on those of them with a vote."""
    keep = patterns.covered if covered_only else np.ones(len(patterns.votes), bool)
    gold = patterns.gold_counts[keep]
    return probability_metrics(model.predict_proba(patterns.votes[keep]), gold[:, 0], gold[:, 1])
