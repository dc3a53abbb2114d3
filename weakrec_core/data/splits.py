"""Seeded splits, by user or by time."""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from weakrec_core.errors import DataError

LAST_SHARE = 0.25  # of each user's rows, by time


class SplitConfig(BaseModel):
    """How rows are divided.

    Attributes
    ----------
    by : {"user", "time"}
        Whether every user is in one split only, or the last rows of each are held out; see `split_by_user`, `split_by_time`.
    dev_rows : int or None
        Rows of the gold-labeled dev set; None = a tenth of the rows, by time two fifths of those held out, at most 8,000 (the
        tutorial's size).
    valid_share, test_share : float
        Share of the rows; by time, what is held out and not dev's is shared in this proportion.
    seed : int
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Literal["user", "time"] = "user"
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
    result = _divided(user_idx, wanted, "train", config.seed)
    if missing := {"train", *wanted} - set(result):
        raise DataError(
            f"{len(np.unique(user_idx)):,} users with {n:,} rated rows are too few for a split by user with {dev_rows:,} "
            f"dev rows: {', '.join(sorted(missing))} would be empty; ask for another number of dev rows or use more data."
        )
    return pd.Series(result, dtype="str")


def split_by_time(user_idx: NDArray[np.integer], place: NDArray[np.integer], config: SplitConfig) -> pd.Series:
    """Hold out the last quarter of each user's rows: of dev, valid or test, all of a user's in the same one.

    The quarter is rounded down, but is one row at least; of a user with a single row nothing is held out. The rest is train.

    Parameters
    ----------
    user_idx : int array, shape [n]
    place : int array, shape [n]
        Which of the user's interactions it is, in the order of time.

    Returns
    -------
    Series of str, shape [n]
        ``train``, ``dev``, ``valid`` or ``test``.

    Raises
    ------
    DataError
        If a split would be empty.

    Examples
    --------
    >>> split = split_by_time(np.repeat([0, 1, 2], 8), np.tile(np.arange(8), 3), SplitConfig(by="time", dev_rows=2))
    >>> [sorted(set(split[i : i + 6])) for i in (0, 8, 16)], sorted(split[[6, 14, 22]])
    ([['train'], ['train'], ['train']], ['dev', 'test', 'valid'])
    """
    sizes = np.bincount(user_idx)
    n_last = np.where(sizes > 1, np.maximum((sizes * LAST_SHARE).astype(np.int64), 1), 0)
    order = np.lexsort([place, user_idx])
    rank = np.arange(len(order)) - (np.cumsum(sizes) - sizes)[user_idx[order]]
    held = np.zeros(len(order), bool)
    held[order] = rank >= (sizes - n_last)[user_idx[order]]
    n = int(held.sum())
    dev_rows = min(8000, 2 * n // 5) if config.dev_rows is None else config.dev_rows
    test_share = config.test_share / (config.test_share + config.valid_share)
    wanted = {"dev": dev_rows, "test": max(0, round((n - dev_rows) * test_share))}
    result = np.full(len(user_idx), "train", dtype=object)
    result[held] = _divided(user_idx[held], wanted, "valid", config.seed)
    if missing := {"train", "valid", *wanted} - set(result):
        raise DataError(
            f"{n:,} rated rows, the last quarter of those of {int((n_last > 0).sum()):,} users, are too few for a split by time "
            f"with {dev_rows:,} dev rows: {', '.join(sorted(missing))} would be empty; ask for another number of dev rows or use "
            "more data."
        )
    return pd.Series(result, dtype="str")


def first_held_out(
    user_idx: NDArray[np.integer], place: NDArray[np.integer], split: pd.Series, n_users: int
) -> NDArray[np.int64]:
    """The place of each user's first row that is not train's, shape [n_users]; past all places where there is none."""
    first = np.full(n_users, np.iinfo(np.int64).max)
    held = (split != "train").to_numpy()
    np.minimum.at(first, user_idx[held], place[held])
    return first


def _divided(user_idx: NDArray[np.integer], wanted: dict[str, int], rest: str, seed: int) -> NDArray[np.object_]:
    """Each row's split, a user's rows all in one: as many rows as are wanted, as nearly as whole users allow."""
    sizes = np.bincount(user_idx)
    waiting = np.random.default_rng(seed).permutation(np.flatnonzero(sizes))
    split_of_user = np.full(len(sizes), rest, dtype=object)
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
    return np.asarray(split_of_user[user_idx])


def _close_gap(taken: list[int], waiting: NDArray[np.int64], sizes: NDArray[np.int64], room: int) -> list[int]:
    """Exchange one taken user for a waiting one with just as many rows more as are missing, if there is such a pair."""
    for i, user in enumerate(taken if room else []):
        fitting = np.flatnonzero(sizes[waiting] == sizes[user] + room)
        if len(fitting):
            return [*taken[:i], int(waiting[fitting[0]]), *taken[i + 1 :]]
    return taken
