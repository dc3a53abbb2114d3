"""The end model beside its baselines: ranking, and how much of what true labels would add the weak labels recover."""

import os
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from benchmarks.common import result, temporary_workspace
from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.data.demo.raw_files import write_demo
from weakrec_core.data.ingest.goodreads import ingest_goodreads
from weakrec_core.data.ingest.table import Columns, ingest_table
from weakrec_core.data.splits import SplitConfig
from weakrec_core.files import PROJECT
from weakrec_core.labeling.lf_set import read_lf_set
from weakrec_core.runs.job import execute
from weakrec_core.runs.store import new_run
from weakrec_core.workspace import Workspace

_NDCG = "ndcg@10"
_RANKED = ("popularity", "item_knn", "ease")
_RATED = ("constant", "popularity", "averages", "dev_only", "gold")


def run(
    dataset: str | None = None,
    ratings: Path | None = None,
    columns: Columns | None = None,
    seeds: int = 3,
    epochs: int | None = None,
    users: int | None = None,
) -> dict[str, Any]:
    """`train --preset recommended` with `lfs/recommended.yaml`, once a seed, on one split of the users.

    Parameters
    ----------
    dataset : str, optional
        A dataset of the workspace.
    ratings : Path, optional
        Else a table of ratings, with its `columns`; else the demo, with `users` readers and 8,000 dev rows.
    seeds : int
        Seeds of the network, of the hidden books and of the random negatives.

    Returns
    -------
    dict
        In the common shape, about the preset's NDCG@10 beside EASE's. ``ndcg@10`` and ``auc`` by model, ``recovered`` (share
        of the gap in AUC between dev-only and ceiling; the gap itself beside it) and ``differences``: mean over the seeds and
        its 95 % interval (Student's t), and the values by seed. ``checks`` says which of the wanted inequalities hold on the
        means.
    """
    started = time.perf_counter()
    source = None if dataset is None else open_dataset(Workspace.from_environment(), dataset).path.parent
    lf_set = read_lf_set(PROJECT / "lfs" / "recommended.yaml")
    with temporary_workspace() as workspace:
        made = provide(workspace, source, ratings, columns, users)
        results, chosen = [], []
        for seed in range(seeds):
            made_run = new_run(made, lf_set, "shipped", preset="recommended", epochs=epochs, seed=seed)
            found = execute(made_run)
            if found is None:
                raise KeyboardInterrupt
            results.append(found)
            chosen.append(found["blend"]["weight"])
    figures = _figures(results)
    return result(
        "end_model",
        f"train --preset recommended on {made!r}, {seeds} seeds: NDCG@10 of liked books hidden from readers of test; the peer "
        "is EASE on the same readers",
        figures[_NDCG]["preset"]["mean"],
        figures[_NDCG]["ease"]["mean"],
        "NDCG@10",
        seeds,
        smaller_is_better=False,
        **figures,
        blend_weights=chosen,
        seconds=time.perf_counter() - started,
        peak_memory_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    )


def provide(
    workspace: Workspace, source: Path | None, ratings: Path | None, columns: Columns | None, users: int | None
) -> Dataset:
    """The dataset in a workspace of its own, so that no run is left behind."""
    if source is not None:
        workspace.datasets.mkdir()
        os.symlink(source, workspace.datasets / source.name)
        return open_dataset(workspace, source.name)
    if ratings is not None:
        return ingest_table(
            workspace, "ratings", ratings, columns or Columns(user="user", item="item", rating="rating")
        )
    size = {} if users is None else {"users": users}
    files = write_demo(workspace.root / "raw", **size)
    return ingest_goodreads(workspace, "demo", **files, splits=SplitConfig(dev_rows=8000 if users is None else None))


def _figures(results: list[dict[str, Any]]) -> dict[str, Any]:
    def ranked(name: str) -> list[float]:
        return [r["baselines"][name]["ranking"][_NDCG] for r in results]

    def rated(name: str) -> list[float]:
        return [r["baselines"][name]["test"]["auc"] for r in results]

    preset = [r["ranking"][_NDCG] for r in results]
    network = [r["network"]["ranking"][_NDCG] for r in results]
    auc = [r["test"]["auc"] for r in results]
    dev_only, gold = np.array(rated("dev_only")), np.array(rated("gold"))
    gap, gained = gold - dev_only, np.array(auc) - dev_only
    share = float(gained.mean() / gap.mean()) if gap.mean() > 0 else None
    by_seed = [float(g / w) if w > 0 else None for g, w in zip(gained, gap, strict=True)]
    differences = {
        "network - item_knn, NDCG@10": np.subtract(network, ranked("item_knn")),
        "preset - ease, NDCG@10": np.subtract(preset, ranked("ease")),
        "weak - dev_only, AUC": gained,
        "gold - dev_only, AUC": gap,
    }
    means = {name: float(values.mean()) for name, values in differences.items()}
    return {
        _NDCG: {"preset": _spread(preset), "network": _spread(network)} | {n: _spread(ranked(n)) for n in _RANKED},
        "auc": {"network": _spread(auc)} | {n: _spread(rated(n)) for n in _RATED},
        "differences": {name: _spread(values) for name, values in differences.items()},
        "recovered": {"share": share, "by_seed": by_seed, "sentences": [r["recovered"]["sentence"] for r in results]},
        "checks": {
            "network >= item_knn": means["network - item_knn, NDCG@10"] >= 0,
            "preset >= ease": means["preset - ease, NDCG@10"] >= 0,
            "auc above dev_only": means["weak - dev_only, AUC"] > 0,
            "recovers 70 %": share is not None and share >= 0.7,
        },
    }


def _spread(values: Any) -> dict[str, Any]:
    """Mean over the seeds with its 95 % interval, and the values."""
    values = np.asarray(values, float)
    interval = None
    if len(values) > 1:
        half = float(stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
        interval = [float(values.mean()) - half, float(values.mean()) + half]
    return {"mean": float(values.mean()), "interval": interval, "by_seed": values.tolist()}
