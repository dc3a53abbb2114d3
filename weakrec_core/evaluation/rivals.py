"""A model against the strongest of its rivals, metric by metric, on the same test users."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.evaluation.ranking import Ranking
from weakrec_core.evaluation.test_bed import Measured, TestBed
from weakrec_core.stats.bootstrap import Draws, Floats, drawn_metrics, percentile_interval
from weakrec_core.stats.verdicts import SAME, verdict

# By metric: the part of the figures that has it, and whether more is better.
COMPARED = {
    "auc": ("test", True),
    "log_loss": ("test", False),
    "accuracy": ("test", True),
    "ndcg@10": ("ranking", True),
    "hit_rate@10": ("ranking", True),
}
_DRAWS = 500


def strongest(metric: str, values: Mapping[str, float | None]) -> str | None:
    """The name with the best value of a metric of `COMPARED`, the first of equals; None if none has one."""
    known = {name: value for name, value in values.items() if value is not None}
    if not known:
        return None
    sign = 1 if COMPARED[metric][1] else -1
    return max(known, key=lambda name: sign * known[name])


def against_rivals(bed: TestBed, ours: Measured, rivals: Mapping[str, Measured]) -> dict[str, dict[str, Any]]:
    """By metric, where both have it: the strongest rival and how far ours is from it.

    Returns
    -------
    dict
        For each metric ``rival``, ``value`` (of the rival), ``difference`` (ours less the rival's), ``interval`` (95 %, of
        the difference, by a paired bootstrap over users; None if it cannot be drawn) and ``verdict``: ``better``,
        ``worse`` or ``not distinguishable``, by whether the interval excludes 0.
    """
    draws = Draws.make(bed.rows.user_idx, _DRAWS)
    found = {}
    for metric, (part, more_is_better) in COMPARED.items():
        values = {name: (rival.metrics[part] or {}).get(metric) for name, rival in rivals.items()}
        name, own = strongest(metric, values), (ours.metrics[part] or {}).get(metric)
        if name is None or own is None:
            continue
        drawn = (_rating if part == "test" else _ranking)(bed, draws, metric, ours, rivals[name])
        interval = None if drawn is None else percentile_interval(drawn)
        found[metric] = {
            "rival": name,
            "value": values[name],
            "difference": own - values[name],
            "interval": None if interval is None else list(interval),
            "verdict": verdict(interval, more_is_better),
        }
    return found


def labels_in_lists(ours: Measured, without: Ranking | None) -> dict[str, Any]:
    """What labels did to the lists.

    Parameters
    ----------
    without : Ranking or None
        Of the same model where labels have no say in the lists; None if they have none in ours, either.

    Returns
    -------
    dict
        ``with`` and ``without``: NDCG@10; ``difference``, its paired 95 % ``interval`` over readers, ``verdict``.
    """
    metric = "ndcg@10"
    value = float(ours.metrics["ranking"][metric])
    if without is None or ours.users is None:
        same = {"difference": 0.0, "interval": None, "verdict": SAME}
        return {"with": value, "without": value} | same
    before = without.means[metric]
    interval = percentile_interval(_drawn_difference(ours.users, without.users, metric))
    return {
        "with": value,
        "without": before,
        "difference": value - before,
        "interval": None if interval is None else list(interval),
        "verdict": verdict(interval),
    }


def _rating(bed: TestBed, draws: Draws, metric: str, ours: Measured, rival: Measured) -> Floats | None:
    if ours.p_positive is None or rival.p_positive is None:
        return None
    label: NDArray[np.int8] = bed.rows.p_positive.astype(np.int8)
    everything = np.ones(len(label), bool)
    first, second = (drawn_metrics(p, label, everything, draws)[metric] for p in (ours.p_positive, rival.p_positive))
    return first - second


def _ranking(bed: TestBed, draws: Draws, metric: str, ours: Measured, rival: Measured) -> Floats | None:
    """Every reader of the task is in both, in the same order."""
    if ours.users is None or rival.users is None:
        return None
    return _drawn_difference(ours.users, rival.users, metric)


def _drawn_difference(ours: pd.DataFrame, other: pd.DataFrame, metric: str) -> Floats:
    difference = (ours[metric] - other[metric]).to_numpy(np.float64)
    return np.asarray(Draws.make(ours["user_idx"].to_numpy(), _DRAWS).weights @ difference / len(difference))
