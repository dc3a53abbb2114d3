"""Where predictions are worse than elsewhere: rows cut into slices, each compared with all other rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.signals import SignalStore, signals_of
from weakrec_core.signals.languages import languages
from weakrec_core.stats.intervals import wilson
from weakrec_core.stats.verdicts import BETTER, SAME, WORSE

BY_DEFAULT = ("review_length", "language", "stated_stars", "author", "popularity", "history_length")
TOO_FEW = "too few rows"
_QUANTILES = 4
_AUTHORS, _LANGUAGES = 25, 8  # those with the most rows; the others are one slice
MIN_ROWS = 20  # judged rows
_FALSE_DISCOVERIES = 0.05
_OTHERS, _UNKNOWN = "all others", "not known"


@dataclass(frozen=True, eq=False)
class Slicing:
    """One way to cut rows.

    Attributes
    ----------
    by : str
        What the rows are cut by.
    names : list of str
        Of the slices.
    codes : int64 array, shape [n]
        The slice of each row.
    """

    by: str
    names: list[str]
    codes: NDArray[np.int64]


def cut(dataset: Dataset, signals: SignalStore, split: str, by: str) -> Slicing:
    """Cut a split by ``language``, ``author``, ``popularity`` (readers of the book in the data), or quartiles of a signal.

    Raises
    ------
    SpecError
        If there is no such signal.
    """
    books = dataset.column(split, "book_idx").to_numpy()
    if by == "author":
        return _most_frequent(by, dataset.books["author_name"].to_numpy(object)[books], _AUTHORS)
    if by == "language":
        return _most_frequent(by, languages(dataset, split), _LANGUAGES)
    if by == "popularity":
        return _quantiles(by, dataset.n_readers[books].astype(float), "readers")
    values = signals.values(by, split)
    if by == "stated_stars":
        return _quantiles(by, np.round(values), "stars", distinct=6)
    return _quantiles(by, values, signals_of(dataset)[by].told(dataset.noun).unit.split(",")[0].split("(")[0].strip())


@remembered
def sliced(applier: Applier, split: str, by: str) -> Slicing:
    """`cut`, once for a dataset, split and `by`."""
    return cut(applier.dataset, applier.signals, split, by)


def slice_table(slicings: Sequence[Slicing], correct: NDArray[np.integer], covered: NDArray[np.bool_]) -> pd.DataFrame:
    """Accuracy and coverage of every slice, worst first.

    Parameters
    ----------
    slicings : sequence of Slicing
        At least one.
    correct : int array, shape [n]
        1 where the prediction is right, 0 where it is wrong, -1 where it cannot be judged.
    covered : bool array, shape [n]
        Rows with a prediction.

    Returns
    -------
    DataFrame
        by, slice, code, rows, coverage; n (judged rows), correct, accuracy with its Wilson 95 % interval ci_low, ci_high;
        difference (to the accuracy of all other judged rows); p_value (Fisher's exact test of that difference); verdict:
        ``worse`` or ``better`` than the other rows at a false discovery rate of 5 % over all slices of the table
        (Benjamini and Hochberg), ``too few rows`` with fewer than 20 judged ones. The worse slices come first and those with
        too few rows last, each by the upper end of the interval: what is surely bad is at the top.
    """
    from scipy import stats  # takes as long to import as all else here

    table = pd.concat([_counts(s, correct, covered) for s in slicings], ignore_index=True)
    total, right = int((correct >= 0).sum()), int((correct == 1).sum())
    n, k = table["n"].to_numpy(), table["correct"].to_numpy()
    low, high = wilson(k, n)
    with np.errstate(invalid="ignore"):
        accuracy, others = k / n, (right - k) / (total - n)
    testable = (n >= MIN_ROWS) & (total - n >= MIN_ROWS)
    p_value = np.full(len(table), np.nan)
    for i in np.flatnonzero(testable):
        p_value[i] = stats.fisher_exact([[k[i], n[i] - k[i]], [right - k[i], total - n[i] - right + k[i]]]).pvalue
    real = np.zeros(len(table), bool)
    if testable.any():
        real[testable] = stats.false_discovery_control(p_value[testable]) <= _FALSE_DISCOVERIES
    verdict = np.select([n < MIN_ROWS, real & (accuracy < others), real], [TOO_FEW, WORSE, BETTER], SAME)
    table = table.assign(
        accuracy=accuracy, ci_low=low, ci_high=high, difference=accuracy - others, p_value=p_value, verdict=verdict
    )
    group = np.select([verdict == WORSE, verdict == TOO_FEW], [0, 2], 1)
    return table.iloc[np.lexsort((high, group))].reset_index(drop=True)


def _counts(slicing: Slicing, correct: NDArray[np.integer], covered: NDArray[np.bool_]) -> pd.DataFrame:
    size = len(slicing.names)
    rows, voted, judged, right = (
        np.bincount(slicing.codes[keep], minlength=size) for keep in (slice(None), covered, correct >= 0, correct == 1)
    )
    table = pd.DataFrame(
        {
            "by": slicing.by,
            "slice": slicing.names,
            "code": np.arange(size),
            "rows": rows,
            "coverage": voted / np.maximum(rows, 1),
            "n": judged,
            "correct": right,
        }
    )
    return table[table["rows"] > 0]


def _most_frequent(by: str, values: NDArray[np.object_], k: int) -> Slicing:
    known = pd.Series(values, dtype=object).where(lambda s: s.notna(), _UNKNOWN)
    frequent = [str(v) for v in known.value_counts().index[:k]]
    names = [*frequent, _OTHERS]
    codes = pd.Index(frequent, dtype=object).get_indexer(pd.Index(known))
    return Slicing(by, names, np.where(codes < 0, len(frequent), codes))


def _quantiles(by: str, values: NDArray[np.float64], unit: str, distinct: int = _QUANTILES) -> Slicing:
    """Quartiles, or the values themselves where there are few; equal values are never parted."""
    known = ~np.isnan(values)
    levels = np.unique(values[known])
    if len(levels) <= distinct:
        codes = np.searchsorted(levels, values)
        names = [f"{v:,g} {unit.removesuffix('s') if v == 1 else unit}" for v in levels]
    else:
        edges = np.unique(np.quantile(values[known], np.linspace(0, 1, _QUANTILES + 1)[1:-1]))
        codes = np.searchsorted(edges, values, side="left")
        bounds = [levels[0], *edges, levels[-1]]
        names = [f"{bounds[0]:,.4g} to {bounds[1]:,.4g} {unit}"]
        names += [f"over {low:,.4g} to {high:,.4g} {unit}" for low, high in pairwise(bounds[1:])]
    codes = np.where(known, codes, len(names))
    return Slicing(by, [*names, _UNKNOWN], codes.astype(np.int64))
