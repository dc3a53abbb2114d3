"""Cross-validation over users on vote patterns: what a label model that learns from dev's gold is worth on other users."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.label_model.base import LabelModel
from weakrec_core.labeling.vote_patterns import VotePatterns, group_votes
from weakrec_core.stats.probability_metrics import Metrics, probability_metrics


@dataclass(frozen=True, eq=False)
class FoldedDev:
    """Dev as vote patterns, with its gold counted by fold.

    Attributes
    ----------
    patterns : VotePatterns
    gold_by_fold : int64 array, shape [k, p, 2]
        Sums to ``patterns.gold_counts``.
    in_fold : bool array, shape [k, p]
        Whether the fold has a row with the pattern.
    """

    patterns: VotePatterns
    gold_by_fold: NDArray[np.int64]
    in_fold: NDArray[np.bool_]

    def without(self, fold: int) -> VotePatterns:
        """Dev without the users of a fold."""
        gold = self.patterns.gold_counts - self.gold_by_fold[fold]
        left_out = self.gold_by_fold[fold].sum(axis=1)
        return VotePatterns(self.patterns.votes, self.patterns.counts - left_out, gold)


def fold_dev(
    L: NDArray[np.int8], gold: NDArray[np.int8], folds: NDArray[np.int64]
) -> tuple[FoldedDev, NDArray[np.unsignedinteger]]:
    """Group dev's votes with gold counted by fold; also each row's pattern, shape [n]."""
    patterns, inverse = group_votes(L, gold)
    shape = (int(folds.max(initial=0)) + 1, len(patterns.votes), 2)
    known = gold >= 0
    flat = np.ravel_multi_index((folds[known], inverse[known], gold[known].astype(np.int64)), shape)
    gold_by_fold = np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape)
    in_fold = np.zeros(shape[:2], bool)
    in_fold[folds, inverse] = True
    return FoldedDev(patterns, gold_by_fold, in_fold), inverse


def cross_validate(fit: Callable[[VotePatterns], LabelModel], dev: FoldedDev) -> NDArray[np.float64]:
    """P(POSITIVE) of the patterns of every fold by the model fitted without that fold: see `predict_folds`."""
    return predict_folds([fit(dev.without(fold)) for fold in range(len(dev.in_fold))], dev)


def predict_folds(models: Sequence[LabelModel], dev: FoldedDev) -> NDArray[np.float64]:
    """P(POSITIVE) of the patterns of every fold by the fold's model, shape [k, p]; NaN for patterns that the fold lacks."""
    p_positive = np.full(dev.in_fold.shape, np.nan)
    for fold, (model, present) in enumerate(zip(models, dev.in_fold, strict=True)):
        p_positive[fold, present] = model.predict_proba(dev.patterns.votes[present])
    return p_positive


def silence_pooled(p_by_fold: NDArray[np.float64], dev: FoldedDev) -> NDArray[np.float64]:
    """`predict_folds` with the same probability for all rows without a vote, the folds' mean: to measure with.

    Without a fold that has many POSITIVE rows the share of POSITIVE is a little lower, so that these rows, which are many,
    would be ranked against their gold.
    """
    silent = dev.in_fold & ~dev.patterns.covered
    return np.where(silent, p_by_fold[silent].mean() if silent.any() else np.nan, p_by_fold)


def held_out_metrics(p_by_fold: NDArray[np.float64], dev: FoldedDev, covered_only: bool = False) -> Metrics:
    """`probability_metrics` of held-out predictions, pooled over the folds, on all rows with gold or on those with a vote."""
    keep = dev.in_fold & (dev.patterns.covered | (not covered_only))
    gold = dev.gold_by_fold[keep]
    return probability_metrics(silence_pooled(p_by_fold, dev)[keep], gold[:, 0], gold[:, 1])
