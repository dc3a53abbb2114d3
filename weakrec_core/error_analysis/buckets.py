"""The dev rows of an LF set by what LFs and label model make of them: buckets, their counts and their rows."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core import ABSTAIN, NEGATIVE, POSITIVE
from weakrec_core.error_analysis.filters import Kind, RowFilter
from weakrec_core.error_analysis.slices import Slicing, sliced
from weakrec_core.errors import LabelModelError, SpecError
from weakrec_core.label_model.held_out import HeldOut, held_out
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.base import VALUE
from weakrec_core.labeling.result_cache import remembered

Mask = NDArray[np.bool_]
BUCKETS: tuple[str, ...] = get_args(Kind)
LOW_CONFIDENCE = 0.6  # of the likelier label


@dataclass(frozen=True, eq=False)
class Buckets:
    """The dev rows of one LF set.

    Attributes
    ----------
    applied : AppliedSet
        Without LFs that cannot be applied.
    L : int8 array, shape [n, m]
    gold : int8 array, shape [n]
        1, 0, or -1 where not known.
    fitted : HeldOut or None
        The cross-validated label model; None where dev has no gold.
    p_positive : float64 array, shape [n]
        Its probability of each row; NaN where there is none.
    said : int8 array, shape [n]
        The likelier label of rows with a vote, else -1; -1 also at exactly 0.5.
    """

    applied: AppliedSet
    L: NDArray[np.int8]
    gold: NDArray[np.int8]
    fitted: HeldOut | None
    p_positive: NDArray[np.float64]
    said: NDArray[np.int8]
    n_positive: NDArray[np.int64]
    n_negative: NDArray[np.int64]

    @cached_property
    def covered(self) -> Mask:
        """Rows with a vote."""
        return np.asarray(self.n_positive + self.n_negative > 0)

    @cached_property
    def correct(self) -> NDArray[np.int8]:
        """Whether the label model is right on rows with a vote (1, 0), else -1; shape [n]."""
        judged = (self.said != ABSTAIN) & (self.gold != ABSTAIN)
        return np.where(judged, self.said == self.gold, -1).astype(np.int8)

    def kind(self, kind: str) -> Mask:
        """The rows of one of `RowFilter`'s kinds."""
        match kind:
            case "right":
                return np.asarray(self.correct == 1)
            case "wrong":
                return np.asarray(self.correct == 0)
            case "conflict":
                return np.asarray((self.n_positive > 0) & (self.n_negative > 0))
            case "uncovered":
                return ~self.covered
            case "low_confidence":
                return np.asarray(self.covered & (np.maximum(self.p_positive, 1 - self.p_positive) < LOW_CONFIDENCE))
            case "tie":
                return np.asarray((self.n_positive > 0) & (self.n_positive == self.n_negative))
        raise SpecError(f"There is no bucket {kind!r}.")

    def outcome(self, lf: str, outcome: str) -> Mask:
        """The rows of one of `RowFilter`'s outcomes of an LF; `SpecError` if the set has no such LF switched on."""
        if lf not in self.applied.names:
            raise SpecError(f"The LF set has no LF {lf!r} that is on and works.")
        votes = self.L[:, self.applied.names.index(lf)]
        known = self.gold != ABSTAIN
        match outcome:
            case "voted":
                return np.asarray(votes != ABSTAIN)
            case "correct":
                return np.asarray((votes == self.gold) & known)
            case "incorrect":
                return np.asarray((votes != ABSTAIN) & known & (votes != self.gold))
        abstained = votes == ABSTAIN
        helped = np.zeros(len(votes), bool)
        for label in (NEGATIVE, POSITIVE):
            if (votes == label).any():
                helped |= self._unhelped[label]
        return np.asarray(abstained & helped)

    def mask(self, wanted: RowFilter, starred: Collection[int] = ()) -> Mask:
        """The rows for which all conditions of a filter hold; `starred` are positions.

        Raises
        ------
        SpecError
            If the filter names an LF or a signal that is not there.
        """
        found = np.ones(len(self.gold), bool)
        if wanted.model is not None:
            found &= self.said == VALUE[wanted.model]
        if wanted.gold is not None:
            found &= self.gold == VALUE.get(wanted.gold, ABSTAIN)
        if wanted.kind is not None:
            found &= self.kind(wanted.kind)
        if wanted.lf is not None and wanted.outcome is not None:
            found &= self.outcome(wanted.lf, wanted.outcome)
        if wanted.signal is not None:
            values = self.applied.applier.signals.values(wanted.signal, "dev")
            low = -np.inf if wanted.low is None else wanted.low
            found &= (values >= low) & (values <= (np.inf if wanted.high is None else wanted.high))
        if wanted.text is not None:
            found &= self._at(self.applied.applier.keyword_rows(wanted.text, "substring", False))
        if wanted.by is not None and wanted.slice is not None:
            slicing = self.slicing(wanted.by)
            if wanted.slice not in slicing.names:
                raise SpecError(f"There is no slice {wanted.slice!r} by {wanted.by}.")
            found &= slicing.codes == slicing.names.index(wanted.slice)
        rows = self.applied.dataset.split("dev")
        if wanted.user is not None:
            user_ids = self.applied.dataset.user_ids
            found &= np.isin(rows["user_idx"].to_numpy(), np.flatnonzero(user_ids == wanted.user))
        if wanted.book is not None:
            found &= self._books_named(wanted.book)[rows["book_idx"].to_numpy()]
        if wanted.starred:
            found &= self._at(np.array(sorted(starred), np.int64))
        return found

    def rows(self, wanted: RowFilter, starred: Collection[int] = ()) -> NDArray[np.int64]:
        """Positions of the rows of a filter: the label model's largest errors first, reviews before rows without one."""
        found = np.flatnonzero(self.mask(wanted, starred))
        return np.asarray(found[np.argsort(self._order[found], kind="stable")])

    def slicing(self, by: str) -> Slicing:
        """Dev cut by a signal or another property of the rows."""
        return sliced(self.applied.applier, "dev", by)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Rows of each kind."""
        return {kind: int(self.kind(kind).sum()) for kind in BUCKETS}

    @cached_property
    def by_lf(self) -> pd.DataFrame:
        """One row an LF: name, correct, incorrect, could_help (numbers of rows)."""
        outcomes = ("correct", "incorrect", "could_help")
        counts = [[int(self.outcome(name, o).sum()) for o in outcomes] for name in self.applied.names]
        return pd.DataFrame(counts, index=pd.Index(self.applied.names, name="name"), columns=outcomes).reset_index()

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """Rows by what the label model says (NEGATIVE, POSITIVE) and gold (NEGATIVE, POSITIVE), shape [2, 2]."""
        both = (self.said != ABSTAIN) & (self.gold != ABSTAIN)
        return np.bincount(2 * self.said[both] + self.gold[both], minlength=4).reshape(2, 2)

    @cached_property
    def _order(self) -> NDArray[np.uint16]:
        """What the rows of a filter are ordered by, ascending; in 16 bits, which sort in linear time."""
        p = np.nan_to_num(self.p_positive, nan=0.5)
        error = np.where(self.gold != ABSTAIN, np.abs(p - self.gold), 0.5 - np.abs(p - 0.5))
        reviewed = self.applied.dataset.split("dev")["review_text"].notna().to_numpy(bool)
        return np.asarray(2 * np.round(32766 * (1 - error)) + ~reviewed, np.uint16)

    @cached_property
    def _unhelped(self) -> dict[int, Mask]:
        """By gold label, the rows on which the label model is wrong or has no vote."""
        lacking = (self.correct == 0) | ~self.covered
        return {label: np.asarray(lacking & (self.gold == label)) for label in (NEGATIVE, POSITIVE)}

    def _at(self, rows: NDArray[np.int64]) -> Mask:
        there = np.zeros(len(self.gold), bool)
        there[rows] = True
        return there

    def _books_named(self, part: str) -> Mask:
        books = self.applied.dataset.books
        named = np.zeros(len(books), bool)
        for column in ("title", "author_name"):
            named |= books[column].str.contains(part, case=False, regex=False, na=False).to_numpy(bool)
        return named


@remembered
def buckets(applied: AppliedSet) -> Buckets:
    """The buckets of an LF set on dev."""
    L, gold = applied.votes("dev"), applied.dataset.gold("dev")
    try:
        fitted = held_out(applied)
        p_positive = fitted.p_positive
    except LabelModelError:
        fitted, p_positive = None, np.full(len(gold), np.nan)
    n_positive, n_negative = (L == POSITIVE).sum(axis=1), (L == NEGATIVE).sum(axis=1)
    covered = n_positive + n_negative > 0
    return Buckets(applied, L, gold, fitted, p_positive, likelier_label(p_positive, covered), n_positive, n_negative)


def likelier_label(p_positive: NDArray[np.float64], has_vote: Mask) -> NDArray[np.int8]:
    """What a label model says of rows with a vote: the likelier label; ABSTAIN of others and at exactly 0.5. All of shape [n]."""
    said = np.select([has_vote & (p_positive > 0.5), has_vote & (p_positive < 0.5)], [POSITIVE, NEGATIVE], ABSTAIN)
    return said.astype(np.int8)
