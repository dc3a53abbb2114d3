"""From a probability to a decision: where to cut, chosen on gold."""

import numpy as np
from numpy.typing import NDArray

from weakrec_core.errors import SpecError

GOALS = ("accuracy", "f1", "f1_negative")
DEFAULT_CUT = 0.5
_PRECISION = "precision="


def checked_goal(goal: str) -> str:
    """A goal of `best_cut`, or a cut between 0 and 1 as text; `SpecError` if it is neither."""
    number = goal.removeprefix(_PRECISION)
    try:
        known = goal in GOALS or 0 < float(number) < 1
    except ValueError:
        known = False
    if not known:
        goals = ", ".join(GOALS)
        raise SpecError(f"A cut is {goals}, precision=0.9, or a number between 0 and 1, not {goal[:40]!r}.")
    return goal


def best_cut(gold: NDArray[np.integer], p_positive: NDArray[np.float64], goal: str) -> float:
    """The cut that serves a goal best; POSITIVE is what has a probability above it.

    Parameters
    ----------
    gold : int array of 0 and 1, shape [n]
    p_positive : float64 array, shape [n]
        Of models that have not seen these rows' gold.
    goal : str
        ``accuracy``; ``f1``, of POSITIVE, or ``f1_negative``; ``precision=0.9``: the lowest cut with at least this precision
        of POSITIVE, or where no cut has it, the one with the highest; or a cut itself.

    Returns
    -------
    float
        Of equally good cuts the one nearest to 0.5; 0.5 where there is no gold.

    Raises
    ------
    SpecError
        If there is no such goal.

    Examples
    --------
    >>> best_cut(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.4]), "f1")
    0.25
    """
    if checked_goal(goal) not in GOALS and not goal.startswith(_PRECISION):
        return float(goal)
    if not len(gold):
        return DEFAULT_CUT
    values, at = np.unique(p_positive, return_inverse=True)
    positive = np.bincount(at, weights=gold, minlength=len(values))
    negative = np.bincount(at, weights=1 - gold, minlength=len(values))
    # Above cut i lie the values from i on; above the last, none.
    cuts = np.concatenate([[values[0] / 2], (values[:-1] + values[1:]) / 2, [(values[-1] + 1) / 2]])
    tp, fp = (np.append(np.cumsum(count[::-1])[::-1], 0.0) for count in (positive, negative))
    fn, tn = positive.sum() - tp, negative.sum() - fp
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.nan_to_num(tp / (tp + fp))
        worth = {
            "accuracy": (tp + tn) / len(gold),
            "f1": np.nan_to_num(2 * tp / (2 * tp + fp + fn)),
            "f1_negative": np.nan_to_num(2 * tn / (2 * tn + fp + fn)),
        }
    if goal.startswith(_PRECISION):
        enough = np.flatnonzero(precision >= float(goal.removeprefix(_PRECISION)))
        return float(cuts[enough[0]] if len(enough) else cuts[int(precision.argmax())])
    good = np.flatnonzero(worth[goal] >= worth[goal].max() - 1e-12)
    return float(cuts[good[np.abs(cuts[good] - DEFAULT_CUT).argmin()]])


def decisions(gold: NDArray[np.integer], p_positive: NDArray[np.float64], cut: float) -> dict[str, float]:
    """accuracy, f1, f1_negative, and precision and recall of POSITIVE, where that is said above a cut; 0 where not defined."""
    from sklearn import metrics

    said = (p_positive > cut).astype(np.int8)
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(gold, said, labels=[0, 1], zero_division=0.0)
    return {
        "accuracy": float((said == gold).mean()),
        "f1": float(f1[1]),
        "f1_negative": float(f1[0]),
        "precision": float(precision[1]),
        "recall": float(recall[1]),
    }
