"""Ingest of files in the UCSD format: its time beside that of unpacking them, its memory beside that of the tutorial's loop.

The tutorial reads each file with `gzip` and `json.loads`, a line at a time, and keeps what passes its filters as a list of dicts.
Every side runs in a process of its own, in turn.
"""

import gzip
import json
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.common import apart, result, temporary_workspace
from benchmarks.ucsd_files import ucsd_files
from weakrec_core.workspace import Workspace

INTERACTIONS = 5_000_000
Record = dict[str, Any]


def run(interactions: int = INTERACTIONS, runs: int = 5, folder: Path | None = None) -> dict[str, Any]:
    """Seconds of an ingest and of ``zcat FILES | wc -l``; the files are made first, or found in the folder."""
    with temporary_workspace() as workspace:
        files = ucsd_files((folder or workspace.root) / "raw", interactions)
        seconds: dict[str, list[float]] = {"ours": [], "zcat": [], "again": []}
        memory = []
        for i in range(runs):
            _, once, peak = apart(_ingest, workspace, f"run-{i}", files)
            _, again, _ = apart(_ingest, workspace, f"run-{i}", files)
            seconds["ours"].append(once)
            seconds["again"].append(again)
            memory.append(peak)
            seconds["zcat"].append(_unpack(files))
        _, loop, loop_memory = apart(tutorials_loop, files)
    ours, zcat, again = (statistics.median(seconds[side]) for side in ("ours", "zcat", "again"))
    work = f"{interactions:,} interactions, {max(interactions * 12 // 1000, 200):,} books, {interactions // 10:,} reviews, .json.gz; "
    work += "the peer in time is zcat | wc -l, in memory the tutorial's json.loads loop"
    peak = statistics.median(memory)
    return result(
        "ingest",
        work,
        ours,
        zcat,
        "s",
        runs,
        memory_mb={"ours": round(peak), "peer": round(loop_memory)},
        times_zcat=ours / zcat,
        share_of_the_loops_memory=peak / loop_memory,
        loop_s=loop,
        again_s=again,
        interactions_per_s=round(interactions / ours),
    )


def _ingest(workspace: Workspace, name: str, files: dict[str, Path]) -> str:
    from weakrec_core.data.ingest.goodreads import ingest_goodreads

    return ingest_goodreads(workspace, name, **files).fingerprint


def _unpack(files: dict[str, Path]) -> float:
    """Seconds of ``zcat FILES | wc -l``."""
    start = time.perf_counter()
    with subprocess.Popen(["zcat", *map(str, files.values())], stdout=subprocess.PIPE) as zcat:
        subprocess.run(["wc", "-l"], stdin=zcat.stdout, check=True, capture_output=True)
    return time.perf_counter() - start


def tutorials_loop(files: dict[str, Path]) -> dict[str, int]:
    """Read the files as the tutorial does, with its filters; how many records of each are kept in memory."""
    books = list(_records(files["books"], lambda book: 100 <= int(book["ratings_count"] or 0) <= 15_000))
    book_ids = {book["book_id"] for book in books}
    interactions = list(_records(files["interactions"], lambda record: record["book_id"] in book_ids))
    sizes = Counter(record["user_id"] for record in interactions)
    users = {user for user, n in sizes.items() if 25 <= n <= 200}
    reviews = list(_records(files["reviews"], lambda r: r["book_id"] in book_ids and r["user_id"] in users))
    return {"books": len(books), "interactions": len(interactions), "reviews": len(reviews)}


def _records(path: Path, keep: Callable[[Record], bool]) -> Iterator[Record]:
    with gzip.open(path) as lines:
        yield from filter(keep, map(json.loads, lines))
