"""Dask as an engine: processes of this machine, or of a cluster that sees the same workspace."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, TypeVar

from weakrec_core.engine.base import no_count
from weakrec_core.errors import WeakrecError

T = TypeVar("T")
R = TypeVar("R")
_TOLD = 1.0  # seconds
_AHEAD = 4  # tasks a core that are sent before the first is done
_LARGE = "distributed.admin.large-graph-warning-threshold"


class DaskEngine:
    """Gives tasks to the workers of a dask scheduler.

    Attributes
    ----------
    client : distributed.Client
    """

    def __init__(self, client: Any):
        self.client = client

    def map(
        self, function: Callable[[T], R], tasks: Sequence[T], done: Callable[[int], None] = no_count
    ) -> Iterator[R]:
        """As `Engine.map`; `WeakrecError` where a task has killed one worker after another.

        Of tasks that are waiting or done and not taken yet there are a few a core: they do not fill the workers' memory. While a
        result is waited for, too, it is told how many of all are there.
        """
        import dask
        import distributed

        library: Any = distributed  # its types are not complete
        rest, waiting, taken, most = iter(tasks), deque[Any](), 0, 0
        try:
            while True:
                ahead = _AHEAD * max(1, sum(self.client.nthreads().values()))
                with dask.config.set({_LARGE: "1GiB"}):  # some tasks have arrays, and few are sent at once
                    for task in islice(rest, max(0, ahead - len(waiting))):
                        waiting.append(self.client.submit(function, task, pure=False))
                if not waiting:
                    return
                with suppress(library.TimeoutError):
                    library.wait(waiting[0], timeout=_TOLD)
                there = taken + sum(future.done() for future in waiting)
                most = max(most, there)  # what a dead worker had is done again
                done(most)
                if waiting[0].done():
                    yield waiting[0].result()
                    waiting.popleft()  # its result need not be kept
                    taken += 1
        except library.KilledWorker as e:
            raise WeakrecError(
                f"The work was given up: one worker after another died of the same part ({e.allowed_failures + 1} in all), of too "
                "little memory, perhaps; make the parts smaller."
            ) from None
        finally:
            self.client.cancel(list(waiting))


@contextmanager
def dask_engine(
    scheduler: str | None = None, workers: int | None = None, timeout: float = 10.0
) -> Iterator[DaskEngine]:
    """An engine on the workers of a scheduler, or on processes of this machine that end with the block.

    Parameters
    ----------
    scheduler : str, optional
        Its address, like ``tcp://10.0.0.5:8786``; its workers need this library and the workspace under the same path.
    workers : int, optional
        Processes to start, by default one a core.
    timeout : float
        Seconds within which a scheduler has to answer.

    Raises
    ------
    WeakrecError
        If dask is not installed, or nothing answers at the address.
    """
    try:
        import distributed
    except ImportError:
        raise WeakrecError("dask is not installed: pip install -r requirements-dask.txt") from None
    library: Any = distributed  # its types are not complete
    if scheduler is not None:
        try:
            client = library.Client(scheduler, timeout=timeout)
        except (OSError, ValueError) as e:
            raise WeakrecError(f"No dask scheduler answers at {scheduler} ({type(e).__name__}).") from None
        with client:
            yield DaskEngine(client)
        return
    with (
        library.LocalCluster(
            n_workers=workers or os.cpu_count() or 1,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs=50,
        ) as cluster,
        library.Client(cluster) as client,
    ):
        yield DaskEngine(client)
