"""What a threshold LF is worth to its set at every threshold: the set's log loss as the other LFs stand."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core import ABSTAIN
from weakrec_core.label_model.calibrated import fit_batch, predict_batch
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.base import VALUE
from weakrec_core.labeling.kinds import SimilarLF, ThresholdLF
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.labeling.sweep import sweep
from weakrec_core.labeling.vote_patterns import group_votes
from weakrec_core.stats.folds import user_folds
from weakrec_core.stats.probability_metrics import CLIP

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_WORK = 1 << 26  # multiplications of one Newton step over all thresholds; where it would be more, fewer are measured
_FEWEST = 8
_CHUNK = 1 << 20


def sweep_with_gain(applied: AppliedSet, lf: ThresholdLF | SimilarLF) -> pd.DataFrame:
    """An LF at every threshold, with what the whole set comes to there.

    It does not depend on the LF's own threshold, nor on whether it is on: what is remembered serves while a slider moves.

    Parameters
    ----------
    applied : AppliedSet
        The other LFs are taken from here, those that are on.
    lf : ThresholdLF or SimilarLF
        With one threshold.

    Returns
    -------
    DataFrame
        As `weakrec_core.labeling.sweep.sweep` on dev, and set_log_loss: that of the dev-calibrated model on all dev rows with
        gold, cross-validated over users, as in `set_figures`; set_gain: the log loss without the LF less this, above 0 =
        better. NaN where dev has the gold of one user only, and between the thresholds measured where sets are very large.
    """
    others = LFSet(name=applied.lf_set.name, lfs=tuple(other for other in applied.active if other.name != lf.name))
    anywhere = lf.without_notes().model_copy(update={"threshold": 0.0, "enabled": True})
    return _swept(applied.applier.of(others), anywhere, lf.reads_from(applied.dataset))


@remembered
def _swept(others: AppliedSet, lf: ThresholdLF | SimilarLF, reads: Hashable) -> pd.DataFrame:
    dataset, op, label = others.dataset, lf.op, VALUE[lf.label]
    values, gold = lf.measured(others.applier.columns["dev"]), dataset.gold("dev")
    table = sweep(values, gold, op, label, len(values))
    folds = user_folds(dataset.split("dev")["user_idx"].to_numpy())
    losses, without = log_losses_at(
        others.votes("dev"), gold, folds, values, op, label, table["threshold"].to_numpy(float)
    )
    return table.assign(set_log_loss=losses, set_gain=without - losses)


def log_losses_at(
    L: NDArray[np.int8], gold: NDArray[np.int8], folds: Ints, values: Floats, op: str, label: int, thresholds: Floats
) -> tuple[Floats, float]:
    """Log loss at each threshold, and without the LF.

    The rows fall into the patterns of the other LFs, each with and without the LF's vote. As the threshold moves every row goes
    from one to the other once, so that counts are cumulative sums; all models are of the same patterns and fitted together.
    """
    losses = np.full(len(thresholds), np.nan)
    known, silent = gold >= 0, (L == ABSTAIN).all(axis=1)
    if not len(thresholds) or len(np.unique(folds[known])) < 2:
        return losses, np.nan
    patterns, inverse = group_votes(L)
    p, k = len(patterns.votes), int(folds.max()) + 1
    votes = np.concatenate([np.pad(patterns.votes, ((0, 0), (0, 1)), constant_values=v) for v in (ABSTAIN, label)])
    terms = 1 + 2 * votes.shape[1]
    few = max(_WORK // (k * len(votes) * terms**2), _FEWEST)
    measured = np.unique(np.linspace(0, len(thresholds) - 1, min(few, len(thresholds))).round().astype(int))

    position = _position(values, thresholds[measured], op)
    fired = _fired(position[known], [folds[known], inverse[known], gold[known]], (len(measured), k, p, 2), op)
    total = _counts([folds[known], inverse[known], gold[known]], (k, p, 2))
    mute = _counts([folds[silent]], (k,)) - _fired(position[silent], [folds[silent]], (len(measured), k), op)
    found = np.empty(len(fired))
    middle = fired[len(measured) // 2]
    start, _ = fit_batch(votes, np.concatenate([total - middle, middle], axis=1).sum(axis=0)[None])
    step = max(_CHUNK // (k * len(votes) * terms), 1)
    for part in (slice(i, i + step) for i in range(0, len(fired), step)):
        counts = np.concatenate([total - fired[part], fired[part]], axis=2)
        rest = counts.sum(axis=1, keepdims=True) - counts
        modes, covariances = fit_batch(votes, rest.reshape(-1, *rest.shape[2:]), start)
        p_positive = predict_batch(votes, modes, covariances).reshape(counts.shape[:3])
        if silent.any():  # the first pattern: the same for all rows without a vote, as `silence_pooled` has it
            weight = (mute[part] > 0) / np.maximum((mute[part] > 0).sum(axis=1, keepdims=True), 1)
            p_positive[..., 0] = (weight * p_positive[..., 0]).sum(axis=1, keepdims=True)
        p_positive = np.clip(p_positive, CLIP, 1 - CLIP)
        log_likelihood = counts[..., 1] * np.log(p_positive) + counts[..., 0] * np.log1p(-p_positive)
        found[part] = -log_likelihood.sum(axis=(1, 2)) / known.sum()
    losses[measured] = found[:-1]
    return losses, float(found[-1])


def _position(values: Floats, thresholds: Floats, op: str) -> Ints:
    """How many of the ascending thresholds lie below each value (at it, too, as the operator asks); NaN fires at none."""
    position = np.searchsorted(thresholds, values, side="right" if op in (">=", "<") else "left")
    return np.where(np.isnan(values), 0 if op in (">", ">=") else len(thresholds), position)


def _fired(position: Ints, cell: list[NDArray[Any]], shape: tuple[int, ...], op: str) -> Ints:
    """Rows that fire at each threshold by cell, and none at the end: without the LF."""
    steps = _counts([position, *cell], (shape[0] + 1, *shape[1:]))
    fired = steps[::-1].cumsum(axis=0)[::-1][1:] if op in (">", ">=") else steps.cumsum(axis=0)[:-1]
    return np.concatenate([fired, np.zeros_like(fired[:1])])


def _counts(index: list[NDArray[Any]], shape: tuple[int, ...]) -> Ints:
    flat = np.ravel_multi_index(tuple(part.astype(np.int64) for part in index), shape)
    return np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape)
