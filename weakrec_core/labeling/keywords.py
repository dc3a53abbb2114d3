"""What each keyword of an LF does on dev, so that a useless or a harmful one is seen."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.base import VALUE
from weakrec_core.labeling.kinds import KeywordLF
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
        (i + 1, group.label, keyword, applier.keyword_rows(keyword, lf.match, lf.case_sensitive))
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
