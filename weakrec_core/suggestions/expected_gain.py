"""What suggestions are worth on users not seen: a nested cross-validation over the users of dev.

For every fold the whole selection is repeated without the gold of its users, and what it chose is measured on them, so that
the luck of choosing the best of many is not part of the promise. Its interval draws the users anew, each with what was
measured on them: what other choices would have given is in it as far as the folds' choices differ.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.errors import LabelModelError
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.conditions import SignalCondition
from weakrec_core.stats.bootstrap import Draws, percentile_interval
from weakrec_core.stats.folds import user_folds
from weakrec_core.stats.probability_metrics import CLIP
from weakrec_core.suggestions.candidates import Candidates, Labels
from weakrec_core.suggestions.greedy_choice import Action, Pick, base_model, greedy_choice, lfs_of, votes_of

Floats = NDArray[np.float64]

_CHECKED = (1, 2, 5, 10, 20, 35, 50, 75, 100)


@dataclass(frozen=True, eq=False)
class ExpectedGain:
    """Expected changes of the log loss of the calibrated label model over all rows with gold, below 0 = better.

    Attributes
    ----------
    kept : dict
        By action: which part of the estimated gain of a pick alone is found on users not seen.
    kept_interval : dict
        By action the 95 % interval of `kept`, over users.
    together : float64 array, shape [k]
        The change by the first 1, 2, … k picks together.
    together_interval : float64 array, shape [k, 2]
        Its 95 % interval, over users.
    """

    kept: dict[Action, float]
    kept_interval: dict[Action, tuple[float, float]]
    together: Floats
    together_interval: Floats


def expected_gain(candidates: Candidates, gold: Labels, k: int) -> ExpectedGain:
    """Repeat the selection of k picks for folds of the users and measure it on those left out.

    Raises
    ------
    LabelModelError
        If fewer than two users have gold labels.
    """
    known = gold >= 0
    if len(np.unique(candidates.users[known])) < 2:
        raise LabelModelError("Suggestions are checked on users left out: dev needs gold labels of two users at least.")
    folds = np.full(len(gold), -1)
    folds[known] = user_folds(candidates.users[known])
    checked = [c for c in _CHECKED if c < k] + [k]
    together = np.zeros((len(gold), len(checked)))
    estimated: dict[Action, Floats] = defaultdict(lambda: np.zeros(len(gold)))
    measured: dict[Action, Floats] = defaultdict(lambda: np.zeros(len(gold)))
    for fold in range(int(folds.max()) + 1):
        held = folds == fold
        rest = np.where(held, -1, gold).astype(np.int8)
        before = held_out_loss(candidates.L, rest, gold, held)
        picks = greedy_choice(candidates, rest, k)
        lfs = lfs_of(picks)
        for i, times in _sampled(len(picks)):
            after = held_out_loss(votes_of(candidates, picks[i : i + 1], lfs[i : i + 1]), rest, gold, held)
            estimated[picks[i].action][held] += times * picks[i].alone
            measured[picks[i].action][held] += times * (before - after)
        for i, count in enumerate(checked):
            after = held_out_loss(votes_of(candidates, picks[:count], lfs[:count]), rest, gold, held)
            together[held, i] = after - before
    users = DrawnUsers(candidates.users[known])
    kept = {action: users.ratio(measured[action][known], estimated[action][known]) for action in estimated}
    curve = np.array([(0.0, 0.0, 0.0)] + [users.ratio(by_row, np.ones(len(by_row))) for by_row in together[known].T])
    value, low, high = (np.interp(np.arange(1, k + 1), [0, *checked], column) for column in curve.T)
    return ExpectedGain(
        {action: value for action, (value, _, _) in kept.items()},
        {action: (low, high) for action, (_, low, high) in kept.items()},
        value,
        np.stack([low, high], axis=1),
    )


class DrawnUsers:
    """Users drawn with replacement, the same for all that is asked."""

    def __init__(self, user_idx: NDArray[np.integer]):
        self._draws = Draws.make(user_idx)

    def ratio(self, above: Floats, below: Floats) -> tuple[float, float, float]:
        """The ratio of the sums over rows of two columns, and its 95 % interval; both ends the ratio where there is none."""
        above_drawn, below_drawn = (
            self._draws.weights @ np.bincount(self._draws.user, weights=column) for column in (above, below)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            drawn = above_drawn / below_drawn
        value = float(above.sum() / below.sum())
        low, high = percentile_interval(np.where(below_drawn > 0, drawn, np.nan)) or (value, value)
        return value, low, high


def held_out_loss(L: Labels, rest: Labels, gold: Labels, held: NDArray[np.bool_]) -> Floats:
    """The log loss of each held-out row by the calibrated model fitted to the rest of dev's gold."""
    p = np.clip(base_model(L, rest).predict_proba(L[held]), CLIP, 1 - CLIP)
    return -np.where(gold[held] == 1, np.log(p), np.log1p(-p))


def _sampled(n: int) -> list[tuple[int, int]]:
    """Of n picks the first ten, and every tenth of the others, which stands for ten: to judge each alone takes time."""
    return [(i, 1) for i in range(min(n, 10))] + [(i, 10) for i in range(14, n, 10)]


class Coverage:
    """What picks do to the share of train rows with a vote, one after the other.

    Reviews that are not read are represented by those that are.
    """

    def __init__(self, applied: AppliedSet, candidates: Candidates):
        n = applied.dataset.n_rows("train")
        reviewed = applied.dataset.column("train", "review_text").notna().to_numpy()
        self._columns, self._candidates = applied.applier.columns["train"], candidates
        self._weight = np.where(reviewed, 0.0, 1 / max(n, 1))
        self._weight[candidates.rows_read] = candidates.read_share / max(len(candidates.rows_read), 1)
        self._n_votes = (applied.votes("train") != -1).sum(axis=1)
        self._now = self._n_votes.copy()
        self._by_column = candidates.read.tocsc()

    def add(self, pick: Pick) -> tuple[float, float]:
        """The change by the pick alone, and by it and all picks added before."""
        rows, change = self._changed(pick)
        before = self._n_votes[rows]
        self._now[rows] += change
        alone = self._weight[rows] @ (((before + change) > 0).astype(float) - (before > 0))
        together = self._weight @ ((self._now > 0).astype(float) - (self._n_votes > 0))
        return float(alone), float(together)

    def _changed(self, pick: Pick) -> tuple[NDArray[np.integer], int]:
        """Train rows on which the number of votes changes, and how."""
        columns, index = self._columns, pick.index
        if pick.action == "add_keyword":
            start, end = self._by_column.indptr[index : index + 2]
            return self._candidates.rows_read[self._by_column.indices[start:end]], 1
        if pick.action == "add_threshold":
            signal, op, threshold = self._candidates.thresholds[index]
            held = SignalCondition(signal=signal, op=op, threshold=threshold).holds(columns)
            return np.flatnonzero(held), 1
        if pick.action == "add_category":
            column, value = self._candidates.categories[index - len(self._candidates.thresholds)]
            return np.flatnonzero(columns.category(column) == value), 1
        lf, keyword = self._candidates.dropped[index]
        others = [k for group in lf.groups for k in group.keywords if k != keyword]
        hit, kept = (columns.keyword_hits(words, lf.matching, lf.case_sensitive) for words in ([keyword], others))
        return np.flatnonzero(hit & ~kept), -1
