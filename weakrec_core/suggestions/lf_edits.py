"""Edits of one LF, with its votes on dev after each: a keyword less, another threshold; a phrase more, or as an exception."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from weakrec_core import ABSTAIN
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.base import LF, VALUE, Label, Votes
from weakrec_core.labeling.conditions import KeywordCondition
from weakrec_core.labeling.kinds import CombinedLF, KeywordLF, SimilarLF, ThresholdLF
from weakrec_core.labeling.kinds.combined import Condition, ThresholdCondition
from weakrec_core.signals import signals_of

Action = Literal["add_keyword", "drop_keyword", "threshold", "unless"]
Hits = NDArray[np.bool_]

_SHARES = np.array([0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6])
_SIMILARITY_STEP = 0.001


@dataclass(frozen=True, eq=False)
class Edit:
    """An edit.

    Attributes
    ----------
    action : {"add_keyword", "drop_keyword", "threshold", "unless"}
    text : str
        What is done.
    lf : LF
        The LF afterwards.
    votes : int8 array, shape [n_dev]
        Its votes on dev.
    """

    action: Action
    text: str
    lf: LF
    votes: Votes


def thresholds_to_try(applied: AppliedSet, lf: ThresholdLF | SimilarLF) -> NDArray[np.float64]:
    """Thresholds at which some dev rows vote and at most about three fifths do, its own among them, ascending."""
    values = lf.measured(applied.applier.columns["dev"])
    known = values[~np.isnan(values)]
    if not len(known) or lf.op == "between" or lf.threshold is None:
        return np.zeros(0)
    step = _SIMILARITY_STEP if isinstance(lf, SimilarLF) else signals_of(applied.dataset)[lf.signal].step
    at = np.quantile(known, _SHARES if lf.op in ("<", "<=") else 1 - _SHARES)
    tried = np.unique(np.append(np.round(np.round(at / step) * step, 6), lf.threshold))
    voting = [t == lf.threshold or _at(lf, float(t)).fires(values).any() for t in tried]
    return np.asarray(tried[voting])


def takes_keywords(lf: LF) -> tuple[Label, ...]:
    """The labels that a phrase can be added for as a keyword."""
    return tuple(dict.fromkeys(g.label for g in lf.groups)) if isinstance(lf, KeywordLF) and lf.match != "regex" else ()


def takes_exceptions(lf: LF) -> bool:
    """Whether the LF can be made to abstain where a phrase stands: of several groups it could not be said."""
    return isinstance(lf, ThresholdLF | CombinedLF) or (isinstance(lf, KeywordLF) and len(lf.groups) == 1)


def add_keyword(applier: Applier, lf: KeywordLF, phrase: str, label: Label, hits: Hits) -> Edit:
    """The phrase as one more keyword of the first group of a label; `hits` are the dev rows that have it."""
    at = next(i for i, group in enumerate(lf.groups) if group.label == label)
    groups = [
        g.model_copy(update={"keywords": (*g.keywords, phrase)}) if i == at else g for i, g in enumerate(lf.groups)
    ]
    found = [_hits(applier, lf, group.keywords) for group in lf.groups]
    found[at] = found[at] | hits
    changed = lf.model_copy(update={"groups": tuple(groups)})
    return Edit("add_keyword", f"add “{phrase}” as {label}", changed, _first(lf, found))


def except_where(lf: LF, phrase: str, hits: Hits, votes: Votes) -> Edit:
    """The LF abstains where a review has the phrase; of the kinds keyword and threshold it becomes a combined one."""
    word = KeywordCondition(type="keywords", keywords=(phrase,), match="word")
    if isinstance(lf, CombinedLF):
        changed = lf.model_copy(update={"unless": (*lf.unless, word)})
    else:
        label = lf.groups[0].label if isinstance(lf, KeywordLF) else lf.label  # type: ignore[attr-defined]
        changed = CombinedLF(name=lf.name, label=label, conditions=(_condition(lf),), unless=(word,))
    return Edit("unless", f"unless the review has “{phrase}”", changed, np.where(hits, ABSTAIN, votes).astype(np.int8))


def _condition(lf: LF) -> Condition:
    if isinstance(lf, KeywordLF):
        shared = {name: getattr(lf, name) for name in ("match", "case_sensitive", "stem")}
        return KeywordCondition(type="keywords", keywords=lf.groups[0].keywords, **shared)
    assert isinstance(lf, ThresholdLF)
    return ThresholdCondition(
        type="threshold", signal=lf.signal, op=lf.op, threshold=lf.threshold, low=lf.low, high=lf.high
    )


def drop_keywords(applier: Applier, lf: KeywordLF) -> Iterator[Edit]:
    """One edit a keyword, but none that would leave its group without."""
    found = [_hits(applier, lf, group.keywords) for group in lf.groups]
    for i, group in enumerate(lf.groups):
        for keyword in group.keywords if len(group.keywords) > 1 else ():
            rest = group.model_copy(update={"keywords": tuple(k for k in group.keywords if k != keyword)})
            if not rest.keywords:
                continue
            votes = _first(lf, [*found[:i], _hits(applier, lf, rest.keywords), *found[i + 1 :]])
            changed = lf.model_copy(update={"groups": (*lf.groups[:i], rest, *lf.groups[i + 1 :])})
            yield Edit("drop_keyword", f"drop “{keyword}” ({group.label})", changed, votes)


def move_threshold(lf: ThresholdLF | SimilarLF, threshold: float, values: NDArray[np.float64]) -> Edit:
    """Another threshold on the number `values`, which dev's rows have."""
    changed = _at(lf, threshold)
    fires, before = changed.fires(values), lf.fires(values)
    how = "tighter" if fires.sum() < before.sum() else "looser"
    votes = np.where(fires, VALUE[lf.label], ABSTAIN).astype(np.int8)
    return Edit("threshold", f"{lf.measure} {lf.op} {threshold:g}, {how}", changed, votes)


def _at(lf: ThresholdLF | SimilarLF, threshold: float) -> ThresholdLF | SimilarLF:
    return lf.model_copy(update={"threshold": threshold})


def _hits(applier: Applier, lf: KeywordLF, keywords: tuple[str, ...]) -> Hits:
    hits = np.zeros(applier.dataset.n_rows("dev"), bool)
    for keyword in keywords:
        hits[applier.keyword_rows(keyword, lf.matching, lf.case_sensitive)] = True
    return hits


def _first(lf: KeywordLF, hits: list[Hits]) -> Votes:
    votes = np.full(len(hits[0]), ABSTAIN, np.int8)
    for group, found in zip(reversed(lf.groups), reversed(hits), strict=True):
        votes[found] = VALUE[group.label]
    return votes
