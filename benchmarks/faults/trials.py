"""One try each: work is struck, and what it leaves is looked at, worked on again, and cleaned up."""

import json
import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from multiprocessing.context import ForkContext, ForkServerContext
from pathlib import Path

from benchmarks.faults import room
from benchmarks.faults.processes import Clock, start
from benchmarks.faults.state import State, differences, state
from benchmarks.faults.work import Work, command
from weakrec_core.data.leftovers import clean_up
from weakrec_core.workspace import Workspace

_LATER = 120.0  # seconds after which a process that never said a word counts as gone
_PATIENCE = 240.0  # seconds that any process may take
_DAY = 86_400.0
_NEAR = 0.05  # seconds after a change on the disk in which the next is likely
_AMPLE = 1 << 30  # bytes
_READING = (("runs",), ("analyze", "--dataset", "demo", "--lfs", "tutorial"))


@dataclass
class Outcome:
    """What was wrong after one try, a sentence each; nothing where all is as it should be."""

    kind: str
    met: bool = True
    lost: list[str] = field(default_factory=list)
    half_visible: list[str] = field(default_factory=list)
    blocked_next_try: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Reference:
    """What work does when nothing strikes it."""

    work: Work
    template: Path
    known_runs: frozenset[str]
    before: State
    after: State
    moments: tuple[float, ...]
    grown: int

    @classmethod
    def of(cls, context: ForkServerContext, work: Work, template: Path, place: Path) -> "Reference":
        """Do it once."""
        known = frozenset(path.name for path in Workspace(template / "workspace").runs.glob("[!.]*"))
        home = _fresh(template, place)
        before = _looked(context, home, known)
        home = _fresh(template, place)
        process = start(context, work.run, home, log=_log(home))
        moments = process.moments()
        if process.wait(_PATIENCE) != 0:
            raise RuntimeError(f"{work.name} fails when nothing strikes it: {_last_line(process.log)}")
        after = _looked(context, home, known)
        grown = sum(
            p.stat().st_size
            for p in home.rglob("*")
            if p.is_file()
            and (not (was := template / p.relative_to(home)).exists() or was.stat().st_mtime < p.stat().st_mtime)
        )
        return cls(work, template, known, before, after, tuple(m - moments[0] for m in moments), grown)


def killed(context: ForkServerContext, reference: Reference, place: Path, rng: random.Random) -> Outcome:
    """SIGKILL at a random moment: half of them anywhere, half right after it began to change something on the disk."""
    while True:
        home = _fresh(reference.template, place)
        process = start(context, reference.work.run, home, log=_log(home))
        moments = reference.moments
        if rng.random() < 0.5:
            process.moments(1)
            time.sleep(rng.uniform(0, moments[-1]))
        else:
            k = rng.randrange(1, len(moments))
            process.moments(k)
            time.sleep(rng.uniform(0, min(moments[k] - moments[k - 1], _NEAR)))
        if process.kill():
            return _afterwards(context, reference, home, Clock([_LATER]))


def on_small_disk(context: ForkServerContext, reference: Reference, place: Path, rng: random.Random) -> Outcome:
    """A disk with less room than the work needs; then one with enough."""
    return _in_room(context, reference, place, int(rng.uniform(0, 0.9 * reference.grown)))


def read_only(context: ForkServerContext, reference: Reference, place: Path) -> Outcome:
    """A disk that may only be read, then one that may be written to again."""
    return _in_room(context, reference, place, None)


def clock_moved(context: ForkServerContext, reference: Reference, place: Path, rng: random.Random) -> list[Outcome]:
    """Kills with a clock that is then moved forward, or back, the times of files with it; and work while it jumps about."""
    found = []
    for days in (400, -400):
        home = _fresh(reference.template, place)
        process = start(context, reference.work.run, home, log=_log(home))
        process.moments(rng.randrange(1, len(reference.moments)))
        os.kill(process.process.pid, signal.SIGSTOP)
        try:
            alive = _looked(context, home, reference.known_runs, Clock([days * _DAY]))
        finally:
            process.kill()
        _move_times(home, -days * _DAY)
        outcome = _afterwards(context, reference, home, Clock([_LATER]))
        outcome.lost += [
            f"{item} is at work, and is said to be {said}" for item, said in alive.items() if said.endswith("lost")
        ]
        found.append(outcome)
    home = _fresh(reference.template, place)
    offsets = [0.0, 400 * _DAY, -400 * _DAY, 3600.0, -3600.0]
    status = start(context, reference.work.run, home, log=_log(home), clock=Clock(offsets, rng.randrange(2**32))).wait(
        _PATIENCE
    )
    outcome = Outcome(reference.work.name)
    if status != 0:
        outcome.blocked_next_try.append(f"with a clock that jumps: {_ended(status, _log(home))}")
    outcome.lost, outcome.half_visible = differences(
        reference.before, reference.after, _looked(context, home, reference.known_runs)
    )
    return [*found, outcome]


def _afterwards(
    context: ForkServerContext | ForkContext, reference: Reference, home: Path, clock: Clock | None = None
) -> Outcome:
    """Look at what is there, do the work again, and clean up."""
    known, outcome = reference.known_runs, Outcome(reference.work.name)
    found = _looked(context, home, known, clock)
    outcome.lost, outcome.half_visible = differences(reference.before, reference.after, found)
    status = start(context, reference.work.run, home, log=_log(home), clock=clock).wait(_PATIENCE)
    if status != 0:
        outcome.blocked_next_try.append(_ended(status, _log(home)))
    else:
        found = _looked(context, home, known, clock)
        lost, half = differences(reference.after, reference.after, found)
        outcome.blocked_next_try += [f"done again, but {said}" for said in lost + half]
    _move_times(home, -_DAY)
    start(context, _cleaned, home, log=_log(home)).wait(_PATIENCE)
    outcome.left_behind = [str(path) for path in (home / "workspace").rglob(".*")]  # all of it temporary
    return outcome


def _in_room(context: ForkServerContext, reference: Reference, place: Path, spare: int | None) -> Outcome:
    home = _fresh(reference.template, place, copied=False)
    told = home.with_suffix(".json")
    process = start(context, _struck_in_room, reference, home, spare, told, log=_log(home))
    if process.wait(4 * _PATIENCE) != 0:
        return Outcome(reference.work.name, blocked_next_try=[f"the try itself: {_last_line(_log(home))}"])
    return Outcome(**json.loads(told.read_text(encoding="utf-8")))


def _struck_in_room(reference: Reference, home: Path, spare: int | None, told: Path) -> None:
    """The try, in a process that has the disk to itself. A disk without `spare` bytes is one that may only be read."""
    context, known = get_context("fork"), reference.known_runs
    mounted = room.mounts_allowed()
    with room.disk(home, _AMPLE) if mounted else nullcontext():
        shutil.copytree(reference.template, home, dirs_exist_ok=True)
        log, run = _log(home), reference.work.run
        if mounted:
            room.change(home, "ro" if spare is None else f"size={room.used(home) + spare}")
        elif spare is None:
            room.take_rights(home, write=False)
        else:
            run = partial(_with_short_files, run, spare)
        status = start(context, run, home, log=log).wait(_PATIENCE)
        said = log.read_text(encoding="utf-8")
        outcome = Outcome(reference.work.name, met=status != 0)
        if status != 0 and (status != 2 or "Traceback" in said or not _last_line(log).startswith("error: ")):
            outcome.unclear.append(_ended(status, log))
        found = _looked(context, home, known)
        outcome.lost, outcome.half_visible = differences(reference.before, reference.after, found)
        if spare is None:
            out = "--out", str(told.with_suffix(".html"))
            reading = [arguments for run in known for arguments in (*_READING, ("report", run, *out))]
            for arguments in reading:
                status = start(context, command, home, *arguments, log=log).wait(_PATIENCE)
                if status != 0:
                    outcome.blocked_next_try.append(f"{arguments[0]}, which only reads: {_ended(status, log)}")
        if mounted:
            room.change(home, "rw" if spare is None else f"size={_AMPLE}")
        elif spare is None:
            room.take_rights(home, write=True)
        again = _afterwards(context, reference, home)
    outcome.blocked_next_try += again.blocked_next_try
    outcome.left_behind = again.left_behind
    told.write_text(json.dumps(vars(outcome)), encoding="utf-8")


def _with_short_files(run: Callable[[Path], None], size: int, home: Path) -> None:
    room.limit_files(size)
    run(home)


def _fresh(template: Path, place: Path, *, copied: bool = True) -> Path:
    """A folder of its own in `place`, the same each time, as before the work."""
    home = place / "try"
    shutil.rmtree(home, ignore_errors=True)
    _log(home).unlink(missing_ok=True)
    if copied:
        shutil.copytree(template, home)
    else:
        home.mkdir()
    return home


def _looked(
    context: ForkServerContext | ForkContext, home: Path, known: frozenset[str], clock: Clock | None = None
) -> State:
    """What a process finds that has just started."""
    told = home.with_suffix(".state.json")
    status = start(context, _tell_state, home, known, told, log=_log(home), clock=clock).wait(_PATIENCE)
    if status != 0:
        raise RuntimeError(f"The state cannot be looked at: {_ended(status, _log(home))}")
    found: State = json.loads(told.read_text(encoding="utf-8"))
    return found


def _tell_state(home: Path, known: frozenset[str], told: Path) -> None:
    told.write_text(json.dumps(state(home, known)), encoding="utf-8")


def _cleaned(home: Path) -> None:
    """What a start of the server removes."""
    print("\n".join(clean_up(Workspace(home / "workspace"))))


def _move_times(home: Path, seconds: float) -> None:
    for path in (home / "workspace", *(home / "workspace").rglob("*")):
        was = path.lstat()
        os.utime(path, (was.st_atime + seconds, was.st_mtime + seconds), follow_symlinks=False)


def _log(home: Path) -> Path:
    return home.with_suffix(".log")


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else ""


def _ended(status: int | None, log: Path) -> str:
    return "no end" if status is None else f"status {status}: {_last_line(log)}"
