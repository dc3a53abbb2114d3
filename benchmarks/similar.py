"""LFs of the kind `similar` from wrong and uncovered rows, measured on other users; and what vectors of 800,000 reviews cost."""

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import machine, temporary_workspace
from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.data.demo.raw_files import write_demo
from weakrec_core.data.ingest.goodreads import ingest_goodreads
from weakrec_core.data.splits import SplitConfig
from weakrec_core.error_analysis.buckets import buckets
from weakrec_core.files import PROJECT
from weakrec_core.label_model.calibrated import fit_calibrated
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.base import VALUE
from weakrec_core.labeling.kinds import SimilarLF
from weakrec_core.labeling.lf_set import LFSet, read_lf_set
from weakrec_core.labeling.sweep import sweep
from weakrec_core.stats.bootstrap import Draws, drawn_metrics, percentile_interval
from weakrec_core.stats.probability_metrics import metrics_against
from weakrec_core.stats.verdicts import BETTER
from weakrec_core.suggestions.similar_rows import propose_similar
from weakrec_core.text_vectors.base import DIMENSIONS
from weakrec_core.text_vectors.plane import plane
from weakrec_core.text_vectors.registry import installed_vectors
from weakrec_core.text_vectors.store import TextVectors
from weakrec_core.workspace import Workspace

_OTHERS = ("valid", "test")
_PICKED = 10
_DRAWS = 1_000

Floats = NDArray[np.float64]


def run(dataset: str | None, rows: int = 800_000, seed: int = 0) -> dict[str, Any]:
    """Figures of one dataset, the demo by default, and of the scale."""
    if dataset is not None:
        quality = _quality(open_dataset(Workspace.from_environment(), dataset), seed)
    else:
        with temporary_workspace() as workspace:
            raw = write_demo(workspace.root / "raw", seed=seed)
            demo = ingest_goodreads(workspace, "demo", **raw, splits=SplitConfig(seed=seed))
            quality = _quality(demo, seed)
    before, after, _ = quality["auc"]
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
    others = _Others.of(dataset)
    lfs: list[SimilarLF] = []
    records = []
    for row in rows_to_mend(applied, seed):
        proposed = propose_similar(applied, (int(row),))[0]
        lf = proposed.lf.model_copy(update={"name": f"similar_{len(lfs)}"})
        lfs.append(lf)
        said = {name: getattr(lf, name) for name in ("label", "vectors", "threshold")}
        promised = {"promised_lift": _rounded(proposed.held_out.lift), "promise": proposed.held_out.verdict}
        records.append(said | promised | others.ratio([_fires(applied, lf)], [VALUE[lf.label]]))
    offered = [lf for lf, record in zip(lfs, records, strict=True) if record["promise"] == BETTER]
    pools = {
        name: others.ratio([_fires(applied, lf) for lf in chosen], [VALUE[lf.label] for lf in chosen])
        if chosen
        else None
        for name, chosen in (("all", lfs), ("offered", offered))
    }
    both = LFSet(name="with", lfs=(*applied.lf_set.lfs, *lfs))
    return {
        "dataset": repr(dataset),
        "other_users": int(others.draws.weights.shape[1]),
        "lfs": records,
        "lifted": sum(record["ratio_low"] is not None and record["ratio_low"] > 1 for record in records),
        "above_1": sum(record["ratio"] is not None and record["ratio"] > 1 for record in records),
        "offered": len(offered),
        "pooled": pools,
        **_label_models([applied, applied.applier.of(both)], others),
        "texts_per_s": encoding,
    }


def rows_to_mend(applied: AppliedSet, seed: int) -> np.ndarray:
    """Reviewed dev rows with gold that the label model gets wrong or no LF covers, at random."""
    found = buckets(applied)
    reviewed = applied.dataset.split("dev")["review_text"].notna().to_numpy(bool)
    lacking = np.flatnonzero((found.kind("wrong") | found.kind("uncovered")) & reviewed & (found.gold >= 0))
    return np.random.default_rng(seed).choice(lacking, min(_PICKED, len(lacking)), replace=False)


@dataclass(frozen=True, eq=False)
class _Others:
    """The reviewed rows of users that no choice was made on, and draws of these users: rows of one user are not independent."""

    gold: NDArray[np.int8]
    draws: Draws

    @classmethod
    def of(cls, dataset: Dataset) -> "_Others":
        users = np.concatenate([dataset.split(split)["user_idx"] for split in _OTHERS])
        reviewed = np.concatenate([dataset.split(split)["review_text"].notna() for split in _OTHERS])
        gold = np.concatenate([dataset.gold(split) for split in _OTHERS])
        return cls(np.where(reviewed, gold, -1).astype(np.int8), Draws.make(users, _DRAWS))

    def ratio(self, fires: list[NDArray[np.bool_]], labels: list[int]) -> dict[str, Any]:
        """Right votes of LFs over those that as many votes for these labels at random would have, with its interval."""
        found = [self._counts(*one) for one in zip(fires, labels, strict=True)]
        n, correct, by_chance = (np.sum(part, axis=0) for part in zip(*found, strict=True))
        ratio = np.divide(correct, by_chance, out=np.full(correct.shape, np.nan), where=by_chance > 0)
        interval = percentile_interval(ratio[1:])
        low, high = (None, None) if interval is None else interval
        return {
            "n": int(n[0]),
            "correct": int(correct[0]),
            "ratio": _rounded(ratio[0]),
            "ratio_low": _rounded(low),
            "ratio_high": _rounded(high),
        }

    def _counts(self, fires: NDArray[np.bool_], label: int) -> list[Floats]:
        """Votes, right ones, and votes times base rate: of all users first, then of each draw, shape [1 + draws]."""
        known = self.gold >= 0
        n, correct, of_label, rows = (
            self._sums(mask) for mask in (fires & known, fires & (self.gold == label), self.gold == label, known)
        )
        return [n, correct, n * of_label / np.maximum(rows, 1)]

    def _sums(self, mask: NDArray[np.bool_]) -> Floats:
        by_user = np.bincount(self.draws.user, weights=mask, minlength=self.draws.weights.shape[1])
        return np.concatenate([[by_user.sum()], self.draws.weights @ by_user])


def _fires(applied: AppliedSet, lf: SimilarLF) -> NDArray[np.bool_]:
    return np.concatenate([applied.applier.votes(lf, split) for split in _OTHERS]) >= 0


def _label_models(sets: Sequence[AppliedSet], others: _Others) -> dict[str, Any]:
    """AUC and log loss of the dev-calibrated model on the reviewed rows of other users, and the difference's interval."""
    predicted = []
    for applied in sets:
        model = fit_calibrated(applied.patterns("train"), applied.patterns("dev"), applied.names)
        predicted.append(np.concatenate([model.predict_proba(applied.votes(split)) for split in _OTHERS]))
    drawn = [drawn_metrics(p, others.gold, others.gold >= 0, others.draws) for p in predicted]
    all_rows = [metrics_against(others.gold, p) for p in predicted]
    return {
        name: [_rounded(m[name]) for m in all_rows]
        + [[_rounded(v) for v in percentile_interval(drawn[1][name] - drawn[0][name]) or (None, None)]]
        for name in ("auc", "log_loss")
    }


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
            "map_s": round(_seconds(lambda: plane(vectors)), 3),
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
