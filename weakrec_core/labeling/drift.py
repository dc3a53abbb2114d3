"""Whether LFs vote as often on train as on dev."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.base import LF, Votes
from weakrec_core.labeling.result_cache import remembered

_SIGNIFICANT = 1e-3
_MUCH = 0.25  # relative difference of the vote rates


class Rate(NamedTuple):
    """The share of rows that an LF votes on, and its standard error with users as the units."""

    share: float
    error: float


def vote_rate(votes: Votes, user_idx: NDArray[np.integer]) -> Rate:
    """How often an LF votes; the rows of a user are not independent: who writes long reviews triggers every keyword.

    Parameters
    ----------
    votes : int8 array, shape [n]
    user_idx : int array, shape [n], ascending
    """
    n = len(votes)
    if not n:
        return Rate(0.0, 0.0)
    starts = np.flatnonzero(np.r_[True, user_idx[1:] != user_idx[:-1]])
    rows = np.diff(np.r_[starts, n])
    voted = np.add.reduceat((votes != -1).astype(np.int64), starts)
    share = float(voted.sum() / n)
    return Rate(share, float(np.sqrt(((voted - share * rows) ** 2).sum()) / n))


@remembered
def drift_table(applied: AppliedSet) -> pd.DataFrame:
    """Vote rates of the active LFs on dev and train.

    Returns
    -------
    DataFrame
        name, dev, train, and drifts: whether the rates differ by more than a quarter and by more than chance.
    """
    dev, train = (
        np.array([_rate(applied.applier, lf.nameless(), split) for lf in applied.active]).reshape(-1, 2)
        for split in ("dev", "train")
    )
    difference = np.abs(dev[:, 0] - train[:, 0])
    significant = difference > stats.norm.isf(_SIGNIFICANT / 2) * np.hypot(dev[:, 1], train[:, 1])
    much = difference > _MUCH * np.maximum(dev[:, 0], train[:, 0])
    return pd.DataFrame({"name": applied.names, "dev": dev[:, 0], "train": train[:, 0], "drifts": significant & much})


@remembered
def _rate(applier: Applier, lf: LF, split: str) -> Rate:
    return vote_rate(applier.votes(lf, split), applier.dataset.split(split)["user_idx"].to_numpy())
