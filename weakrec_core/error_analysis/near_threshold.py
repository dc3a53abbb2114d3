"""What happens around the threshold of an LF: errors by distance from it, the nearest rows, the price of a step."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core import ABSTAIN
from weakrec_core.labeling.base import VALUE
from weakrec_core.labeling.kinds import SimilarLF, ThresholdLF
from weakrec_core.stats.intervals import wilson

_BINS = 5  # on each side
_MIN_NEAR = 100  # rows of the side that does not vote; else as many as vote
NearLF = ThresholdLF | SimilarLF  # one threshold, or low and high, on a number
Values = NDArray[np.float64]
Gold = NDArray[np.int8]


def signed_distance(lf: NearLF, values: Values) -> Values:
    """How far each value is inside the range that votes (0 and above) or outside it (below 0), shape [n]; NaN = not known.

    Exactly at the threshold a strict operator does not vote: the distance is then the smallest number below 0.
    """
    low, high = (lf.bounds[0], lf.bounds[-1]) if lf.op == "between" else (lf.bounds[0], lf.bounds[0])
    match lf.op:
        case ">" | ">=":
            distance = values - low
        case "<" | "<=":
            distance = high - values
        case _:
            distance = np.minimum(values - low, high - values)
    at_edge = (distance == 0) & ~lf.fires(values)
    return np.where(at_edge, np.nextafter(0, -1), distance)


def nearest_rows(lf: NearLF, values: Values, k: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of the k rows nearest to the threshold that vote, and of the k nearest that do not; nearest first."""
    distance = signed_distance(lf, values)
    fires, abstains = np.flatnonzero(distance >= 0), np.flatnonzero(distance < 0)
    return (
        fires[np.argsort(distance[fires], kind="stable")][:k],
        abstains[np.argsort(-distance[abstains], kind="stable")][:k],
    )


def errors_by_distance(lf: NearLF, values: Values, gold: Gold) -> pd.DataFrame:
    """Dev rows with gold in groups of about equal size by distance from the threshold, up to five a side.

    Returns
    -------
    DataFrame
        side (``votes``; ``would vote``: if the threshold were moved that far), low, high (range of the signal), middle (median
        of the distance, below 0 on the side that does not vote), n, errors, error_rate with its Wilson 95 % interval ci_low,
        ci_high; ascending by distance.
    """
    distance = signed_distance(lf, values)
    known = (gold != ABSTAIN) & ~np.isnan(distance)
    fires, abstains = np.flatnonzero(known & (distance >= 0)), np.flatnonzero(known & (distance < 0))
    abstains = abstains[np.argsort(-distance[abstains], kind="stable")][: max(len(fires), _MIN_NEAR)]
    parts = []
    for side, rows in (("would vote", abstains), ("votes", fires)):
        if not len(rows):
            continue
        edges = np.unique(np.quantile(distance[rows], np.linspace(0, 1, _BINS + 1)[1:-1]))
        group = np.searchsorted(edges, distance[rows])
        for part in (rows[group == g] for g in range(len(edges) + 1)):
            if len(part):
                errors = int((gold[part] != VALUE[lf.label]).sum())
                at = values[part]
                parts.append((side, at.min(), at.max(), float(np.median(distance[part])), len(part), errors))
    table = pd.DataFrame(parts, columns=["side", "low", "high", "middle", "n", "errors"])
    low, high = wilson(table["errors"], table["n"])
    return table.assign(error_rate=table["errors"] / table["n"], ci_low=low, ci_high=high)


def price_of_a_step(lf: NearLF, values: Values, gold: Gold, step: float) -> pd.DataFrame:
    """What moving the threshold by one step, changes on dev.

    Returns
    -------
    DataFrame
        move (what is done, in words), threshold (after it), rows, correct, errors (gained; below 0 = lost). For ``between``
        each end is moved by itself.
    """
    fields = ("low", "high") if lf.op == "between" else ("threshold",)
    before = lf.fires(values)
    moves = []
    for field in fields:
        now = getattr(lf, field)
        for sign in (-1, 1):
            after = round(now + sign * step, 9)
            moved = lf.model_copy(update={field: after})
            if lf.op == "between" and moved.bounds[0] > moved.bounds[1]:
                continue
            fires = moved.fires(values)
            right = gold == VALUE[lf.label]
            wrong = ~right & (gold != ABSTAIN)
            changed = fires.astype(int) - before.astype(int)
            moves.append(
                (f"{field} {now:g} → {after:g}", after, *(int(changed[w].sum()) for w in (slice(None), right, wrong)))
            )
    return pd.DataFrame(moves, columns=["move", "threshold", "rows", "correct", "errors"])
