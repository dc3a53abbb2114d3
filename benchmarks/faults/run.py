"""How often work that is struck loses something, shows something half-written, or stands in the way of the next try."""

import os
import random
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import machine
from benchmarks.faults import room, trials
from benchmarks.faults.processes import start, warm
from benchmarks.faults.trials import Outcome, Reference
from benchmarks.faults.work import WORKS, prepare

_COUNTED = ("lost", "half_visible", "blocked_next_try", "unclear", "left_behind")
_PREPARING = 600.0  # seconds


def run(tries: int = 200, seed: int = 0, kinds: Iterable[str] = tuple(WORKS)) -> dict[str, Any]:
    """Ingest, save, fit, train, export and import, each killed, with too small a disk, with a read-only one, with a moved clock.

    Work is the command line's own code in processes of their own, over a small demo. After each try a new process reads
    everything: what was there before has to be as before or as after the work, what is new as after it; the same work is done
    again and has to come to its end; a start of the server has to clean up.

    Parameters
    ----------
    tries : int
        Kills by SIGKILL; of disks and clocks so many more as the result says.
    kinds : iterable of str
        Of `WORKS`.

    Returns
    -------
    dict
        ``tries``; of the kills ``lost``, ``half_visible``, ``blocked_next_try``, each the number of tries, ``left_behind`` (what
        a start of the server does not remove); ``by_kind``; the same of ``full_disk`` and ``read_only`` (with ``unclear``: ended
        otherwise than by one sentence and status 2, and ``by``: how the disk was made so) and of ``clock``; ``findings`` in words.
    """
    started, rng = time.perf_counter(), random.Random(seed)
    works = [WORKS[name] for name in kinds]
    context = warm(sorted({module for work in works for module in work.modules}))
    outcomes: dict[str, list[Outcome]] = {"kill": [], "full_disk": [], "read_only": [], "clock": []}
    with tempfile.TemporaryDirectory(prefix="weakrec-faults-") as directory:
        place = Path(directory)
        template = place / "template"
        template.mkdir()
        process = start(context, prepare, template, any(work.needs_run for work in works), log=place / "prepare.log")
        if process.wait(_PREPARING) != 0:
            raise RuntimeError((place / "prepare.log").read_text(encoding="utf-8"))
        mounts = room.mounts_allowed()
        ends = np.cumsum([0, *(work.share for work in works)])
        shares = np.diff(np.round(tries * ends / ends[-1]).astype(int))
        for work, share in zip(works, shares, strict=True):
            reference = Reference.of(context, work, template, place)
            outcomes["kill"] += [trials.killed(context, reference, place, rng) for _ in range(share)]
            disks = max(1, int(share) // 6)
            outcomes["full_disk"] += [trials.on_small_disk(context, reference, place, rng) for _ in range(disks)]
            if mounts or os.getuid():
                outcomes["read_only"].append(trials.read_only(context, reference, place))
            outcomes["clock"] += trials.clock_moved(context, reference, place, rng)
    counted = {what: _counted(found) for what, found in outcomes.items()}
    problems = sum(counted[what][name] for what in counted for name in ("lost", "half_visible", "blocked_next_try"))
    return {
        "name": "faults",
        "work": f"{', '.join(work.name for work in works)}, struck at random moments; ours is the number of tries that went wrong",
        "ours": problems,
        "unit": "tries",
        **counted.pop("kill"),
        "by_kind": {work.name: _counted([o for o in outcomes["kill"] if o.kind == work.name]) for work in works},
        **counted,
        "by": {"full_disk": "tmpfs" if mounts else "RLIMIT_FSIZE", "read_only": "tmpfs" if mounts else "rights"},
        "findings": sorted(
            {
                f"{what}, {outcome.kind}, {name}: {said}"
                for what, found in outcomes.items()
                for outcome in found
                for name in _COUNTED
                for said in getattr(outcome, name)
            }
        ),
        "seconds": time.perf_counter() - started,
        "machine": machine(),
    }


def _counted(outcomes: list[Outcome]) -> dict[str, int]:
    """The number of tries with each problem."""
    found = {"tries": len(outcomes), "met": sum(outcome.met for outcome in outcomes)}
    return found | {name: sum(bool(getattr(outcome, name)) for outcome in outcomes) for name in _COUNTED}
