"""The words of one review that speak most clearly for a label, by the other reviews of dev."""

from dataclasses import dataclass

import numpy as np

from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.base import VALUE
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.stats.intervals import wilson
from weakrec_core.suggestions.phrases import Incidence, phrase_incidence

_MIN_REVIEWS = 3
_MAX_SHARE = 0.1  # of the rows: what is in more of them says little, in any language


@dataclass(frozen=True)
class TellingWords:
    """One to three words in lower case, the other dev rows with them that have gold, and those of the label."""

    words: str
    n: int
    correct: int


@remembered
def telling_words(applier: Applier, row: int, label: str, most: int = 6) -> list[TellingWords]:
    """Words of a dev row's review whose other reviews are of a label more often than all are, the surest first.

    Surest: the lower end of Wilson's 95 % interval. What the row's own user wrote is left out of the counts: some write
    the same words under all their reviews. Of phrases within each other that stand for as many reviews, the surest is offered.
    """
    users, gold = applier.dataset.split("dev")["user_idx"].to_numpy(), applier.dataset.gold("dev")
    known = (gold >= 0) & (users != users[row])
    voted = known & (gold == VALUE[label])
    found = _dev_phrases(applier.regardless_of_gold)
    columns = found.hits[[row]].indices
    hits = found.hits[:, columns]
    n, correct = known @ hits, voted @ hits
    low = wilson(correct, n)[0]
    better = np.flatnonzero((correct * known.sum() > voted.sum() * n) & (n <= _MAX_SHARE * known.sum()))
    chosen: list[TellingWords] = []
    for i in better[np.argsort(-low[better], kind="stable")]:
        one = TellingWords(found.phrases[columns[i]], int(n[i]), int(correct[i]))
        if not any(_same(one, other) for other in chosen):
            chosen.append(one)
        if len(chosen) == most:
            break
    return chosen


def _same(a: TellingWords, b: TellingWords) -> bool:
    return (a.n, a.correct) == (b.n, b.correct) and (a.words in b.words or b.words in a.words)


@remembered
def _dev_phrases(applier: Applier) -> Incidence:
    """The phrases of dev's reviews; rows without a review have none."""
    texts = applier.dataset.split("dev")["review_text"].fillna("")
    return phrase_incidence(texts.tolist(), _MIN_REVIEWS)
