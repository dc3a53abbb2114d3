"""Signals of reviews: over all cores, and a second time; the peer is TextBlob on one core, every review by itself."""

import os
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import apart, result, temporary_workspace
from benchmarks.ucsd_files import ucsd_files
from weakrec_core.data.dataset import SPLITS, Dataset, open_dataset
from weakrec_core.data.ingest.goodreads import ingest_goodreads
from weakrec_core.signals import SignalStore
from weakrec_core.signals.other_cores import other_cores
from weakrec_core.workspace import Workspace


def run(reviews: int = 50_000, runs: int = 5, folder: Path | None = None) -> dict[str, Any]:
    """Seconds to score all reviews of a dataset, each side in a process of its own; its own start is left out, that of further ones is not."""
    seconds: dict[str, list[float]] = {"ours": [], "peer": [], "again": [], "elsewhere": []}
    memory: dict[str, list[float]] = {"ours": [], "peer": []}
    with temporary_workspace() as workspace:
        files = ucsd_files((folder or workspace.root) / "raw", reviews * 10)
        ingest_goodreads(workspace, "reviews", files["reviews"])
        ingest_goodreads(workspace, "others", files["reviews"], books=files["books"])
        for _ in range(runs):
            shutil.rmtree(workspace.root / "cache", ignore_errors=True)
            mine, _, peak = apart(_ours, workspace)
            theirs, _, peer_peak = apart(_peer, workspace)
            assert np.array_equal(mine.pop("values"), theirs.pop("values"))  # type: ignore[arg-type]
            for side, found in (mine | theirs).items():
                seconds[side].append(float(found))
            memory["ours"].append(peak)
            memory["peer"].append(peer_peak)
    median = {side: statistics.median(times) for side, times in seconds.items()}
    cores = os.cpu_count() or 1
    return result(
        "signals",
        f"TextBlob's polarity and subjectivity of {reviews:,} reviews, {cores} cores; the peer is TextBlob on one",
        median["ours"],
        median["peer"],
        "s",
        runs,
        memory_mb={side: round(statistics.median(peaks)) for side, peaks in memory.items()},
        times_cores=median["peer"] / median["ours"] / cores,
        again_s=median["again"],
        again_ratio=median["ours"] / median["again"],
        in_another_dataset_s=median["elsewhere"],
    )


def _ours(workspace: Workspace) -> dict[str, Any]:
    """Seconds the first time, again, and for a dataset that has the same reviews in other rows."""
    _load_lexicon()
    dataset, others = open_dataset(workspace, "reviews"), open_dataset(workspace, "others")
    _polarity(dataset, lambda split: np.zeros(dataset.n_rows(split)))  # the rows are read
    start = time.perf_counter()
    with other_cores(sum(map(dataset.n_rows, SPLITS))) as pool:
        store = SignalStore(dataset, pool)
        values = _polarity(dataset, lambda split: store.values("polarity", split))
        ours = time.perf_counter() - start
    start = time.perf_counter()
    _polarity(dataset, lambda split: SignalStore(dataset).values("polarity", split))
    again = time.perf_counter() - start
    start = time.perf_counter()
    _polarity(others, lambda split: SignalStore(others).values("polarity", split))
    return {"values": values, "ours": ours, "again": again, "elsewhere": time.perf_counter() - start}


def _peer(workspace: Workspace) -> dict[str, Any]:
    from textblob import TextBlob

    dataset = open_dataset(workspace, "reviews")
    texts = [text for split in SPLITS for text in dataset.split(split)["review_text"]]
    _load_lexicon()
    start = time.perf_counter()
    scored = [TextBlob(text).sentiment for text in texts]
    return {"peer": time.perf_counter() - start, "values": np.array([polarity for polarity, _ in scored])}


def _load_lexicon() -> None:
    from textblob import TextBlob

    TextBlob("good").sentiment  # noqa: B018 - it is loaded at the first use


def _polarity(dataset: Dataset, values: Callable[[str], Any]) -> Any:
    return np.concatenate([values(split) for split in SPLITS if len(dataset.split(split))])
