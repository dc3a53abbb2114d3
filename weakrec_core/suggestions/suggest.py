"""Suggested edits of an LF set, each with what it is expected to change on users not seen."""

from collections.abc import Container, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain, count
from typing import Any, Literal, cast

import numpy as np

from weakrec_core import LABEL_NAMES
from weakrec_core.errors import SpecError
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.base import LF, Label
from weakrec_core.labeling.conditions import Op
from weakrec_core.labeling.kinds import CategoryLF, KeywordGroup, KeywordLF, ThresholdLF
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.stats.intervals import wilson
from weakrec_core.suggestions.candidates import Candidates, Labels, gather_candidates
from weakrec_core.suggestions.expected_gain import Coverage, expected_gain
from weakrec_core.suggestions.greedy_choice import Action, Pick, greedy_choice, lfs_of

DEFAULT_K = 100


@dataclass(frozen=True)
class Suggestion:
    """One edit. All changes are expected ones; a log loss is that of the calibrated label model over all rows with gold,
    cross-validated over users with the choice of the suggestions inside, and below 0 is better.

    Attributes
    ----------
    action : {"add_keyword", "add_threshold", "add_category", "drop_keyword"}
    text : str
        The edit and its reasons in one line.
    lf_name : str
        The LF that is added or changed. Keywords of one label are spread over LFs by strength, 1 the strongest.
    label : {"POSITIVE", "NEGATIVE"}
    keyword, signal, op, threshold
        What is added or dropped; None where it does not apply.
    hits, correct : int
        Dev rows with gold on which it votes, and votes rightly. For a keyword to drop: those that no other keyword of its
        LF hits.
    ci_low, ci_high, lift : float or None
        95 % interval of the share correct, and this share minus the base rate of the label; None without hits.
    source : {"dev", "train"}
        Where the evidence is: dev, if the interval lies off the base rate; else the reviews of train, as a text model that
        has learned from dev reads them.
    coverage_change, log_loss_change : float
        By this edit alone.
    log_loss_interval : (float, float)
        95 % interval of `log_loss_change` over users: of what is kept of estimates such as this one.
    coverage_change_together, log_loss_change_together : float
        By this edit and all those before it.
    log_loss_interval_together : (float, float)
        95 % interval of `log_loss_change_together` over users.
    column, value : str or None
        A column of the table and its value, where that is what is added.
    score : float
        What the list is ordered by: the estimated gain in log-likelihood per row, net of the suggestions before.
    """

    action: Action
    text: str
    lf_name: str
    label: Label
    keyword: str | None
    signal: str | None
    op: Op | None
    threshold: float | None
    hits: int
    correct: int
    ci_low: float | None
    ci_high: float | None
    lift: float | None
    source: Literal["dev", "train"]
    coverage_change: float
    log_loss_change: float
    log_loss_interval: tuple[float, float]
    coverage_change_together: float
    log_loss_change_together: float
    log_loss_interval_together: tuple[float, float]
    score: float
    column: str | None = None
    value: str | None = None


@remembered
def suggest(applied: AppliedSet, k: int = DEFAULT_K) -> list[Suggestion]:
    """The best k edits of an LF set, best first; fewer if the reviews and signals do not offer as many.

    Raises
    ------
    LabelModelError
        If fewer than two users of dev have gold labels.
    WeakrecError
        If an LF of the set cannot be applied: see `Applier.usable`.
    """
    if k < 1:
        raise SpecError(f"The number of suggestions must be 1 or more, not {k}.")
    candidates = gather_candidates(applied)
    gold = applied.dataset.gold("dev")
    expected = expected_gain(candidates, gold, k)
    picks = greedy_choice(candidates, gold, k)
    coverage = Coverage(applied, candidates)
    suggestions = []
    for rank, (pick, (_, number)) in enumerate(zip(picks, lfs_of(picks), strict=True)):
        edit = _edit(candidates, pick, number)
        alone, together = coverage.add(pick)
        figures = _dev_figures(applied.applier, candidates, pick, gold)
        kept, (low, high) = expected.kept.get(pick.action, 0.0), expected.kept_interval.get(pick.action, (0.0, 0.0))
        low_together, high_together = map(float, expected.together_interval[rank])
        suggestion = Suggestion(
            action=pick.action,
            text="",
            **edit,
            **figures,
            coverage_change=alone,
            log_loss_change=-kept * pick.alone,
            log_loss_interval=(-high * pick.alone, -low * pick.alone),
            coverage_change_together=together,
            log_loss_change_together=float(expected.together[rank]),
            log_loss_interval_together=(low_together, high_together),
            score=pick.gain,
        )
        suggestions.append(replace(suggestion, text=_line(suggestion)))
    return suggestions


def worthwhile(suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    """Those that are expected to lower the log loss on users not seen, the most first."""
    return sorted((s for s in suggestions if s.log_loss_change < 0), key=lambda s: s.log_loss_change)


def apply_suggestions(lf_set: LFSet, suggestions: Sequence[Suggestion]) -> LFSet:
    """A copy of the set with edits from `suggest` made, in their order.

    Raises
    ------
    SpecError
        If a keyword to drop is not in the set any more.
    """
    lfs = {lf.name: lf for lf in lf_set.lfs}
    renamed: dict[str, str] = {}
    for s in suggestions:
        if s.action == "drop_keyword":
            lfs[s.lf_name] = _without(lfs.get(s.lf_name), s)
            continue
        name = renamed.get(s.lf_name, s.lf_name)
        if s.action == "add_threshold":
            name = _free_name(name, lfs)
            lfs[name] = ThresholdLF(name=name, signal=s.signal, op=s.op, threshold=s.threshold, label=s.label)
            continue
        if s.action == "add_category":
            renamed[s.lf_name] = _vote_by_value(lfs, name, s)
            continue
        keywords: tuple[str, ...] = ()
        if name in lfs:
            there = lfs[name]
            if _takes(there, s.label):
                keywords = cast(KeywordLF, there).groups[0].keywords
            else:
                name = renamed[s.lf_name] = _free_name(name, lfs)
        keyword = cast(str, s.keyword)
        if keyword not in keywords:
            group = KeywordGroup(label=s.label, keywords=(*keywords, keyword))
            lfs[name] = KeywordLF(name=name, match="word", groups=(group,))
    return LFSet(name=lf_set.name, lfs=tuple(lfs.values()))


def to_json(suggestions: Sequence[Suggestion]) -> list[dict[str, Any]]:
    """The suggestions as JSON values, with their rank from 1."""
    return [{"rank": rank} | asdict(s) for rank, s in enumerate(suggestions, 1)]


def _edit(candidates: Candidates, pick: Pick, number: int) -> dict[str, Any]:
    """What is edited, as fields of a suggestion."""
    name, keyword, signal, op, threshold, column, value = "", None, None, None, None, None, None
    if pick.action == "add_keyword":
        keyword = candidates.phrases[pick.index]
        name = f"suggested_{LABEL_NAMES[pick.label].lower()}_{number}"
    elif pick.action == "add_threshold":
        signal, op, threshold = candidates.thresholds[pick.index]
        name = f"{signal}_{'high' if op == '>=' else 'low'}"
    elif pick.action == "add_category":
        column, value = candidates.categories[pick.index - len(candidates.thresholds)]
        name = f"{column}_{LABEL_NAMES[pick.label].lower()}"[:80]
    else:
        lf, keyword = candidates.dropped[pick.index]
        name = lf.name
    return {
        "lf_name": name,
        "label": LABEL_NAMES[pick.label],
        "keyword": keyword,
        "signal": signal,
        "op": op,
        "threshold": threshold,
        "column": column,
        "value": value,
    }


def _dev_figures(applier: Applier, candidates: Candidates, pick: Pick, gold: Labels) -> dict[str, Any]:
    """hits, correct, ci_low, ci_high, lift and source, from the votes of the LF itself on dev."""
    if pick.action == "add_keyword":
        rows = applier.keyword_rows(candidates.phrases[pick.index], "word", False)
    elif pick.action in ("add_threshold", "add_category"):
        rows = np.flatnonzero(candidates.beyond[:, pick.index])
    else:
        rows = candidates.only[pick.index][1]
    votes = gold[rows][gold[rows] >= 0]
    n, correct = len(votes), int((votes == pick.label).sum())
    if not n:
        return {"hits": 0, "correct": 0, "ci_low": None, "ci_high": None, "lift": None, "source": "train"}
    low, high = (float(bound) for bound in wilson(correct, n))
    base_rate = float((gold == pick.label).sum() / (gold >= 0).sum())
    source = "train" if low <= base_rate <= high else "dev"
    lift = correct / n - base_rate
    return {"hits": n, "correct": correct, "ci_low": low, "ci_high": high, "lift": lift, "source": source}


def _line(s: Suggestion) -> str:
    """A suggestion in one line for people."""
    if s.action == "add_keyword":
        what = f"Add “{s.keyword}” as {s.label}"
    elif s.action == "add_threshold":
        what = f"Add {s.signal} {s.op} {s.threshold:g} as {s.label}"
    elif s.action == "add_category":
        what = f"Add {s.column} = “{s.value}” as {s.label}"
    else:
        what = f"Drop “{s.keyword}” ({s.label}) from {s.lf_name}"
    dev = f"{s.correct} of {s.hits} dev rows right" if s.hits else "no dev row has it"
    if s.lift is not None and s.ci_low is not None and s.ci_high is not None:
        dev += f" [{100 * s.ci_low:.0f}–{100 * s.ci_high:.0f} %], {100 * s.lift:+.0f} points over the base rate"
    return f"{what}: {dev}; coverage {100 * s.coverage_change:+.2f} points, log loss {s.log_loss_change:+.5f}"


def _vote_by_value(lfs: dict[str, LF], name: str, s: Suggestion) -> str:
    """One more value in an LF of that column and label, or a new LF; returns its name."""
    there, side = lfs.get(name), s.label.lower()
    same = isinstance(there, CategoryLF) and there.enabled and there.column == s.column
    values = getattr(there, side) if same else ()
    name = name if same or there is None else _free_name(name, lfs)
    if s.value not in values:
        before = (
            there.model_dump() if same and there is not None else {"kind": "category", "name": name, "column": s.column}
        )
        lfs[name] = CategoryLF.model_validate(before | {side: (*values, s.value)})
    return name


def _without(lf: LF | None, s: Suggestion) -> KeywordLF:
    """The keyword LF without a keyword, and without a group that is empty then."""
    groups = []
    if isinstance(lf, KeywordLF):
        for group in lf.groups:
            kept = tuple(k for k in group.keywords if (k, group.label) != (s.keyword, s.label))
            groups += [KeywordGroup(label=group.label, keywords=kept)] if kept else []
    if not isinstance(lf, KeywordLF) or not groups or tuple(groups) == lf.groups:
        raise SpecError(f"LF {s.lf_name!r}, field groups: there is no keyword {s.keyword!r} for {s.label} to drop.")
    return lf.model_copy(update={"groups": tuple(groups)})


def _takes(lf: LF, label: str) -> bool:
    """Whether a suggested keyword can go into an LF that is there."""
    return (
        isinstance(lf, KeywordLF)
        and (lf.enabled, lf.matching, lf.case_sensitive) == (True, "word", False)
        and [group.label for group in lf.groups] == [label]
    )


def _free_name(name: str, taken: Container[str]) -> str:
    return next(n for n in chain([name], (f"{name}_{i}" for i in count(2))) if n not in taken)
