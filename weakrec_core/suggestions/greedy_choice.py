"""What to add to an LF set or take out of it, given some gold labels of dev: the selection behind `suggest`.

Dev's few hundred reviews are too few to rank thousands of phrases by their hits: the best of many is lucky more often than
good. So dev's gold teaches a linear text model, which reads the many unlabeled reviews of train, and phrases are ranked by
what they say about its opinion there, net of what the LFs and the phrases chosen before say already (a boosting of the
label model's log-odds). Thresholds and keywords to drop are few enough to be judged by dev's gold itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from weakrec_core import NEGATIVE, POSITIVE
from weakrec_core.label_model.calibrated import CalibratedModel, fit_calibrated
from weakrec_core.labeling.vote_patterns import group_votes
from weakrec_core.stats.log_odds import expit, logit
from weakrec_core.suggestions.candidates import Candidates

Floats = NDArray[np.float64]
Labels = NDArray[np.int8]
Action = Literal["add_keyword", "add_threshold", "add_category", "drop_keyword"]

_C = 5.0  # of the text model; 1 to 5 do about as well on real reviews
_TEXT_PRECISION = 20.0  # of a phrase's worth about 0, in reviews read by the text model
_GOLD_PRECISION = 4.0  # of a threshold's worth, as in the calibrated label model
_MAX_LFS, _KEYWORDS_PER_LF = 6, 8  # new keyword LFs a label
_SAME = 0.8  # of the rows beyond either threshold: two signals that tell the same
_NEWTON_STEPS = 5
GOLD_PRICE = 2.0  # log-likelihood that a choice by dev's gold must gain: it is the best of many


@dataclass(frozen=True)
class Pick:
    """One choice.

    Attributes
    ----------
    index : int
        Of the phrase or keyword in `Candidates`; of a threshold or category the column of `beyond`.
    label : int
    worth : float
        The log-odds it moves.
    gain : float
        The log-likelihood it is estimated to gain per row of the split, net of the choices before it.
    alone : float
        The same if it alone is chosen.
    """

    action: Action
    index: int
    label: int
    worth: float
    gain: float
    alone: float


def greedy_choice(candidates: Candidates, gold: Labels, k: int) -> list[Pick]:
    """The best k picks, best first, given the gold labels of dev (1, 0, or -1 where not known or not to be looked at)."""
    model = base_model(candidates.L, gold)
    log_odds, log_odds_read = (logit(model.predict_proba(L)) for L in (candidates.L, candidates.L_read))
    picks = _drops(candidates, model, log_odds, gold)
    chosen = _thresholds(candidates, log_odds, gold)
    opinion = opinion_on_read(candidates, log_odds_read, gold)
    if opinion is not None:
        picks += _phrases(candidates, opinion, log_odds_read, k)
    return sorted(picks + chosen, key=lambda pick: -pick.gain)[:k]


def base_model(L: Labels, gold: Labels) -> CalibratedModel:
    """The calibrated label model of votes on dev, fitted to the gold labels that are known."""
    patterns, _ = group_votes(L, gold)
    return fit_calibrated(patterns, patterns, [str(j) for j in range(L.shape[1])])


def _drops(candidates: Candidates, model: CalibratedModel, log_odds: Floats, gold: Labels) -> list[Pick]:
    """Keywords whose votes cost log-likelihood."""
    m = candidates.L.shape[1]
    known = max(int((gold >= 0).sum()), 1)
    picks = []
    for index, (column, rows) in enumerate(candidates.only):
        rows = rows[gold[rows] >= 0]
        if not len(rows):
            continue
        label = int(candidates.L[rows[0], column])
        term = float(model.coefficients[1 + column + (0 if label == 1 else m)])
        before, after = (log_likelihood(z, gold[rows]) for z in (log_odds[rows], log_odds[rows] - term))
        gain = (after - before - GOLD_PRICE) / known
        if gain > 0:
            picks.append(Pick("drop_keyword", index, label, -term, gain, gain))
    return picks


def _thresholds(candidates: Candidates, log_odds: Floats, gold: Labels) -> list[Pick]:
    """Thresholds and categories by dev's gold, one after the other; at most one a signal and direction, none that repeats another.

    Many signals are alike in all rows of a user, and a few prolific users must not decide: where the slopes of users vary by
    more than those of independent rows would, that is taken for the curvature (White's robust variance, clustered by user).
    """
    from scipy import sparse

    known = np.flatnonzero(gold >= 0)
    _, user = np.unique(candidates.users[known], return_inverse=True)
    of_user = sparse.csr_array((np.ones(len(known)), (user, np.arange(len(known)))))
    beyond = candidates.beyond[known].astype(float)
    z, y = log_odds[known].copy(), (gold[known] == 1).astype(float)
    first: Floats | None = None
    n_thresholds = len(candidates.thresholds)
    kinds = [*((signal, op) for signal, op, _ in candidates.thresholds), *candidates.categories]
    open_ = np.ones(len(kinds), bool)
    picks: list[Pick] = []
    while open_.any():
        by_user = of_user @ (beyond * (y - expit(z))[:, None])
        curvature = np.maximum(beyond.T @ _variance(z), (by_user**2).sum(axis=0))
        worth, gain = _worth(by_user.sum(axis=0), curvature, _GOLD_PRECISION)
        gain = np.where(open_, gain - GOLD_PRICE, -1.0) / len(y)
        first = gain if first is None else first
        best = int(gain.argmax())
        if gain[best] <= 0:
            break
        w = float(worth[best])
        action: Action = "add_threshold" if best < n_thresholds else "add_category"
        picks.append(Pick(action, best, int(w > 0), w, float(gain[best]), float(first[best])))
        z += w * beyond[:, best]
        both, either = beyond[:, best] @ beyond, np.maximum(beyond, beyond[:, [best]]).sum(axis=0)
        open_ &= np.array([kind != kinds[best] for kind in kinds]) & (both < _SAME * either)
    return picks


def opinion_on_read(candidates: Candidates, log_odds: Floats, gold: Labels) -> Floats | None:
    """P(POSITIVE) of the reviews that are read, from the label model's log-odds and a text model that learns from dev; None where
    dev has too little to learn from."""
    from sklearn.linear_model import LogisticRegression

    rows = np.flatnonzero((gold >= 0) & (np.diff(candidates.dev.indptr) > 0))
    if len(np.unique(gold[rows])) < 2 or not candidates.read.nnz:
        return None
    model = LogisticRegression(C=_C, solver="liblinear", random_state=0)
    model.fit(candidates.dev_tfidf[rows], gold[rows])
    return _opinion(model.decision_function(candidates.read_tfidf) + log_odds, log_odds)


def _opinion(log_odds: Floats, present: Floats) -> Floats:
    """Probabilities with the mean of the present ones, so that phrases are not chosen for what the intercept could do."""
    wanted, shift = expit(present).mean(), (present - log_odds).mean()
    for _ in range(_NEWTON_STEPS):
        p = expit(log_odds + shift)
        shift += (wanted - p.mean()) / max(float((p * (1 - p)).mean()), 1e-6)
    return np.asarray(expit(log_odds + shift))


def _phrases(candidates: Candidates, opinion: Floats, log_odds: Floats, k: int) -> list[Pick]:
    """Phrases, each the one that brings the log-odds nearest to the opinion after those before it."""
    columns = np.flatnonzero(candidates.offered)
    hits = candidates.read[:, columns].tocsr()
    reviews_of = hits.T.tocsr()
    scale = candidates.read_share / max(hits.shape[0], 1)
    z = log_odds.copy()
    slope, curvature = reviews_of @ (opinion - expit(z)), reviews_of @ _variance(z)
    _, alone = _worth(slope, curvature, _TEXT_PRECISION)
    open_ = np.ones(len(columns), bool)
    picks: list[Pick] = []
    while len(picks) < k and open_.any():
        worth, gain = _worth(slope, curvature, _TEXT_PRECISION)
        best = int(np.where(open_, gain, -1.0).argmax())
        open_[best] = False
        w = float(worth[best])
        picks.append(
            Pick(
                "add_keyword", int(columns[best]), int(w > 0), w, float(gain[best]) * scale, float(alone[best]) * scale
            )
        )
        rows = reviews_of.indices[reviews_of.indptr[best] : reviews_of.indptr[best + 1]]
        p, variance = expit(z[rows]), _variance(z[rows])
        z[rows] += w
        touched = hits[rows].T  # only these reviews change
        slope += touched @ (p - expit(z[rows]))
        curvature += touched @ (_variance(z[rows]) - variance)
    return picks


def _worth(slope: Floats, curvature: Floats, precision: float) -> tuple[Floats, Floats]:
    """One Newton step from 0 towards the log-odds that hits are worth, and the log-likelihood that it gains."""
    worth = slope / (curvature + precision)
    return worth, worth * slope / 2


def lfs_of(picks: Sequence[Pick]) -> list[tuple[int, int]]:
    """The keyword LF of every pick as (label, number from 1): keywords of one label are grouped by strength, so that the
    label model can weigh strong and weak ones differently; (label, 0) for what is no keyword to add."""
    groups = [(pick.label, 0) for pick in picks]
    for label in (POSITIVE, NEGATIVE):
        of_label = [i for i, pick in enumerate(picks) if pick.action == "add_keyword" and pick.label == label]
        of_label.sort(key=lambda i: -abs(picks[i].worth))
        n_groups = min(_MAX_LFS, -(-len(of_label) // _KEYWORDS_PER_LF))
        for number, part in enumerate(np.array_split(np.array(of_label, int), max(n_groups, 1)), 1):
            for i in part:
                groups[i] = (label, number)
    return groups


def votes_of(candidates: Candidates, picks: Sequence[Pick], lfs: Sequence[tuple[int, int]]) -> Labels:
    """The votes on dev of the set after picks, int8, shape [n_dev, m + new LFs]; `lfs` as `lfs_of` gives it."""
    L = candidates.L.copy()
    columns: list[Labels] = []
    keywords: dict[tuple[int, int], list[int]] = {}
    for pick, lf in zip(picks, lfs, strict=True):
        if pick.action == "drop_keyword":
            column, rows = candidates.only[pick.index]
            L[rows, column] = -1
        elif pick.action in ("add_threshold", "add_category"):
            columns.append(np.where(candidates.beyond[:, pick.index], pick.label, -1).astype(np.int8))
        else:
            keywords.setdefault(lf, []).append(pick.index)
    for (label, _), phrases in sorted(keywords.items()):
        hit = np.asarray(candidates.dev[:, phrases].sum(axis=1)).ravel() > 0
        columns.append(np.where(hit, label, -1).astype(np.int8))
    return np.column_stack([L, *columns])


def log_likelihood(log_odds: Floats, gold: Labels) -> float:
    """Of gold labels, all of them known."""
    return float(((gold == 1) * log_odds - np.logaddexp(0, log_odds)).sum())


def _variance(log_odds: Floats) -> Floats:
    p = expit(log_odds)
    return np.asarray(p * (1 - p))
