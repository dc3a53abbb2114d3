"""Many people at once: sessions that edit, fit and find their own edits, while a run trains; and what tabs leave behind."""

import random
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np
import psutil

from benchmarks.common import machine, temporary_workspace
from tests.e2e.browser import serving
from tests.e2e.tab import Tab, tab
from weakrec_core.data.demo.raw_files import write_demo
from weakrec_core.data.ingest.goodreads import ingest_goodreads
from weakrec_core.data.splits import SplitConfig
from weakrec_core.files import PROJECT
from weakrec_core.labeling.drafts import recall
from weakrec_core.workspace import Workspace

_LF = "polarity_positive"
_THINKING = 8.0  # seconds between two edits of one person, on average
_FIT_EVERY = 4  # edits
_FEW, _MANY = 10, 50  # tabs


@dataclass
class Found:
    """What a session has met."""

    edits: list[float] = field(default_factory=list)
    fits: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    cross_talk: list[str] = field(default_factory=list)


def run(sessions: int = 20, minutes: float = 5, tabs: int = _MANY, users: int | None = None) -> dict[str, Any]:
    """Sessions over web sockets, on this machine alone.

    Parameters
    ----------
    sessions : int
        At once; each edits a threshold of its own draft every 8 s on average, and looks at the label models every fourth time.
    minutes : float
        How long they do.
    tabs : int
        Opened and closed afterwards, one after the other.
    users : int, optional
        Readers of the demo; by default as newcomers get it.

    Returns
    -------
    dict
        ``ours``: the 95th percentile of the seconds from an edit to the page that shows it; ``edits``, ``errors``, ``cross_talk`` (a
        session that finds other edits than its own on the page or in its draft), ``fit_p95_s``; ``memory_mb`` of the server after
        10 and after all tabs, and their ``memory_ratio``.
    """
    with temporary_workspace() as workspace:
        size: dict[str, Any] = {} if users is None else {"users": users}
        raw = write_demo(workspace.root / "raw", **size)
        ingest_goodreads(workspace, "demo", **raw, splits=SplitConfig(dev_rows=8000 if users is None else 300))
        with (
            serving(workspace.root) as url,
            subprocess.Popen(
                _training(), cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as training,
        ):
            with tab(url) as first:
                first.open("Labeling_functions")  # the signals are computed once
            found = _together(url, workspace, sessions, minutes * 60)
            training.terminate()
            server = next(p for p in psutil.Process().children() if "open" in p.cmdline())
            memory = [_after(url, server, _FEW), _after(url, server, tabs - _FEW)]
    edits = [seconds for one in found for seconds in one.edits]
    return {
        "name": "load",
        "work": f"{sessions} sessions for {minutes:g} minutes while a run trains: seconds from an edit to the page that shows it, p95",
        "ours": float(np.quantile(edits, 0.95)),
        "unit": "s",
        "edits": len(edits),
        "median_s": statistics.median(edits),
        "fit_p95_s": float(np.quantile([s for one in found for s in one.fits] or [0], 0.95)),
        "errors": sum(len(one.errors) for one in found),
        "cross_talk": sum(len(one.cross_talk) for one in found),
        "findings": sorted({said for one in found for said in (*one.errors, *one.cross_talk)})[:20],
        "memory_mb": {f"after_{_FEW}": memory[0], f"after_{tabs}": memory[1]},
        "memory_ratio": memory[1] / memory[0],
        "machine": machine(),
    }


def _training() -> list[str]:
    return [sys.executable, "-m", "weakrec_core", "train", "--dataset", "demo", "--lfs", "recommended"]


def _together(url: str, workspace: Workspace, sessions: int, seconds: float) -> list[Found]:
    found = [Found() for _ in range(sessions)]
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=_session, args=(url, workspace, at, end, one)) for at, one in enumerate(found)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _session(url: str, workspace: Workspace, at: int, end: float, found: Found) -> None:
    rng = random.Random(at)
    try:
        with tab(url) as opened:
            opened.open("Labeling_functions", f"lf={_LF}")
            for step in count(1):
                time.sleep(min(rng.expovariate(1 / _THINKING), max(0.0, end - time.monotonic())))
                _edit(opened, workspace, round(-0.9 + 0.001 * at + 0.03 * (step % 50), 3), found)
                if step % _FIT_EVERY == 0:
                    start = time.monotonic()
                    opened.open("Label_model", _address(opened))
                    found.fits.append(time.monotonic() - start)
                    found.errors += opened.errors
                    opened.open("Labeling_functions", f"{_address(opened)}&lf={_LF}")
                if time.monotonic() >= end:
                    break
    except Exception as e:
        found.errors.append(f"{type(e).__name__}: {e}")


def _edit(opened: Tab, workspace: Workspace, value: float, found: Found) -> None:
    """Move the threshold, and look whether page and draft have this session's value."""
    (slider,) = (one for one in opened.of("slider") if one.label == "Threshold")
    start = time.monotonic()
    opened.set(slider, double_array_value={"data": [value]})
    found.edits.append(time.monotonic() - start)
    found.errors += opened.errors
    draft = recall(workspace, opened.query["draft"][0])
    (kept,) = (lf for lf in draft.lf_set.lfs if lf.name == _LF) if draft is not None else (None,)
    if kept is None or kept.threshold != value:  # type: ignore[attr-defined]
        found.cross_talk.append(f"the draft has {kept and kept.threshold} instead of {value}")  # type: ignore[attr-defined]
    said = [one.body.replace("\\", "") for one in opened.of("markdown") if one.body.startswith("At **")]
    if len(said) != 1 or f"{value:g}**" not in said[0]:
        found.cross_talk.append(f"the page says {said} and not {value}")


def _address(opened: Tab) -> str:
    return "&".join(f"{key}={opened.query[key][0]}" for key in ("dataset", "draft"))


def _after(url: str, server: psutil.Process, tabs: int) -> float:
    """Resident memory of the server in MB, once so many more tabs were opened and closed."""
    for _ in range(tabs):
        with tab(url) as opened:
            for page in ("", "Labeling_functions", "Error_analysis"):
                opened.open(page)
    return float(server.memory_info().rss / 2**20)
