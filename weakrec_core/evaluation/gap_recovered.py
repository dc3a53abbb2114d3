"""How much of what true labels of train would add to the gold of dev the weak labels recover."""

from typing import Any

import numpy as np

from weakrec_core.data.noun import percent
from weakrec_core.evaluation.recommender import Floats
from weakrec_core.evaluation.test_bed import Measured, TestBed
from weakrec_core.stats.bootstrap import Draws, drawn_metrics, percentile_interval

_DRAWS = 500
_SIGNS = {"auc": 1, "log_loss": -1}  # whether more is better


def gap_recovered(bed: TestBed, ours: Measured, dev_only: Measured, gold: Measured) -> dict[str, Any]:
    """The share of the gap between the dev-only network and the ceiling, on the same test rows.

    Returns
    -------
    dict
        ``auc``, ``log_loss``: (ours - dev-only) / (ceiling - dev-only), None where the ceiling is not above dev-only by
        the 95 % bootstrap interval over users; ``intervals`` of these shares, ``gap``: by metric ``dev_only``, ``ours``,
        ``gold`` and the ``interval`` of ceiling - dev-only; ``sentence``, about the AUC.
    """
    label = bed.rows.p_positive.astype(np.int8)
    everything = np.ones(len(label), bool)
    draws = Draws.make(bed.rows.user_idx, _DRAWS)
    models = (ours, dev_only, gold)
    drawn = [drawn_metrics(_probabilities(m), label, everything, draws) for m in models]
    shares: dict[str, float | None] = {}
    intervals, gaps = {}, {}
    for name, sign in _SIGNS.items():
        values = [m.metrics["test"][name] for m in models]
        interval = percentile_interval(sign * (drawn[2][name] - drawn[1][name]))
        shares[name] = None
        if None not in values and interval is not None:
            gaps[name] = dict(zip(("ours", "dev_only", "gold"), values, strict=True)) | {"interval": list(interval)}
            if interval[0] > 0:
                shares[name] = _share(*values)
                share_interval = percentile_interval(_drawn_shares(*(part[name] for part in drawn)))
                intervals[name] = None if share_interval is None else list(share_interval)
    return shares | {
        "intervals": intervals,
        "gap": gaps,
        "sentence": _sentence(shares["auc"], gaps.get("auc"), intervals),
    }


def _probabilities(model: Measured) -> Floats:
    assert model.p_positive is not None
    return model.p_positive


def _share(ours: float, dev_only: float, gold: float) -> float:
    return (ours - dev_only) / (gold - dev_only)


def _drawn_shares(ours: Floats, dev_only: Floats, gold: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = (ours - dev_only) / (gold - dev_only)
    return np.where(np.isfinite(shares), shares, np.nan)


def _sentence(share: float | None, gap: dict[str, Any] | None, intervals: dict[str, Any]) -> str:
    if gap is None:
        return "Test has gold labels of one class only, so that there is no AUC to compare."
    ends = f"AUC {gap['dev_only']:.3f} with dev only, {gap['ours']:.3f} with weak labels, {gap['gold']:.3f} with true labels"
    if share is None:
        low, high = gap["interval"]
        return (
            f"There is no gap to speak of between dev-only and ceiling ({ends}; 95 % interval of the gap "
            f"{low:+.3f} to {high:+.3f}), so that no share of it can be recovered."
        )
    interval = intervals.get("auc")
    if interval is not None and interval[0] <= 0:
        return f"Weak labels give no measurable gain over dev's gold alone ({ends})."
    within = "" if interval is None else f"; 95 % interval {percent(interval[0])} to {percent(interval[1])}"
    return f"Weak labels recover {percent(share)} of the gap between dev-only and ceiling ({ends}{within})."
