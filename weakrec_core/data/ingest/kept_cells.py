"""The cells of kept columns as numbers, categories or votes."""

import math
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core import ABSTAIN, NEGATIVE, POSITIVE
from weakrec_core.data.ingest.notations import WORDS, has_decimal_comma, number
from weakrec_core.data.kept_columns import KeptColumn, Kind
from weakrec_core.errors import DataError

_STEPS = 100  # of a threshold, over the middle 98 % of the values
_ENOUGH = 20  # rows to tell how well a column tells gold
_VOTES = {"positive": POSITIVE, "negative": NEGATIVE, "abstain": ABSTAIN, "none": ABSTAIN}
_NUMBERED = {1.0: POSITIVE, 0.0: NEGATIVE, -1.0: ABSTAIN}
_OF_THREE = {2.0: POSITIVE, 1.0: ABSTAIN, 0.0: NEGATIVE}


def as_kept(cells: pd.Series, name: str, kind: Kind) -> tuple[pd.Series, int]:
    """The cells of a column, NaN where blank, as what they are kept as.

    Returns
    -------
    Series
        float64 (NaN = not known), category (NaN = not known) or int8 (1, 0, -1).
    unread : int
        Cells of a signal that are neither blank nor a number, and so not known.

    Raises
    ------
    DataError
        If no cell is a number, or one is no vote.
    """
    if kind == "category":
        return cells.str.strip().astype("category"), 0
    if kind == "signal":
        values = _numbers(cells)
        known = int(values.notna().sum())
        if not known:
            raise DataError(f"Column {name!r} has no number in any row, so it is no signal; keep it as a category.")
        return values, int(cells.notna().sum()) - known
    votes = read_votes(cells.dropna().unique())
    for cell, vote in votes.items():
        if vote is None:
            raise DataError(
                f"Column {name!r} has {cell[:40]!r}, which is no vote; votes are 1, 0 and -1 (abstains), or 2, 1 (abstains) and 0, or "
                "POSITIVE, NEGATIVE and ABSTAIN, or words such as like and dislike."
            )
    return cells.map(votes).fillna(ABSTAIN).astype("int8"), 0


def read_votes(distinct: Iterable[str]) -> dict[str, int | None]:
    """Each of a column's texts as 1 (POSITIVE), 0 (NEGATIVE) or -1 (ABSTAIN), None if it is no vote.

    Numbers are these, but where there is a 2: then they are 2 (POSITIVE), 1 (ABSTAIN) and 0 (NEGATIVE).

    Examples
    --------
    >>> read_votes(["1", "0", "-1", "4"]), read_votes(["0", "1", "2"]), read_votes(["rotten", "Abstain"])
    ({'1': 1, '0': 0, '-1': -1, '4': None}, {'0': 0, '1': -1, '2': 1}, {'rotten': 0, 'Abstain': -1})
    """
    numbers = {text: number(text.strip()) for text in distinct}
    numbered = _OF_THREE if set(numbers.values()) <= _OF_THREE.keys() and 2.0 in numbers.values() else _NUMBERED
    found: dict[str, int | None] = {}
    for text, value in numbers.items():
        word = text.strip().lower()
        if word in _VOTES:
            found[text] = _VOTES[word]
        elif word in WORDS:
            found[text] = {1.0: POSITIVE, 0.0: NEGATIVE}.get(WORDS[word], ABSTAIN)
        else:
            found[text] = numbered.get(value)
    return found


def described(values: pd.Series, kind: Kind, unread: int, gold: NDArray[np.integer]) -> KeptColumn:
    """What is to be known of a kept column.

    Parameters
    ----------
    values : Series
        As `as_kept` gives them.
    gold : int array, shape [n]
        Gold of the rows that are dev's, -1 for all others.
    """
    there = (values != ABSTAIN) if kind == "votes" else values.notna()
    measured = there.to_numpy() & (gold >= 0)
    labels = gold[measured] == POSITIVE
    agreement = None
    if len(labels) >= _ENOUGH and 0 < labels.sum() < len(labels):
        at = values[measured]
        agreement = _rank_agreement(at.to_numpy(), labels) if kind == "signal" else _majority_agreement(at, labels)
    step = _step(values[there].to_numpy()) if kind == "signal" else 1.0
    return KeptColumn(kind=kind, known=int(there.sum()), unread=unread, step=step, agreement=agreement)


def _numbers(cells: pd.Series) -> pd.Series:
    values = pd.to_numeric(cells, errors="coerce").astype("float64").replace([np.inf, -np.inf], np.nan)
    rest = cells[values.isna() & cells.notna()].str.strip()
    decimal_comma = any(map(has_decimal_comma, rest.drop_duplicates()))
    truth = {"true": 1.0, "false": 0.0}
    read = _by_distinct(rest, lambda cell: truth.get(cell.lower(), number(cell, decimal_comma)))
    values[rest.index] = read
    return values


def _by_distinct(cells: pd.Series, read: Callable[[str], float]) -> pd.Series:
    """`read` of every cell, called once a distinct one; NaN where there is none."""
    codes, distinct = pd.factorize(cells)
    values = np.array([*(read(cell) for cell in distinct), math.nan])
    return pd.Series(values[codes], cells.index)


def _step(values: NDArray[np.float64]) -> float:
    """A power of ten that divides the usual range into about a hundred parts; whole numbers are not broken."""
    low, high = np.quantile(values, [0.01, 0.99]) if len(values) else (0.0, 0.0)
    if high <= low:
        return 1.0
    step = 10.0 ** math.floor(math.log10((high - low) / _STEPS) + 0.5)
    return max(step, 1.0) if (values == np.floor(values)).all() else float(f"{step:.0e}")


def _rank_agreement(values: NDArray[np.float64], labels: NDArray[np.bool_]) -> float:
    """``|2 AUC - 1|``: 1 where a threshold divides the labels, whatever the scale."""
    from scipy.stats import rankdata

    n = int(labels.sum())

    auc = (rankdata(values)[labels].sum() - n * (n + 1) / 2) / (n * (len(labels) - n))
    return float(abs(2 * auc - 1))


def _majority_agreement(values: pd.Series, labels: NDArray[np.bool_]) -> float:
    """How many of the less common label's rows the others of the same value get right, in excess of what the base rate does."""
    groups = pd.Series(labels.astype(int)).groupby(values.to_numpy())
    others, positive = groups.transform("size") - 1, groups.transform("sum") - labels
    usual = labels.mean() >= 0.5
    said = np.where(2 * positive == others, usual, 2 * positive > others)
    right, base = float((said == labels).mean()), float(max(labels.mean(), 1 - labels.mean()))
    return max(0.0, (right - base) / (1 - base))
