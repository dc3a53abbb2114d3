"""Phrases that are telling of some dev rows, and a keyword LF of those that are right on dev."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core import LABEL_NAMES
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.kinds import KeywordLF
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.stats.folds import N_FOLDS, user_folds
from weakrec_core.suggestions.phrases import phrase_incidence, says_something
from weakrec_core.suggestions.similar_rows import Worth, free_name, worth_of

_MAX_READ = 20_000  # reviews
_MIN_REVIEWS, _MIN_SHARE = 5, 0.002  # a phrase is in at least as many reviews, and in this share of them
_MIN_HITS = 3  # of a telling phrase within the rows
_PRIOR = 10.0  # reviews that a phrase's share in all of dev counts for
_TELLING = 2.0  # standard errors
_TRIED, _KEYWORDS = 60, 10  # phrases
# A keyword's share of right votes, drawn to the base rate by as many rows, lies above it by as much.
_SHRUNK, _MIN_LIFT = 10.0, 0.03

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class DevPhrases:
    """Phrases that say something, and the dev rows that they occur in.

    Attributes
    ----------
    rows : int64 array, shape [r]
        Dev rows with a review; of more than 20,000 a seeded sample.
    phrases : list of str, length p
    hits : scipy.sparse.csc_array, shape [r, p]
    """

    rows: Rows
    phrases: list[str]
    hits: Any


@dataclass(frozen=True, eq=False)
class KeywordDraft:
    """A keyword LF from phrases that are telling of some rows.

    Attributes
    ----------
    lf : KeywordLF
    held_out : Worth
        With the keywords chosen anew for each fifth of the users from the other four's gold.
    """

    lf: KeywordLF
    held_out: Worth


@remembered
def dev_phrases(applier: Applier) -> DevPhrases:
    """The phrases of the reviews of dev."""
    texts = applier.dataset.split("dev")["review_text"]
    rows = sampled(np.flatnonzero(texts.notna()))
    found = phrase_incidence(texts.iloc[rows].tolist(), max(_MIN_REVIEWS, round(_MIN_SHARE * len(rows))))
    use = np.flatnonzero([says_something(phrase) for phrase in found.phrases])
    return DevPhrases(rows, [found.phrases[j] for j in use], found.hits.tocsc()[:, use])


def telling_phrases(applier: Applier, rows: Rows) -> Rows:
    """Columns of `dev_phrases` that are more frequent in some dev rows than in the others, beyond chance.

    The first are those whose log-odds lie above by the most standard errors (Monroe et al. 2008).
    """
    found = dev_phrases(applier)
    inside = np.isin(found.rows, rows)
    total, n_in, n_out = np.asarray(found.hits.sum(axis=0)).ravel(), inside.sum(), (~inside).sum()
    within = np.asarray(inside.astype(float) @ found.hits).ravel()
    prior = _PRIOR * total / max(len(inside), 1)
    yes, yes_out = within + prior, total - within + prior
    no, no_out = n_in - within + _PRIOR - prior, n_out - (total - within) + _PRIOR - prior
    z = (np.log(yes / no) - np.log(yes_out / no_out)) / np.sqrt(1 / yes + 1 / yes_out)
    order = np.argsort(-z, kind="stable")
    return np.asarray(order[(z[order] > _TELLING) & (within[order] >= _MIN_HITS)], np.int64)


def keyword_draft(applied: AppliedSet, telling: Rows, label: int | None) -> KeywordDraft | None:
    """A keyword LF of those of `telling_phrases` that are right for a label on dev more often than the base rate.

    None where no phrase is, or without a label.
    """
    if label is None:
        return None
    found, gold = dev_phrases(applied.applier), applied.dataset.gold("dev")
    folds = user_folds(applied.dataset.split("dev")["user_idx"].to_numpy())[found.rows]
    known = gold[found.rows] >= 0
    right = gold[found.rows] == label
    columns = telling[:_TRIED]
    hits = found.hits[:, columns].toarray() > 0
    phrases = [found.phrases[j] for j in columns]
    n = correct = 0
    for fold in range(N_FOLDS):
        held = known & (folds == fold)
        fires = held & hits[:, _chosen(hits, phrases, known & ~held, right)].any(axis=1)
        n, correct = n + int(fires.sum()), correct + int((fires & right).sum())
    chosen = _chosen(hits, phrases, known, right)
    if not chosen:
        return None
    stem = re.sub(r"\W+", "_", phrases[chosen[0]])[:40]
    lf = parse_lf(
        {
            "kind": "keyword",
            "name": free_name(applied, label, stem),
            "match": "word",
            "groups": [{"label": LABEL_NAMES[label], "keywords": [phrases[j] for j in chosen]}],
        }
    )
    assert isinstance(lf, KeywordLF)
    return KeywordDraft(lf, worth_of(n, correct, gold, label))


def _chosen(
    hits: NDArray[np.bool_], phrases: Sequence[str], learned: NDArray[np.bool_], right: NDArray[np.bool_]
) -> list[int]:
    """The columns whose votes are right more often than the base rate on some rows, the best first, none within another."""
    base = right[learned].mean() if learned.any() else 0.0
    n, correct = hits[learned].sum(axis=0), hits[learned & right].sum(axis=0)
    shrunk = (correct + _SHRUNK * base) / (n + _SHRUNK)
    order = [int(j) for j in np.argsort(-shrunk, kind="stable") if shrunk[j] - base >= _MIN_LIFT]
    names = phrases_apart([phrases[j] for j in order], _KEYWORDS)
    return [j for j in order if phrases[j] in names]


def phrases_apart(phrases: Sequence[str], k: int) -> tuple[str, ...]:
    """The first k phrases none of which holds another."""
    taken: list[str] = []
    for phrase in phrases:
        if len(taken) < k and not any(f" {a} " in f" {b} " for old in taken for a, b in ((old, phrase), (phrase, old))):
            taken.append(phrase)
    return tuple(taken)


def sampled(rows: Rows) -> Rows:
    """The rows, or of more than 20,000 a seeded sample, in order."""
    if len(rows) <= _MAX_READ:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, _MAX_READ, replace=False))
