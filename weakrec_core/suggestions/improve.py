"""Edits of one LF: keywords more or fewer, another threshold, an exception; each with what it is expected to change.

Keywords and exceptions are ranked by a text model's reading of train's reviews, thresholds and keywords to drop by dev's gold
(see `greedy_choice`). What is kept of such estimates on users not seen is found by repeating the choice for each fold of the
users without their gold, and measured on them with the label model fitted anew.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core import ABSTAIN
from weakrec_core.errors import LabelModelError, SpecError
from weakrec_core.label_model.calibrated import CalibratedModel
from weakrec_core.label_model.threshold_gain import log_losses_at
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.base import LF, VALUE
from weakrec_core.labeling.kinds import KeywordLF, SimilarLF, ThresholdLF
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.parsing import dump_lf
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.stats.folds import user_folds
from weakrec_core.stats.log_odds import logit
from weakrec_core.suggestions.candidates import Candidates, Labels, gather_candidates
from weakrec_core.suggestions.expected_gain import DrawnUsers, held_out_loss
from weakrec_core.suggestions.greedy_choice import GOLD_PRICE, base_model, log_likelihood, opinion_on_read
from weakrec_core.suggestions.lf_edits import (
    Action,
    Edit,
    add_keyword,
    drop_keywords,
    except_where,
    move_threshold,
    takes_exceptions,
    takes_keywords,
    thresholds_to_try,
)
from weakrec_core.suggestions.telling_phrases import phrases_apart

Floats = NDArray[np.float64]

NOTHING = "No edit of this LF is expected to help the set on users not seen."
_CHECKED = 5  # edits of each action that are measured on each fold, and offered at most
_LEAST = 0.00005  # of an expected change: less is 0 in four decimals


@dataclass(frozen=True, eq=False)
class Improvement:
    """An edit of one LF that is expected to help the set.

    Attributes
    ----------
    action, text, lf
        See `weakrec_core.suggestions.lf_edits.Edit`.
    log_loss_change : float
        Expected of the calibrated label model over all rows with gold, on users not seen; below 0 = better.
    log_loss_interval : (float, float)
        Its 95 % interval over users.
    votes, correct : (int, int)
        Of the LF on dev rows with gold, before and after.
    """

    action: Action
    text: str
    lf: LF
    log_loss_change: float
    log_loss_interval: tuple[float, float]
    votes: tuple[int, int]
    correct: tuple[int, int]

    @property
    def line(self) -> str:
        """The edit and what is expected of it, in one line."""
        right = " → ".join(f"{c:,} of {v:,}" for c, v in zip(self.correct, self.votes, strict=True))
        low, high = self.log_loss_interval
        return f"{self.text}: log loss {self.log_loss_change:+.4f} [{low:+.4f}, {high:+.4f}]; right on dev {right}"

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return vars(self) | {"lf": dump_lf(self.lf)}


@remembered
def improve(applied: AppliedSet, name: str) -> list[Improvement]:
    """Edits of an LF that are expected to lower the set's log loss on users not seen, the most first; none where nothing does.

    Raises
    ------
    SpecError
        If no LF of that name is on.
    LabelModelError
        If fewer than two users of dev have gold labels.
    """
    if name not in applied.names:
        raise SpecError(
            f"LF set {applied.lf_set.name!r} has no LF {name!r} that is on; these are: {', '.join(applied.names)}."
        )
    gold, candidates = applied.dataset.gold("dev"), gather_candidates(applied)
    users, known = candidates.users, gold >= 0
    if len(np.unique(users[known])) < 2:
        raise LabelModelError("Edits are checked on users left out: dev needs gold labels of two users at least.")
    choice = _Choice(applied, candidates, applied.names.index(name))
    folds = user_folds(users)
    estimated: dict[Action, Floats] = defaultdict(lambda: np.zeros(len(gold)))
    measured: dict[Action, Floats] = defaultdict(lambda: np.zeros(len(gold)))
    for fold in np.unique(folds[known]):
        held = known & (folds == fold)
        rest = np.where(held, -1, gold).astype(np.int8)
        before = held_out_loss(candidates.L, rest, gold, held)
        for gain, edit in choice.best(rest):
            estimated[edit.action][held] += gain
            measured[edit.action][held] += before - held_out_loss(choice.with_votes(edit), rest, gold, held)
    drawn = DrawnUsers(users[known])
    kept = {action: drawn.ratio(measured[action][known], estimated[action][known]) for action in estimated}
    found = [
        _improvement(choice, edit, gain, kept.get(edit.action, (0.0, 0.0, 0.0)), gold)
        for gain, edit in choice.best(gold)
    ]
    return sorted((one for one in found if one.log_loss_change <= -_LEAST), key=lambda one: one.log_loss_change)


def apply_improvement(lf_set: LFSet, improvement: Improvement) -> LFSet:
    """A copy of the set with the LF in its place, its notes as they are there."""
    made = improvement.lf
    lfs = tuple(made.with_notes_of(lf) if lf.name == made.name else lf for lf in lf_set.lfs)
    return lf_set.model_copy(update={"lfs": lfs})


class _Choice:
    """Chooses edits of one LF by some gold."""

    def __init__(self, applied: AppliedSet, candidates: Candidates, column: int):
        self.applied, self.candidates, self.column = applied, candidates, column
        self.lf = applied.active[column]
        self.votes: Labels = candidates.L[:, column]
        self._drops = list(drop_keywords(applied.applier, self.lf)) if isinstance(self.lf, KeywordLF) else []
        self._folds = user_folds(candidates.users)
        self._tried = np.zeros(0)
        if isinstance(self.lf, ThresholdLF | SimilarLF):
            self._tried = thresholds_to_try(applied, self.lf)
            self._others = np.delete(candidates.L, column, axis=1)
            self._values = self.lf.measured(applied.applier.columns["dev"])
        self._offered = np.flatnonzero(candidates.offered)
        self._read = candidates.read[:, self._offered].T.tocsr()
        self._dev = candidates.dev.tocsc()

    def with_votes(self, edit: Edit) -> Labels:
        """L on dev with the LF's votes after an edit."""
        L = self.candidates.L.copy()
        L[:, self.column] = edit.votes
        return L

    def best(self, gold: Labels) -> list[tuple[float, Edit]]:
        """The best of each action with the gain in log-likelihood per row that is estimated of it, above 0."""
        model = base_model(self.candidates.L, gold)
        worth = self._worth(model)
        return [
            *self._best_drops(model, worth, gold),
            *self._best_threshold(gold),
            *self._best_by_text(model, worth, gold),
        ]

    def _worth(self, model: CalibratedModel) -> Floats:
        """The log-odds of the LF's votes: of NEGATIVE, POSITIVE, ABSTAIN, so that votes are indices."""
        m = len(model.lf_names)
        return np.array([model.coefficients[1 + m + self.column], model.coefficients[1 + self.column], 0.0])

    def _best_drops(self, model: CalibratedModel, worth: Floats, gold: Labels) -> list[tuple[float, Edit]]:
        known = gold >= 0
        log_odds = logit(model.predict_proba(self.candidates.L[known]))
        now = log_likelihood(log_odds, gold[known])
        moved = (log_odds + worth[edit.votes[known]] - worth[self.votes[known]] for edit in self._drops)
        gains = [(log_likelihood(z, gold[known]) - now - GOLD_PRICE) / known.sum() for z in moved]
        order = np.argsort(-np.array(gains), kind="stable")[:_CHECKED]
        return [(gains[i], self._drops[i]) for i in order if gains[i] > 0]

    def _best_threshold(self, gold: Labels) -> list[tuple[float, Edit]]:
        """The best one, by the log loss with the model fitted anew: what a threshold's votes are worth moves with it."""
        lf = self.lf
        if not isinstance(lf, ThresholdLF | SimilarLF) or not len(self._tried):
            return []
        losses, _ = log_losses_at(self._others, gold, self._folds, self._values, lf.op, VALUE[lf.label], self._tried)
        gains = losses[self._tried == lf.threshold] - losses - GOLD_PRICE / max(int((gold >= 0).sum()), 1)
        best = int(np.argmax(gains))  # NaN, where one user is left, is not above 0
        return (
            [(float(gains[best]), move_threshold(lf, float(self._tried[best]), self._values))]
            if gains[best] > 0
            else []
        )

    def _best_by_text(self, model: CalibratedModel, worth: Floats, gold: Labels) -> list[tuple[float, Edit]]:
        labels, log_odds = takes_keywords(self.lf), logit(model.predict_proba(self.candidates.L_read))
        if not labels and not takes_exceptions(self.lf):
            return []
        opinion = opinion_on_read(self.candidates, log_odds, gold)
        if opinion is None:
            return []
        votes = self.candidates.L_read[:, self.column]

        def gains(moves: Floats) -> Floats:
            by_row = opinion * moves - np.logaddexp(0, log_odds + moves) + np.logaddexp(0, log_odds)
            return np.asarray(self._read @ by_row) * self.candidates.read_share / max(len(votes), 1)

        found: list[tuple[float, Edit]] = []
        for label in labels:
            assert isinstance(self.lf, KeywordLF)
            for gain, i in self._top(gains(np.where(votes == ABSTAIN, worth[VALUE[label]], 0))):
                edit = add_keyword(self.applied.applier, self.lf, self._phrase(i), label, self._hits(i))
                found.append((gain, edit))
        found = sorted(found, key=lambda one: -one[0])[:_CHECKED]
        if takes_exceptions(self.lf):
            excepted = self._top(gains(-worth[votes]))
            found += [(gain, except_where(self.lf, self._phrase(i), self._hits(i), self.votes)) for gain, i in excepted]
        return found

    def _top(self, gains: Floats) -> list[tuple[float, int]]:
        """The phrases with the greatest gains, none within another."""
        order = [int(i) for i in np.argsort(-gains, kind="stable")[: 10 * _CHECKED] if gains[i] > 0]
        apart = phrases_apart([self._phrase(i) for i in order], _CHECKED)
        return [(float(gains[i]), i) for i in order if self._phrase(i) in apart]

    def _phrase(self, i: int) -> str:
        return str(self.candidates.phrases[self._offered[i]])

    def _hits(self, i: int) -> NDArray[np.bool_]:
        return np.asarray(self._dev[:, [self._offered[i]]].toarray().ravel() > 0)


def _improvement(
    choice: _Choice, edit: Edit, gain: float, kept: tuple[float, float, float], gold: Labels
) -> Improvement:
    value, low, high = kept
    both = (choice.votes, edit.votes)
    votes = tuple(int(((v != ABSTAIN) & (gold >= 0)).sum()) for v in both)
    correct = tuple(int(((v != ABSTAIN) & (v == gold)).sum()) for v in both)
    return Improvement(
        edit.action,
        edit.text,
        edit.lf,
        -value * gain,
        (-high * gain, -low * gain),
        (votes[0], votes[1]),
        (correct[0], correct[1]),
    )
