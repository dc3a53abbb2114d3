"""Seeded splits by user."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from weakrec_core.errors import DataError


class SplitConfig(BaseModel):
    """How rows are divided; every user is in one split only.

    Attributes
    ----------
    dev_rows : int or None
        Rows of the gold-labeled dev set; None = a tenth of the rows, at most 8,000 (the tutorial's size).
    valid_share, test_share : float
        Share of the rows.
    seed : int
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dev_rows: int | None = Field(None, ge=1)
    valid_share: float = Field(0.05, gt=0, lt=1)
    test_share: float = Field(0.1, gt=0, lt=1)
    seed: int = 0


def split_by_user(user_idx: NDArray[np.integer], config: SplitConfig) -> pd.Series:
    """Assign each row the split of its user.

    Users are taken in a seeded random order; one whose rows would overfill the split at hand waits for the next, so
    that dev, valid and test hold the number of rows asked for as nearly as whole users allow. The rest is train.

    Parameters
    ----------
    user_idx : int array, shape [n]

    Returns
    -------
    Series of str, shape [n]
        ``train``, ``dev``, ``valid`` or ``test``.

    Raises
    ------
    DataError
        If a split would be empty.
    """
    n = len(user_idx)
    dev_rows = min(8000, n // 10) if config.dev_rows is None else config.dev_rows
    wanted = {"dev": dev_rows, "test": round(n * config.test_share), "valid": round(n * config.valid_share)}
    sizes = np.bincount(user_idx)
    waiting = np.random.default_rng(config.seed).permutation(np.flatnonzero(sizes))
    split_of_user = np.full(len(sizes), "train", dtype=object)
    for split, target in wanted.items():
        room, taken = target, []
        for user in waiting:
            if sizes[user] <= room:
                taken.append(user)
                room -= sizes[user]
                if room == 0:
                    break
        waiting = waiting[~np.isin(waiting, taken)]
        taken = _close_gap(taken, waiting, sizes, room)
        split_of_user[taken] = split
        waiting = waiting[~np.isin(waiting, taken)]
    result = pd.Series(split_of_user[user_idx], dtype="str")
    missing = {"train", *wanted} - set(result.unique())
    if missing:
        raise DataError(
            f"{len(np.unique(user_idx)):,} users with {n:,} rated rows are too few for a split by user with {dev_rows:,} "
            f"dev rows: {', '.join(sorted(missing))} would be empty; ask for another number of dev rows or use more data."
        )
    return result


def _close_gap(taken: list[int], waiting: NDArray[np.int64], sizes: NDArray[np.int64], room: int) -> list[int]:
    """Exchange one taken user for a waiting one with just as many rows more as are missing, if there is such a pair."""
    for i, user in enumerate(taken if room else []):
        fitting = np.flatnonzero(sizes[waiting] == sizes[user] + room)
        if len(fitting):
            return [*taken[:i], int(waiting[fitting[0]]), *taken[i + 1 :]]
    return taken
