"""What each keyword of an LF does on dev, so that a useless or a harmful one is seen."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.errors import SpecError
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.base import VALUE
from weakrec_core.labeling.kinds import KeywordLF
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.stats.intervals import wilson


def keyword_table(applier: Applier, lf: KeywordLF, gold: NDArray[np.int8]) -> pd.DataFrame:
    """One row a keyword, in the order of the groups.

    Parameters
    ----------
    gold : int8 array, shape [n_dev]

    Returns
    -------
    DataFrame
        group (from 1), label, keyword; hits (dev rows that contain it), unique (those that no other keyword of the LF hits),
        correct, incorrect (against gold, as if it voted alone), and verdict: ``useless`` without a hit, ``harmful`` if the
        interval of its accuracy lies below the base rate of the label, else empty.
    """
    found = [
        (i + 1, group.label, keyword, applier.keyword_rows(keyword, lf.matching, lf.case_sensitive))
        for i, group in enumerate(lf.groups)
        for keyword in group.keywords
    ]
    times = np.bincount(np.concatenate([rows for *_, rows in found]), minlength=len(gold))
    known = max(int((gold >= 0).sum()), 1)
    records = []
    for group, label, keyword, rows in found:
        correct = int((gold[rows] == VALUE[label]).sum())
        n = int((gold[rows] >= 0).sum())
        high = wilson(correct, n)[1]
        base_rate = (gold == VALUE[label]).sum() / known
        verdict = "useless" if not len(rows) else "harmful" if n and high < base_rate else ""
        records.append((group, label, keyword, len(rows), int((times[rows] == 1).sum()), correct, n - correct, verdict))
    columns = ["group", "label", "keyword", "hits", "unique", "correct", "incorrect", "verdict"]
    return pd.DataFrame(records, columns=columns)


@dataclass(frozen=True)
class KeywordTrial:
    """What one keyword would do on dev if it voted alone: rows with it, those with gold and rightly voted, Wilson's 95 % interval."""

    hits: int
    n: int
    correct: int
    low: float
    high: float
    base_rate: float

    @property
    def lift(self) -> float:
        """Accuracy less the base rate of the label; NaN without a hit of known gold."""
        return self.correct / self.n - self.base_rate if self.n else float("nan")


def try_keyword(applier: Applier, keyword: str, lf: KeywordLF, label: str, gold: NDArray[np.int8]) -> KeywordTrial:
    """What a keyword would do on dev, found as the LF finds its own; gold is int8, shape [n_dev]."""
    of_hits = gold[applier.keyword_rows(keyword, lf.matching, lf.case_sensitive)]
    n, correct = int((of_hits >= 0).sum()), int((of_hits == VALUE[label]).sum())
    low, high = wilson(correct, n)
    base_rate = float((gold == VALUE[label]).sum() / max((gold >= 0).sum(), 1))
    return KeywordTrial(len(of_hits), n, correct, float(low), float(high), base_rate)


def with_keyword(lf: KeywordLF | None, name: str, keyword: str, label: str) -> KeywordLF:
    """The LF with one more keyword, in its first group of that label or a new last one; without an LF, a new one of whole words.

    Raises
    ------
    SpecError
        If the LF has the keyword already, or cannot take it.
    """
    groups: list[tuple[str, list[str]]] = [] if lf is None else [(g.label, list(g.keywords)) for g in lf.groups]
    if any(keyword in keywords for _, keywords in groups):
        raise SpecError(f"LF {name!r} has the keyword {keyword!r} already.")
    same = next((keywords for voted, keywords in groups if voted == label), None)
    if same is None:
        groups.append((label, [keyword]))
    else:
        same.append(keyword)
    values = {"kind": "keyword", "name": name, "match": "word"} if lf is None else lf.model_dump(mode="json")
    made = parse_lf(values | {"groups": [{"label": voted, "keywords": keywords} for voted, keywords in groups]})
    assert isinstance(made, KeywordLF)
    return made
