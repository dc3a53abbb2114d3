"""How time and memory grow with the rows: votes part by part, their patterns merged, a label model, a probability a row.

Each size runs in a process of its own. The votes of a part are drawn anew when they are needed, which the clock leaves out.
"""

import time
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import apart, result
from weakrec_core.label_model.snorkel_model import fit_snorkel
from weakrec_core.labeling.vote_patterns import group_votes, merge_patterns

_PART = 400_000  # rows
_COVERAGE, _ACCURACY = (0.02, 0.06, 0.04, 0.02, 0.05, 0.1, 0.03, 0.01), (0.8, 0.7, 0.85, 0.75, 0.8, 0.65, 0.9, 0.7)


def run(rows: int = 800_000, doublings: int = 3, runs: int = 5) -> dict[str, Any]:
    """Seconds a million rows at the largest size, beside those at the smallest; above 1: less than linear."""
    found = {}
    for n in accumulate(range(doublings), lambda n, _: 2 * n, initial=rows):
        measured = [apart(labels, n) for _ in range(runs)]
        found[n] = {
            "seconds": float(np.median([seconds for seconds, _, _ in measured])),
            "memory_mb": round(float(np.median([peak for _, _, peak in measured]))),
        }
    per_million = {n: size["seconds"] / n * 1e6 for n, size in found.items()}
    largest = max(found)
    past = next(n for n in found if n > 1_000_000 or n == largest)
    return result(
        "growth",
        f"{rows:,} to {largest:,} rows x {len(_COVERAGE)} LFs in parts of {_PART:,}: patterns, LabelModel, P(POSITIVE) of every "
        "row; the peer is the smallest size, in memory the first past a million",
        per_million[largest],
        per_million[rows],
        "s a million rows",
        runs,
        memory_mb={"ours": found[largest]["memory_mb"], "peer": found[past]["memory_mb"]},
        sizes={f"{n:,}": size for n, size in found.items()},
    )


def labels(rows: int) -> float:
    """Seconds to label so many rows."""
    seconds, patterns = 0.0, []
    for i in range(0, rows, _PART):
        L = _votes(i, min(_PART, rows - i))
        start = time.perf_counter()
        patterns.append(group_votes(L)[0])
        seconds += time.perf_counter() - start
    start = time.perf_counter()
    model = fit_snorkel(merge_patterns(patterns), [f"lf_{j}" for j in range(len(_COVERAGE))], 0.64)
    seconds += time.perf_counter() - start
    for i in range(0, rows, _PART):
        L = _votes(i, min(_PART, rows - i))
        start = time.perf_counter()
        part, row = group_votes(L)
        p_positive = model.predict_proba(part.votes)[row]
        seconds += time.perf_counter() - start
        assert len(p_positive) == len(L)
    return seconds


def _votes(seed: int, n: int) -> NDArray[np.int8]:
    rng = np.random.default_rng(seed)
    gold = rng.random(n, np.float32) < 0.64
    columns = []
    for coverage, accuracy in zip(_COVERAGE, _ACCURACY, strict=True):
        label = np.where(rng.random(n, np.float32) < accuracy, gold, ~gold)
        columns.append(np.where(rng.random(n, np.float32) < coverage, label, -1).astype(np.int8))
    return np.stack(columns).T
