"""Suggested edits in the light of the rows at hand."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core import ABSTAIN
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.base import VALUE
from weakrec_core.labeling.conditions import SignalCondition
from weakrec_core.labeling.kinds import CategoryLF, KeywordLF, ThresholdLF
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.suggestions.suggest import Suggestion


@dataclass(frozen=True, eq=False)
class Relevant:
    """A suggestion and what it does on some rows.

    Attributes
    ----------
    suggestion : Suggestion
    helped_rows, harmed_rows : int64 arrays
        Positions of the dev rows with gold that it touches, among those at hand: where it speaks for the gold label, and
        against it. A keyword to drop speaks against its own label.
    """

    suggestion: Suggestion
    helped_rows: NDArray[np.int64]
    harmed_rows: NDArray[np.int64]

    @property
    def helped(self) -> int:
        return len(self.helped_rows)

    @property
    def harmed(self) -> int:
        return len(self.harmed_rows)

    @property
    def gain(self) -> float:
        """Rows helped less rows harmed, times the lift on dev: what is to be expected beyond chance."""
        return (self.helped - self.harmed) * max(self.suggestion.lift or 0.0, 0.0)


def relevant(
    applied: AppliedSet, suggestions: Sequence[Suggestion], at_hand: NDArray[np.int64], opened: int | None = None
) -> list[Relevant]:
    """Those with a gain on the rows at hand, the most first; else as in the list.

    Parameters
    ----------
    opened : int or None
        A dev row looked at: what speaks for its gold comes first, what speaks against it is left out.
    """
    gold = applied.dataset.gold("dev")
    here = np.zeros(len(gold), bool)
    here[at_hand] = True
    found = []
    for s in suggestions:
        rows = touched_rows(applied, s)
        rows = rows[here[rows]]
        rows = rows[gold[rows] != ABSTAIN]
        agrees = (gold[rows] == VALUE[s.label]) != (s.action == "drop_keyword")
        one = Relevant(s, rows[agrees], rows[~agrees])
        if one.gain > 0 and opened not in one.harmed_rows:
            found.append(one)
    return sorted(found, key=lambda one: (opened not in one.helped_rows, -one.gain))


def touched_rows(applied: AppliedSet, s: Suggestion) -> NDArray[np.int64]:
    """Positions of the dev rows that have the keyword or the value, or are beyond the threshold."""
    if s.action == "add_category":
        return np.flatnonzero(applied.applier.columns["dev"].category(s.column or "") == s.value)
    if s.keyword is None:
        condition = SignalCondition(signal=s.signal or "", op=s.op or ">=", threshold=s.threshold)
        return np.flatnonzero(condition.holds(applied.applier.columns["dev"]))
    lf = next((lf for lf in applied.lf_set.lfs if lf.name == s.lf_name), None)
    if s.action == "drop_keyword" and isinstance(lf, KeywordLF):
        return applied.applier.keyword_rows(s.keyword, lf.matching, lf.case_sensitive)
    return applied.applier.keyword_rows(s.keyword, "word", False)


def is_open(lf_set: LFSet, s: Suggestion) -> bool:
    """Whether a suggestion made for an earlier state of the set still changes it."""
    if s.action == "add_threshold":
        return not any(isinstance(lf, ThresholdLF) and lf.signal == s.signal for lf in lf_set.active)
    if s.action == "add_category":
        named = (lf for lf in lf_set.active if isinstance(lf, CategoryLF) and lf.column == s.column)
        return not any(s.value in (*lf.positive, *lf.negative) for lf in named)
    keywords = {
        (lf.name, group.label, keyword)
        for lf in lf_set.active
        if isinstance(lf, KeywordLF)
        for group in lf.groups
        for keyword in group.keywords
    }
    if s.action == "drop_keyword":
        return (s.lf_name, s.label, s.keyword) in keywords
    return (s.label, s.keyword) not in {key[1:] for key in keywords}
