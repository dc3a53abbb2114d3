"""Processes that begin with the library imported, and what strikes them: SIGKILL, or a clock that jumps."""

import os
import random
import select
import struct
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, ForkServerContext
from pathlib import Path
from typing import Any

import psutil

_DISK_EVENTS = {"os.rename", "os.link", "os.symlink", "os.mkdir", "os.remove", "os.rmdir", "os.truncate"}
_MOMENT = struct.Struct("d")
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def warm(modules: Sequence[str]) -> ForkServerContext:
    """Where processes are forked from: a server that has imported these modules, and has done nothing with them."""
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")  # the server has the environment of when it starts
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__, *modules])
    return context


class Clock:
    """A clock that is off, by always the same or by ever other times.

    It stands in for ``time.time`` and for psutil's time of boot, which the kernel derives from the clock. What C code reads of
    the clock by itself, `datetime.now` and the times of files, stays.
    """

    def __init__(self, seconds: Sequence[float], seed: int = 0):
        self._offsets, self._rng, self._real = seconds, random.Random(seed), time.time
        self._offset = seconds[0]

    def install(self) -> None:
        platform = psutil._psplatform
        boot_time = platform.boot_time
        time.time, platform.boot_time = self, lambda: boot_time() + self._offset

    def __call__(self) -> float:
        if len(self._offsets) > 1 and self._rng.random() < 0.2:
            self._offset = self._rng.choice(self._offsets)
        return self._real() + self._offset


@dataclass
class Process:
    """A process that has been started, and where it says what it has done."""

    process: Any
    events: Connection
    log: Path

    def wait(self, seconds: float) -> int | None:
        """Its exit status; None if it had to be killed as it did not end."""
        self.process.join(seconds)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
            return None
        return int(self.process.exitcode)

    def moments(self, most: int | None = None) -> list[float]:
        """When it began, each time it was about to change a name on the disk or had something opened to write, and when it ended."""
        found: list[float] = []
        while most is None or len(found) < most:
            select.select([self.events], [], [])
            if len(data := os.read(self.events.fileno(), _MOMENT.size)) < _MOMENT.size:
                break
            found.append(_MOMENT.unpack(data)[0])
        return found

    def kill(self) -> bool:
        """SIGKILL; whether it was still at work."""
        self.process.kill()
        self.process.join()
        return bool(self.process.exitcode and self.process.exitcode < 0)


def start(
    context: ForkServerContext | ForkContext,
    function: Callable[..., None],
    *arguments: Any,
    log: Path,
    clock: Clock | None = None,
) -> Process:
    """Call a function in a process of its own; what it prints goes to the end of `log`."""
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=_called, args=(function, arguments, writer, str(log), clock))
    process.start()
    writer.close()
    return Process(process, reader, log)


def _called(
    function: Callable[..., None], arguments: tuple[Any, ...], events: Connection, log: str, clock: Clock | None
) -> None:
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(out, stream)
    pipe = events.fileno()

    def tell(event: str = "", details: tuple[Any, ...] = ()) -> None:
        if event == "open":
            mode, flags = details[1], details[2]
            if not (flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) or (isinstance(mode, str) and mode[0] in "wax")):
                return
        elif event and event not in _DISK_EVENTS:
            return
        with suppress(OSError):  # nobody listens
            os.write(pipe, _MOMENT.pack(time.perf_counter()))

    if clock is not None:
        clock.install()
    tell()
    sys.addaudithook(tell)
    try:
        function(*arguments)
    finally:
        tell()
        sys.stdout.flush()
        sys.stderr.flush()
