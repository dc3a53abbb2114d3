"""Processes that read reviews beside this one."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

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
    with ProcessPoolExecutor(n, mp_context=get_context("spawn")) as pool:
        yield pool
