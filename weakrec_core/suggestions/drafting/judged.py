"""What a model has drafted, judged: an LF is offered if it is valid and right on dev more often than the base rate."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from weakrec_core.errors import SpecError, WeakrecError, quoted
from weakrec_core.labeling.analysis import lf_summary, to_records
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.base import LF
from weakrec_core.labeling.kinds import KeywordLF
from weakrec_core.labeling.parsing import dump_lf, parse_lf
from weakrec_core.labeling.vote_patterns import group_votes
from weakrec_core.limits import DRAFTED_KEYWORDS, DRAFTED_LFS
from weakrec_core.stats.verdicts import BETTER
from weakrec_core.suggestions.similar_rows import other_users

_MIN_VOTES, _MIN_SHARE = 10, 0.005  # an LF votes on at least as many dev rows with gold, and on this share of them
_NAME_CHARACTERS = 60
_KINDS = ("keyword", "threshold")


@dataclass(frozen=True, eq=False)
class Drafted:
    """One LF of an answer.

    Attributes
    ----------
    name : str
    lf : LF or None
        None where it is none.
    figures : dict
        A row of `lf_summary` on dev, the users left out whose reviews were sent; empty where it was not applied.
    problem : str
        Why it is not offered, in a sentence; empty where it is.
    """

    name: str
    lf: LF | None
    figures: dict[str, Any]
    problem: str

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        keys = ("n", "correct", "emp_acc", "ci_low", "ci_high", "base_rate", "lift", "coverage")
        return {
            "name": self.name,
            "lf": None if self.lf is None else dump_lf(self.lf),
            "offered": not self.problem,
            "reason": self.problem or None,
        } | {key: self.figures.get(key) for key in keys}


def judge(applied: AppliedSet, proposed: Sequence[Any], rows: Sequence[int] = ()) -> list[Drafted]:
    """Judge the LFs of an answer; those that are offered first, by the lower end of their lift.

    Parameters
    ----------
    proposed : sequence
        Plain values, from anybody.
    rows : sequence of int
        The dev rows whose reviews were sent: LFs made from them are measured on the other users.
    """
    used = other_users(applied, np.array(rows, np.int64))
    taken = {lf.name for lf in applied.lf_set.lfs}
    there: dict[LF, str] = {lf.nameless(): lf.name for lf in applied.lf_set.lfs}
    found = []
    for values in proposed[:DRAFTED_LFS]:
        name = _name(values, taken)
        taken.add(name)
        try:
            lf = _parsed(values, name)
            if lf.nameless() in there:
                raise SpecError(f"It is the same as {quoted(there[lf.nameless()])}.")
            there[lf.nameless()] = name
            found.append(_measured(applied, lf, used))
        except WeakrecError as e:
            found.append(Drafted(name, None, {}, str(e)))
    if (more := len(proposed) - DRAFTED_LFS) > 0:
        found.append(Drafted(f"{more:,} more", None, {}, f"Of one answer the first {DRAFTED_LFS} LFs are read."))
    return sorted(found, key=lambda one: (bool(one.problem), -_lower_lift(one)))


def _parsed(values: Any, name: str) -> LF:
    """An LF of a kind that models may draft; `SpecError` else."""
    if not isinstance(values, Mapping):
        raise SpecError(f"It is no LF but {quoted(values)}.")
    kind = values.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise SpecError(f"A model may draft LFs of the kinds {' and '.join(_KINDS)}, not {quoted(kind)}.")
    lf = parse_lf(dict(values) | {"name": name, "enabled": True}).without_notes()
    if isinstance(lf, KeywordLF) and sum(len(group.keywords) for group in lf.groups) > DRAFTED_KEYWORDS:
        raise SpecError(f"It has more than {DRAFTED_KEYWORDS} keywords.")
    return lf


def _measured(applied: AppliedSet, lf: LF, used: np.ndarray) -> Drafted:
    votes, gold = applied.applier.votes(lf, "dev"), applied.dataset.gold("dev")
    (figures,) = to_records(lf_summary(group_votes(votes[used][:, None], gold[used])[0], [lf]))
    least = max(_MIN_VOTES, round(_MIN_SHARE * int(used.sum())))
    problem = ""
    if figures["n"] < least:
        problem = f"It votes on {figures['n']:,} of {used.sum():,} dev rows with gold; {least:,} are the least."
    elif figures["verdict"] != BETTER:
        problem = (
            f"It is right on {figures['emp_acc']:.2f} [{figures['ci_low']:.2f}, {figures['ci_high']:.2f}] of {figures['n']:,} dev "
            f"rows, which is not above the base rate {figures['base_rate']:.2f}."
        )
    return Drafted(lf.name, lf, figures, problem)


def _lower_lift(one: Drafted) -> float:
    low = one.figures.get("ci_low")
    return -np.inf if low is None else float(low - one.figures["base_rate"])


def _name(values: Any, taken: set[str]) -> str:
    """A plain name that no LF has: letters, digits and underscores of the one that the model gave."""
    given = values.get("name") if isinstance(values, Mapping) else None
    stem = re.sub(r"\W+", "_", given if isinstance(given, str) else "").strip("_")[:_NAME_CHARACTERS] or "drafted"
    numbered = (f"{stem}_{i}" for i in range(2, len(taken) + 3))
    return next(name for name in (stem, *numbered) if name not in taken)
