"""What a threshold LF would do at every threshold: histogram by gold label, precision, coverage and lift."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core import NEGATIVE, POSITIVE
from weakrec_core.errors import SpecError
from weakrec_core.labeling.base import VALUE
from weakrec_core.labeling.thresholded import Thresholded
from weakrec_core.stats.domain import Domain, domain
from weakrec_core.stats.intervals import wilson

_GRID = 160


@dataclass(frozen=True, eq=False)
class Sweep:
    """A threshold or similar LF at every threshold; displays as its table.

    Attributes
    ----------
    lf : ThresholdLF or SimilarLF
    table : DataFrame
        From `sweep`.
    bins : DataFrame
        From `histogram`.
    shown : Domain or None
        The range of the signal; None where it is nowhere known.
    base_rate : float
        Share of the voted label among the gold labels.
    """

    lf: Thresholded
    table: pd.DataFrame
    bins: pd.DataFrame
    shown: Domain | None
    base_rate: float

    def best(self, precision: float) -> float | None:
        """The threshold with the most coverage whose interval lies above `precision`; None if there is none."""
        return best_threshold(self.table, precision)

    def chart(self, dark: bool = False) -> Any:
        """Histogram over precision on one x axis, as an Altair chart that displays in a notebook."""
        from weakrec_core.charts.threshold import sweep_chart

        lf = self.lf
        return sweep_chart(self.bins, self.table, self.shown, lf.bounds, lf.fired, self.base_rate, lf.measure, dark)

    def _repr_html_(self) -> str:
        return str(self.table.round(4).to_html(index=False))


def sweep_lf(lf: Thresholded, values: NDArray[np.float64], gold: NDArray[np.int8]) -> Sweep:
    """A threshold LF with one threshold over the number that it is on and gold, arrays of shape [n]."""
    label = VALUE[lf.label]
    shown = domain(values)
    bins = histogram(values, gold, shown or Domain(0.0, 1.0))
    base_rate = float((gold == label).sum() / max((gold >= 0).sum(), 1))
    return Sweep(lf, sweep(values, gold, lf.op, label, len(values)), bins, shown, base_rate)


def histogram(values: NDArray[np.float64], gold: NDArray[np.int8], shown: Domain, bins: int = 48) -> pd.DataFrame:
    """Counts of a signal by gold label.

    Parameters
    ----------
    values : float array, shape [n]
        NaN = not known: not counted.
    gold : int8 array, shape [n]
        1, 0, or -1 where not known: not counted.

    Returns
    -------
    DataFrame
        low, high (edges of the bin), label (POSITIVE, NEGATIVE), rows; values beyond `shown` are in the outermost bins.
    """
    step = 1.0 if shown.high - shown.low < bins and np.all(np.mod(values[~np.isnan(values)], 1) == 0) else None
    edges = (
        np.arange(np.floor(shown.low) - 0.5, shown.high + 1, step)
        if step
        else np.linspace(shown.low, shown.high, bins + 1)
    )
    parts = []
    for label, name in ((NEGATIVE, "NEGATIVE"), (POSITIVE, "POSITIVE")):
        known = values[(gold == label) & ~np.isnan(values)]
        counts, _ = np.histogram(np.clip(known, edges[0], edges[-1]), edges)
        parts.append(pd.DataFrame({"low": edges[:-1], "high": edges[1:], "label": name, "rows": counts}))
    return pd.concat(parts, ignore_index=True)


def sweep(values: NDArray[np.float64], gold: NDArray[np.int8], op: str, label: int, total: int) -> pd.DataFrame:
    """Precision, coverage and lift of ``signal op threshold`` at thresholds over the signal's values.

    Parameters
    ----------
    values, gold : arrays, shape [n]
        As for `histogram`.
    op : {">", ">=", "<", "<="}
    label : int
        What the LF votes.
    total : int
        Rows of the split, for coverage.

    Returns
    -------
    DataFrame
        threshold (ascending), n, correct, incorrect, missing (gold of the label without a vote), precision, ci_low, ci_high,
        coverage, lift; only thresholds where something fires.
    """
    known = ~np.isnan(values)
    firing = values[known]
    grid = np.unique(firing)
    if len(grid) > _GRID:
        grid = np.unique(_rounded(np.quantile(firing, np.linspace(0, 1, _GRID))))
    votes, hits = firing[gold[known] >= 0], firing[gold[known] == label]
    n, correct, fired = (_firing(np.sort(part), grid, op) for part in (votes, hits, firing))
    base_rate = (gold == label).sum() / max((gold >= 0).sum(), 1)
    low, high = wilson(correct, n)
    with np.errstate(invalid="ignore"):
        precision = correct / n
    table = pd.DataFrame(
        {
            "threshold": grid,
            "n": n,
            "correct": correct,
            "incorrect": n - correct,
            "missing": (gold == label).sum() - correct,
            "precision": precision,
            "ci_low": low,
            "ci_high": high,
            "coverage": fired / max(total, 1),
            "lift": precision - base_rate,
        }
    )
    return table[table["n"] > 0].reset_index(drop=True)


def best_threshold(table: pd.DataFrame, precision: float) -> float | None:
    """The threshold with the most coverage whose interval lies above `precision`; None if there is none."""
    good = table[table["ci_low"] >= precision]
    return None if good.empty else float(good["threshold"].to_numpy()[good["coverage"].to_numpy().argmax()])


def costs(table: pd.DataFrame, wrong: float, missing: float) -> pd.Series:
    """What the votes at each threshold of `sweep` cost on dev's gold, where a wrong and a missing vote cost so much.

    Raises
    ------
    SpecError
        If a cost is below 0 or not a number, or both are 0.
    """
    if not (0 <= wrong < math.inf and 0 <= missing < math.inf and wrong + missing > 0):
        raise SpecError(
            f"A wrong vote at {wrong:g} and a missing one at {missing:g}: costs are 0 or more, and not both 0."
        )
    return wrong * table["incorrect"] + missing * table["missing"]


def cheapest_threshold(table: pd.DataFrame, wrong: float, missing: float) -> float | None:
    """The threshold whose votes cost least (see `costs`), of equal ones that with the most coverage; None if there is none."""
    if table.empty:
        return None
    order = np.lexsort((-table["coverage"].to_numpy(float), costs(table, wrong, missing).to_numpy(float)))
    return float(table["threshold"].to_numpy()[order[0]])


def _firing(ordered: NDArray[np.float64], grid: NDArray[np.float64], op: str) -> NDArray[np.int64]:
    """How many of the ascending values fire at each threshold."""
    below = np.searchsorted(ordered, grid, side="right" if op in (">", "<=") else "left")
    return below if op in ("<", "<=") else len(ordered) - below


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """To three digits of the range, so that a threshold picked from the chart reads well."""
    spread = float(values.max() - values.min())
    digits = 3 - int(np.floor(np.log10(spread))) if spread > 0 else 3
    return np.round(values, max(digits, 0))
