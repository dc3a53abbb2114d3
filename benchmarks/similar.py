"""LFs of the kind `similar` from wrong and uncovered rows, measured on other users; and what vectors of 800,000 reviews cost."""

import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.common import machine, temporary_workspace
from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.data.demo.raw_files import write_demo
from weakrec_core.data.ingest.goodreads import ingest_goodreads
from weakrec_core.error_analysis.buckets import buckets
from weakrec_core.files import PROJECT
from weakrec_core.label_model.calibrated import fit_calibrated
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.base import VALUE
from weakrec_core.labeling.kinds import SimilarLF
from weakrec_core.labeling.lf_set import LFSet, read_lf_set
from weakrec_core.labeling.sweep import sweep
from weakrec_core.stats.intervals import wilson
from weakrec_core.stats.probability_metrics import metrics_against
from weakrec_core.suggestions.similar_rows import propose_similar
from weakrec_core.text_vectors.base import DIMENSIONS
from weakrec_core.text_vectors.registry import installed_vectors
from weakrec_core.text_vectors.store import TextVectors
from weakrec_core.workspace import Workspace

_OTHERS = ("valid", "test")
_PICKED = 10


def run(dataset: str | None, rows: int = 800_000, seed: int = 0) -> dict[str, Any]:
    """Figures of one dataset, the demo by default, and of the scale."""
    if dataset is not None:
        quality = _quality(open_dataset(Workspace.from_environment(), dataset), seed)
    else:
        with temporary_workspace() as workspace:
            demo = ingest_goodreads(workspace, "demo", **write_demo(workspace.root / "raw"))
            quality = _quality(demo, seed)
    before, after = quality["auc"]
    return {
        "name": "similar",
        "work": f"AUC of the label model on users of {' and '.join(_OTHERS)}, reviewed rows: the recommended set with and "
        f"without {_PICKED} similar-LFs, each from a wrong or uncovered dev row",
        "ours": after,
        "peer": before,
        "ratio": after / before,
        "unit": "AUC",
        "runs": 1,
        "machine": machine(),
        "quality": quality,
        "scale": _scale(rows),
    }


def _quality(dataset: Dataset, seed: int) -> dict[str, Any]:
    applied = Applier(dataset).of(read_lf_set(PROJECT / "lfs" / "recommended.yaml"))
    encoding = {kind: _encoding(applied, kind) for kind in installed_vectors()}
    lfs: list[SimilarLF] = []
    records = []
    for row in _rows_to_mend(applied, seed):
        proposed = propose_similar(applied, (int(row),))[0]
        lf = proposed.lf.model_copy(update={"name": f"similar_{len(lfs)}"})
        lfs.append(lf)
        promised, found = proposed.held_out, _on_others(applied, lf)
        records.append(
            {
                "label": lf.label,
                "vectors": lf.vectors,
                "threshold": lf.threshold,
                "promised_lift": _rounded(promised.lift),
            }
            | found
        )
    both = LFSet(name="with", lfs=(*applied.lf_set.lfs, *lfs))
    metrics = [_label_model(one) for one in (applied, applied.applier.of(both))]
    return {
        "dataset": repr(dataset),
        "lfs": records,
        "lifted": sum(record["ratio_low"] is not None and record["ratio_low"] > 1 for record in records),
        "above_1": sum(record["ratio"] is not None and record["ratio"] > 1 for record in records),
        "pooled": _pooled(records),
        "auc": [_rounded(m["auc"]) for m in metrics],
        "log_loss": [_rounded(m["log_loss"]) for m in metrics],
        "texts_per_s": encoding,
    }


def _rows_to_mend(applied: AppliedSet, seed: int) -> np.ndarray:
    """Reviewed dev rows with gold that the label model gets wrong or no LF covers, at random."""
    found = buckets(applied)
    reviewed = applied.dataset.split("dev")["review_text"].notna().to_numpy(bool)
    lacking = np.flatnonzero((found.kind("wrong") | found.kind("uncovered")) & reviewed & (found.gold >= 0))
    return np.random.default_rng(seed).choice(lacking, min(_PICKED, len(lacking)), replace=False)


def _on_others(applied: AppliedSet, lf: SimilarLF) -> dict[str, Any]:
    """Votes on the rows of other users, and precision over base rate with its interval."""
    gold = np.concatenate([applied.dataset.gold(split) for split in _OTHERS])
    fires = np.concatenate([applied.applier.votes(lf, split) for split in _OTHERS]) >= 0
    fires &= gold >= 0
    label = VALUE[lf.label]
    n, correct = int(fires.sum()), int((gold[fires] == label).sum())
    base = float((gold == label).sum() / (gold >= 0).sum())
    low, high = wilson(correct, n)
    ratios = [correct / n / base, float(low) / base, float(high) / base] if n else [None] * 3
    names = ("ratio", "ratio_low", "ratio_high")
    return {"n": n, "correct": correct, "base_rate": _rounded(base)} | dict(
        zip(names, map(_rounded, ratios), strict=True)
    )


def _pooled(records: list[dict[str, Any]]) -> dict[str, Any]:
    """All votes of all LFs together, against what the same votes dealt out at random would get right."""
    n = sum(record["n"] for record in records)
    correct = sum(record["correct"] for record in records)
    base = sum(record["n"] * record["base_rate"] for record in records) / max(n, 1)
    low, high = wilson(correct, n)
    return {"n": n, "ratio": [_rounded(float(v) / base) for v in (correct / max(n, 1), low, high)]} if n else {"n": 0}


def _label_model(applied: AppliedSet) -> dict[str, Any]:
    """The dev-calibrated model on the reviewed rows of other users."""
    model = fit_calibrated(applied.patterns("train"), applied.patterns("dev"), applied.names)
    p, gold = [], []
    for split in _OTHERS:
        reviewed = applied.dataset.split(split)["review_text"].notna().to_numpy(bool)
        known = (applied.dataset.gold(split) >= 0) & reviewed
        p.append(model.predict_proba(applied.votes(split)[known]))
        gold.append(applied.dataset.gold(split)[known])
    return dict(metrics_against(np.concatenate(gold), np.concatenate(p)))


def _encoding(applied: AppliedSet, kind: str) -> float:
    """Texts a second on train."""
    store, texts = applied.applier.signals.vectors, applied.dataset.split("train")["review_text"].dropna()
    store.centre(kind, ["-"])
    part = [str(text) for text in texts[:4_000]]
    seconds = _seconds(lambda: store.centre(kind, part))
    return round(len(part) / seconds)


def _scale(n: int) -> dict[str, Any]:
    """A query, a sweep and what vectors take, for n reviews on disk."""
    with temporary_workspace() as workspace:
        rng = np.random.default_rng(0)
        path = workspace.root / "vectors.npy"
        matrix = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=(n, DIMENSIONS))
        for start in range(0, n, 50_000):
            part = matrix[start : start + 50_000]
            part[:] = rng.standard_normal(part.shape, np.float32) / np.sqrt(DIMENSIONS)
        matrix.flush()
        del matrix
        vectors = TextVectors(np.load(path, mmap_mode="r"), np.arange(n, dtype=np.int32))
        centre = vectors.of(np.zeros(1, np.int64))[0]
        centre /= np.linalg.norm(centre)
        values = vectors.cosine(centre)
        gold = (rng.random(n) < 0.6).astype(np.int8)
        return {
            "rows": n,
            "query_s": round(_seconds(lambda: vectors.cosine(centre)), 3),
            "sweep_s": round(_seconds(lambda: sweep(values, gold, ">=", 1, n)), 3),
            "disk_mb": round(path.stat().st_size / 1e6),
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }


def _seconds(work: Callable[[], object]) -> float:
    """The best of three."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)
