"""What the benchmarks share: timing in turn, the shape of a result, a workspace to work in."""

import os
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import psutil

from weakrec_core.workspace import Workspace

T = TypeVar("T")


def machine() -> str:
    """The machine in a few words."""
    memory = psutil.virtual_memory().total / 2**30
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"


def in_turn(
    ours: Callable[[], object], peer: Callable[[], object], runs: int, *, warm: bool = False
) -> tuple[float, float]:
    """Median seconds of both, run in turn after one warm-up each unless they are, so that a drift of the machine meets both."""
    if not warm:
        ours(), peer()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for function, found in zip((ours, peer), times, strict=True):
            start = time.perf_counter()
            function()
            found.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def apart(function: Callable[..., T], *arguments: Any) -> tuple[T, float, float]:
    """What a function gives in a process of its own, its seconds there, and the peak memory of that process in MB."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, function, arguments).result()


def peaks(ours: Callable[..., object], peer: Callable[..., object], *arguments: Any) -> dict[str, int]:
    """Peak memory of both in MB, each once in a process of its own."""
    return {side: round(apart(function, *arguments)[2]) for side, function in (("ours", ours), ("peer", peer))}


def _measured(function: Callable[..., T], arguments: tuple[Any, ...]) -> tuple[T, float, float]:
    start = time.perf_counter()
    value = function(*arguments)
    return value, time.perf_counter() - start, peak_memory()


def peak_memory() -> float:
    """Peak of this process in MB."""
    with suppress(
        OSError
    ):  # what getrusage says a process that was started begins with, is the memory of who started it
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def result(
    name: str, work: str, ours: float, peer: float, unit: str, runs: int, *, smaller_is_better: bool = True, **more: Any
) -> dict[str, Any]:
    """A result in the common shape; a ratio above 1 means that ours is better."""
    ratio = peer / ours if smaller_is_better else ours / peer
    return {
        "name": name,
        "work": work,
        "ours": ours,
        "peer": peer,
        "ratio": ratio,
        "unit": unit,
        "runs": runs,
        "machine": machine(),
    } | more


@contextmanager
def temporary_workspace(folder: Path | None = None) -> Iterator[Workspace]:
    """A workspace that is gone afterwards, unless it is in a folder; ``$WEAKREC_HOME`` names it meanwhile."""
    before = os.environ.get("WEAKREC_HOME")
    with nullcontext(folder) if folder else tempfile.TemporaryDirectory(prefix="weakrec-benchmark-") as directory:
        os.environ["WEAKREC_HOME"] = str(directory)
        try:
            yield Workspace(Path(directory))
        finally:
            os.environ.pop("WEAKREC_HOME")
            if before is not None:
                os.environ["WEAKREC_HOME"] = before
