"""Figures of a workspace in Prometheus' text format, for a collector of text files or a scraper."""

import shutil
from collections import Counter
from typing import get_args

from weakrec_core.data.dataset import list_datasets
from weakrec_core.data.ingest.ingest_jobs import unfinished_jobs
from weakrec_core.jobs.status import State
from weakrec_core.runs.listing import damaged_runs, list_runs
from weakrec_core.usage import CACHE, bytes_by_store
from weakrec_core.workspace import Workspace

Sample = tuple[str, float]  # its labels as they are written, and its value


def metrics(workspace: Workspace) -> str:
    """Runs by state, the queue, datasets being made, and what the stores and caches take of the disk, all of them gauges."""
    runs = Counter(run.status.state for run in list_runs(workspace))
    jobs = Counter(status.state for status in unfinished_jobs(workspace).values())
    sizes: Counter[str] = Counter()
    for name, size in bytes_by_store(workspace).items():
        sizes[name.partition("/")[0] if not name.startswith(CACHE) else name] += size
    there = next(path for path in (workspace.root, *workspace.root.parents) if path.exists())
    return "".join(
        (
            _gauge("runs", "Runs by state.", [(_label("state", s), runs[s]) for s in get_args(State)]),
            _gauge("runs_damaged", "Runs whose files cannot be read.", [("", len(damaged_runs(workspace)))]),
            _gauge("queue_length", "Runs that wait for the one that trains.", [("", runs["queued"])]),
            _gauge("datasets", "Datasets.", [("", len(list_datasets(workspace)))]),
            _gauge(
                "ingests",
                "Datasets that are not made yet, by state.",
                [(_label("state", s), n) for s, n in jobs.items()],
            ),
            _gauge("store_bytes", "Bytes on the disk by store.", [(_label("store", s), n) for s, n in sizes.items()]),
            _gauge(
                "cache_bytes",
                "Bytes of what can be computed again.",
                [("", sum(n for s, n in sizes.items() if s.startswith(CACHE)))],
            ),
            _gauge(
                "disk_free_bytes",
                "Bytes that are free where the workspace lies.",
                [("", shutil.disk_usage(there).free)],
            ),
        )
    )


def _gauge(name: str, help: str, samples: list[Sample]) -> str:
    lines = [f"# HELP weakrec_{name} {help}", f"# TYPE weakrec_{name} gauge"]
    return "\n".join([*lines, *(f"weakrec_{name}{labels} {value}" for labels, value in samples)]) + "\n"


def _label(name: str, value: str) -> str:
    quoted = value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'{{{name}="{quoted}"}}'
