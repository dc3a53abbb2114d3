"""Processes that read reviews beside this one."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread

_WORTH = 10_000  # reviews; to start a process takes as long as to read so many


@contextmanager
def other_cores(reviews: int) -> Iterator[Executor | None]:
    """A process for every further core, for `SignalStore`, which reads along; None where there is too little to read.

    Not for pages: a process pool would run the entry script again.
    """
    n = (os.cpu_count() or 1) - 1
    if n == 0 or reviews <= _WORTH:
        yield None
        return
    with ProcessPoolExecutor(n, mp_context=get_context("spawn"), initializer=_end_with_parent) as pool:
        yield pool


def _end_with_parent() -> None:
    """Let this process end when that which started it does, killed or not: by itself it would wait for work for ever."""

    def wait() -> None:
        parent = parent_process()
        assert parent is not None
        parent.join()
        os._exit(1)

    Thread(target=wait, daemon=True).start()
