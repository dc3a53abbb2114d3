"""How many inputs come to a result or to one clear sentence, and which do not."""

import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from benchmarks.common import machine, peak_memory
from benchmarks.fuzz.surfaces import SURFACES, prepare
from weakrec_core.errors import WeakrecError
from weakrec_core.workspace import Workspace

SECONDS, MEGABYTES = 2.0, 1024  # more than these is a fault
_PART = 5_000  # cases of one process
_AT_MOST = 60  # seconds, after which a case is broken off
_SENTENCE = 2_000  # characters


def run(
    cases: int = 100_000, random: int = 0, names: tuple[str, ...] = tuple(SURFACES), processes: int | None = None
) -> dict[str, Any]:
    """Try inputs on every surface.

    Parameters
    ----------
    cases : int
        In all, by the shares of `SURFACES`.
    random : int
        Seed of the cases.

    Returns
    -------
    dict
        ``cases``, ``refused`` (with one sentence), ``at_fault``, ``slowest_s`` (of processor time), ``memory_mb`` (the most that
        one case added), by surface and in all; ``findings``, each once, with the case.
    """
    start = time.perf_counter()
    total = sum(SURFACES[name][1] for name in names)
    with tempfile.TemporaryDirectory(prefix="weakrec-fuzz-") as directory:
        template = Path(directory) / "template"
        context = get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            pool.submit(_prepared, template).result()
        with ProcessPoolExecutor(processes or os.cpu_count(), mp_context=context, max_tasks_per_child=1) as pool:
            parts = [
                (name, pool.submit(_surface, name, size, random + at, template))
                for name in names
                for at, size in enumerate(_parts(round(cases * SURFACES[name][1] / total)))
            ]
            found = {name: _together([part.result() for of, part in parts if of == name]) for name in names}
    findings = [f"{name}: {said}" for name, one in found.items() for said in one.pop("findings")]
    return {
        "name": "fuzz",
        "work": "inputs of every kind; ours is the number that came neither to a result nor to one sentence, or took too much",
        "ours": sum(one["at_fault"] for one in found.values()),
        "unit": "cases",
        "cases": sum(one["cases"] for one in found.values()),
        "refused": sum(one["refused"] for one in found.values()),
        "slowest_s": max(one["slowest_s"] for one in found.values()),
        "memory_mb": max(one["memory_mb"] for one in found.values()),
        "by_surface": found,
        "findings": findings,
        "seconds": time.perf_counter() - start,
        "machine": machine(),
    }


def _parts(cases: int) -> list[int]:
    """Cases in parts, which the processors share."""
    return [min(_PART, cases - start) for start in range(0, max(cases, 1), _PART)]


def _together(parts: list[dict[str, Any]]) -> dict[str, Any]:
    counted = {key: sum(part[key] for part in parts) for key in ("cases", "refused", "at_fault")}
    most = {key: max(part[key] for part in parts) for key in ("slowest_s", "memory_mb")}
    return counted | most | {"findings": list(dict.fromkeys(said for part in parts for said in part["findings"]))}


def _prepared(template: Path) -> None:
    os.environ["WEAKREC_HOME"] = str(template)
    prepare(Workspace(template))


def _surface(name: str, cases: int, random: int, template: Path) -> dict[str, Any]:
    """The cases of one surface, in a process of their own."""
    place = template.parent / f"{name}-{random}"
    workspace = Workspace(shutil.copytree(template, place / "workspace"))
    os.environ["WEAKREC_HOME"] = str(workspace.root)
    (place / "files").mkdir()
    surface = SURFACES[name][0](workspace, place / "files")
    counted: dict[str, Any] = {"cases": 0, "refused": 0, "at_fault": 0, "slowest_s": 0.0, "memory_mb": 0.0}
    findings: dict[str, str] = {}
    signal.signal(signal.SIGALRM, _broken_off)

    @seed(random)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(surface.cases)
    def attempt(case: Any) -> None:
        counted["cases"] += 1
        problem, took, more = _measured(surface, case, counted)
        if took > SECONDS and problem is None:  # the first of its kind loads libraries
            problem, took, more = _measured(surface, case, {"refused": 0})
        if counted["cases"] > 1:
            counted["slowest_s"], counted["memory_mb"] = (
                max(counted["slowest_s"], took),
                max(counted["memory_mb"], more),
            )
            problem = problem or (f"{took:.1f} s" if took > SECONDS else f"{more:.0f} MB" if more > MEGABYTES else None)
        if problem is not None:
            counted["at_fault"] += 1
            findings.setdefault(problem[:200], f"{problem} {repr(case)[:1_000]}")

    attempt()
    print(f"{name}: {counted}", file=sys.__stderr__)
    return counted | {"findings": list(findings.values())[:50]}


def _measured(surface: Any, case: Any, counted: dict[str, Any]) -> tuple[str | None, float, float]:
    """What is wrong, with the seconds of processor time and the megabytes that it took."""
    memory, start = peak_memory(), time.process_time()
    signal.alarm(_AT_MOST)
    problem = _problem(surface, case, counted)
    signal.alarm(0)
    return problem, time.process_time() - start, peak_memory() - memory


def _problem(surface: Any, case: Any, counted: dict[str, Any]) -> str | None:
    """What is wrong with how a case ended; None where it came to a result or to one sentence."""
    try:
        said = surface.attempt(case)
    except OSError:  # which pages and commands make one sentence of
        counted["refused"] += 1
        return None
    except WeakrecError as e:
        said = str(e)
    except BaseException as e:
        frames = traceback.extract_tb(e.__traceback__)
        where = next(
            (f for f in reversed(frames) if "/weakrec_core/" in f.filename or "/pages/" in f.filename), frames[-1]
        )
        return f"{type(e).__name__} in {Path(where.filename).name}:{where.lineno}: {str(e)[:300]}"
    if said is not None:
        counted["refused"] += 1
        if len(said.splitlines()) != 1 or len(said) > _SENTENCE:
            return f"a sentence of {len(said):,} characters and {len(said.splitlines())} lines: {said[:200]!r}"
    return None


def _broken_off(*_: object) -> None:
    raise TimeoutError(f"no answer in {_AT_MOST} s")
