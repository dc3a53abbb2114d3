"""Which rows to ask a gold label of, so that the accuracies of slices are known better: widest interval first."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.error_analysis.buckets import Buckets
from weakrec_core.error_analysis.slices import BY_DEFAULT, MIN_ROWS, Slicing
from weakrec_core.stats.intervals import wilson

_ASKED = 500  # rows, one after the other; by then there are new labels to go by


@dataclass(frozen=True)
class SliceAccuracy:
    """How often the label model is right in a slice, by the gold labels that there are.

    Attributes
    ----------
    by, slice : str
        As in `slice_table`.
    n, correct : int
        Judged rows, and those of them on which it is right.
    ci_low, ci_high : float
        Wilson's 95 % interval of the accuracy; 0 and 1 where no row is judged.
    """

    by: str
    slice: str
    n: int
    correct: int
    ci_low: float
    ci_high: float


def slice_accuracy(slicing: Slicing, code: int, correct: NDArray[np.integer]) -> SliceAccuracy:
    """Of one slice; `correct` as `slice_table` takes it."""
    judged = correct[(slicing.codes == code) & (correct >= 0)]
    n, right = len(judged), int(judged.sum())
    low, high = _interval(n, right)
    return SliceAccuracy(slicing.by, slicing.names[code], n, right, low, high)


def widest_first(
    slicings: Sequence[Slicing], correct: NDArray[np.integer], rows: NDArray[np.int64], k: int = _ASKED
) -> list[tuple[int, int]]:
    """The order in which rows are to be labeled: each time the first open row of the slice with the widest interval.

    A row is in a slice of every slicing and counts in all of them. What its label will say is taken to be what those of the
    slice say so far. Slices that can have no `MIN_ROWS` judged rows are passed over: they would get no verdict with all their labels.

    Parameters
    ----------
    slicings : sequence of Slicing
    correct : int array, shape [n]
        1 where the prediction is right, 0 where it is wrong, -1 where it is not judged.
    rows : int64 array
        Positions of the rows that can be asked, each with a prediction and without gold; of one slice the first comes first.
    k : int
        How many at most.

    Returns
    -------
    list of (int, int)
        Row, and the index in `slicings` of the one that it is asked for.
    """
    start = np.cumsum([0, *(len(s.names) for s in slicings)])
    slices_of = np.stack([s.codes + first for s, first in zip(slicings, start, strict=False)], axis=1)
    judged = correct >= 0
    n, right = (
        np.bincount(slices_of[keep].ravel(), minlength=start[-1]).astype(float) for keep in (judged, correct == 1)
    )
    overall = right.sum() / max(n.sum(), 1)
    waiting: dict[int, list[int]] = {}
    for row in rows[::-1].tolist():
        for code in slices_of[row].tolist():
            waiting.setdefault(code, []).append(row)  # the first one at the end
    heap = [(-_width(n[c], right[c]), c) for c, open_rows in waiting.items() if n[c] + len(open_rows) >= MIN_ROWS]
    heapq.heapify(heap)
    asked: dict[int, int] = {}
    while heap and len(asked) < k:
        width, code = heapq.heappop(heap)
        while waiting[code] and waiting[code][-1] in asked:
            waiting[code].pop()
        if not waiting[code]:
            continue
        now = -_width(n[code], right[code])
        if now > width:  # another slice's row has narrowed it
            heapq.heappush(heap, (now, code))
            continue
        row = waiting[code].pop()
        asked[row] = int(np.searchsorted(start, code, side="right")) - 1
        of_row = slices_of[row]
        right[of_row] += np.where(n[of_row] > 0, right[of_row] / np.maximum(n[of_row], 1), overall)
        n[of_row] += 1
        heapq.heappush(heap, (-_width(n[code], right[code]), code))
    return list(asked.items())


def for_slices(found: Buckets, rows: NDArray[np.int64]) -> list[tuple[int, Slicing]]:
    """`widest_first` on the default slices of dev, of those of `rows` that have a prediction and no gold."""
    slicings = [found.slicing(by) for by in BY_DEFAULT]
    open_rows = rows[(found.gold[rows] < 0) & (found.said[rows] >= 0)]
    return [(row, slicings[i]) for row, i in widest_first(slicings, found.correct, open_rows)]


def _interval(n: float, right: float) -> tuple[float, float]:
    if not n:
        return 0.0, 1.0
    low, high = wilson(right, n)
    return float(low), float(high)


def _width(n: float, right: float) -> float:
    low, high = _interval(n, right)
    return high - low
