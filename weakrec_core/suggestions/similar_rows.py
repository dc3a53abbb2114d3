"""LFs of the kind `similar` from example rows, with the threshold proposed from dev and what it is worth on other users."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from weakrec_core import LABEL_NAMES, NEGATIVE, POSITIVE
from weakrec_core.errors import SpecError
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.base import VALUE
from weakrec_core.labeling.kinds import SimilarLF
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.stats.folds import N_FOLDS, user_folds
from weakrec_core.stats.intervals import wilson
from weakrec_core.stats.verdicts import verdict
from weakrec_core.text_vectors.base import MAX_CHARACTERS
from weakrec_core.text_vectors.registry import installed_vectors

_MIN_VOTES, _MIN_SHARE = 20, 0.005  # a threshold votes on at least as many rows with gold, and on this share of them
_MAX_SHARE = 0.3  # beyond, it is hardly "like these" any more
_CUTS = 25  # thresholds that are compared
_NEIGHBOURS = 20  # of each label; with none, what is alike in subject is found, whatever it thinks of it

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Worth:
    """What an LF is worth on dev rows with gold, the examples' own users left out.

    Attributes
    ----------
    n, correct : int
        Votes, and how many of them are right.
    precision, ci_low, ci_high : float
        The share that is right with its Wilson 95 % interval; NaN without votes.
    base_rate : float
        Share of the label among all gold of dev.
    """

    n: int
    correct: int
    precision: float
    ci_low: float
    ci_high: float
    base_rate: float

    @property
    def lift(self) -> float:
        """Precision less base rate."""
        return self.precision - self.base_rate

    @property
    def verdict(self) -> str:
        """Whether its interval lies above the base rate, below, or holds it: see `weakrec_core.stats.verdicts`."""
        return verdict((self.lower_lift, self.ci_high - self.base_rate) if self.n else None)

    @property
    def lower_lift(self) -> float:
        """The lower end of the lift's interval; -inf without votes."""
        return self.ci_low - self.base_rate if self.n else -np.inf


@dataclass(frozen=True, eq=False)
class SimilarProposal:
    """A draft of an LF.

    Attributes
    ----------
    lf : SimilarLF
    held_out : Worth
        With the threshold chosen anew for each fifth of the users from the other four: what choosing it so is worth on users
        not seen.
    rows : tuple of int
        The dev rows that its texts come from.
    """

    lf: SimilarLF
    held_out: Worth
    rows: tuple[int, ...]


@remembered
def propose_similar(
    applied: AppliedSet, rows: tuple[int, ...], label: int | None = None, vectors: str | None = None
) -> list[SimilarProposal]:
    """An LF from dev rows a way to make vectors, the one that is worth most on users not seen first.

    The rows' nearest neighbours of that gold label join the examples, and those of the other are what it is unlike to. The
    threshold has the best lower bound of lift among those that vote on enough rows.

    Parameters
    ----------
    rows : tuple of int
        Positions of dev rows with a review.
    label : {1, 0}, optional
        By default the gold label of most of the rows.
    vectors : str, optional
        One way only; by default all that are installed.

    Raises
    ------
    SpecError
        If none of the rows has a review, or dev has no gold beside them.
    """
    dataset = applied.dataset
    dev, gold = dataset.split("dev"), dataset.gold("dev")
    at = np.array(rows, np.int64)
    at = at[dev["review_text"].iloc[at].notna().to_numpy(bool)]
    examples = tuple(dict.fromkeys(text for text in dev["review_text"].iloc[at] if text.strip()))
    if not examples:
        raise SpecError("None of these rows has a review that others could be like.")
    if label is None:
        label = POSITIVE if (gold[at] == POSITIVE).sum() >= (gold[at] == NEGATIVE).sum() else NEGATIVE
    found = []
    for kind in installed_vectors() if vectors is None else [vectors]:
        draft = SimilarLF(
            name=free_name(applied, label),
            label="POSITIVE" if label == POSITIVE else "NEGATIVE",
            examples=examples[:_NEIGHBOURS],
            threshold=1.0,
            vectors=kind,
        )
        same, others = (_neighbours(applied, draft, at, one) for one in (label, 1 - label))
        used = other_users(applied, np.concatenate([at, same, others]))
        if not used.any():
            raise SpecError("Dev has too few users with gold labels for a threshold to be proposed from them.")
        texts = {
            "examples": (*draft.examples, *dev["review_text"].iloc[same]),
            "unlike": dev["review_text"].iloc[others],
        }
        draft = draft.model_copy(update={name: tuple(t[:MAX_CHARACTERS] for t in part) for name, part in texts.items()})
        values = draft.measured(applied.applier.columns["dev"])
        proposed = _proposed(draft, values, gold, dev["user_idx"].to_numpy(), used)
        found.append(replace(proposed, rows=tuple(map(int, (*at, *same, *others)))))
    return sorted(found, key=lambda one: -one.held_out.lower_lift)


def worth(applied: AppliedSet, lf: SimilarLF, rows: Sequence[int] = ()) -> Worth:
    """What an LF is worth on dev as it is; users of the rows that its examples come from are left out."""
    gold, label = applied.dataset.gold("dev"), VALUE[lf.label]
    fires = lf.fires(lf.measured(applied.applier.columns["dev"])) & other_users(applied, np.array(rows, np.int64))
    return worth_of(int(fires.sum()), int((gold[fires] == label).sum()), gold, label)


def worth_of(n: int, correct: int, gold: NDArray[np.int8], label: int) -> Worth:
    """What votes for a label are worth, given how many there are on rows with gold, how many are right, and dev's gold."""
    low, high = (float(bound) for bound in wilson(correct, n))
    base_rate = float((gold == label).sum() / max((gold >= 0).sum(), 1))
    return Worth(n, correct, correct / n if n else np.nan, low, high, base_rate)


def other_users(applied: AppliedSet, rows: Rows) -> NDArray[np.bool_]:
    """Dev rows with gold of other users than those of some dev rows, shape [n]."""
    users = applied.dataset.split("dev")["user_idx"].to_numpy()
    return np.asarray((applied.dataset.gold("dev") >= 0) & ~np.isin(users, users[rows]))


def free_name(applied: AppliedSet, label: int, stem: str = "like") -> str:
    """A name that no LF of the set has: like_positive_1."""
    taken = {lf.name for lf in applied.lf_set.lfs}
    names = (f"{stem}_{LABEL_NAMES[label].lower()}_{i}" for i in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _neighbours(applied: AppliedSet, draft: SimilarLF, rows: Rows, label: int) -> Rows:
    """The dev rows of a gold label that are the most like the draft, of other users than those of some rows."""
    values = draft.measured(applied.applier.columns["dev"])
    texts = applied.dataset.split("dev")["review_text"]
    there = np.flatnonzero(other_users(applied, rows) & (applied.dataset.gold("dev") == label) & (values > 0))
    nearest = there[np.argsort(-values[there], kind="stable")][:_NEIGHBOURS]
    return np.array([row for row in nearest if texts.iloc[row].strip()], np.int64)


def _proposed(
    draft: SimilarLF, values: NDArray[np.float64], gold: NDArray[np.int8], users: Rows, used: NDArray[np.bool_]
) -> SimilarProposal:
    label = VALUE[draft.label]
    used = used & ~np.isnan(values)
    folds = user_folds(users)
    n = correct = 0
    for fold in range(N_FOLDS):
        learned, held = used & (folds != fold), used & (folds == fold)
        threshold = best_cut(values[learned], gold[learned] == label)
        fires = held & (values >= threshold)
        n, correct = n + int(fires.sum()), correct + int((gold[fires] == label).sum())
    threshold = best_cut(values[used], gold[used] == label)
    lf = draft.model_copy(update={"threshold": threshold})
    return SimilarProposal(lf, worth_of(n, correct, gold, label), ())


def best_cut(values: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The threshold whose votes have the highest lower bound of precision, among those that vote on enough rows.

    Parameters
    ----------
    values : float array, shape [n]
    right : bool array, shape [n]
        Whether a vote would be right.
    """
    if not len(values):
        return 1.0
    order = np.argsort(-values, kind="stable")
    values, hits = values[order], np.cumsum(right[order])
    least = min(max(_MIN_VOTES, round(_MIN_SHARE * len(values))), len(values))
    most = max(round(_MAX_SHARE * len(values)), least)
    wanted = values[np.unique(np.geomspace(least, most, _CUTS).round().astype(int)) - 1]
    n = np.searchsorted(-values, -wanted, side="right")  # all that are tied vote together
    low, _ = wilson(hits[n - 1], n)
    return float(wanted[low.argmax()])
