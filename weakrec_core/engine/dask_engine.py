"""Dask as an engine: processes of this machine, or of a cluster that sees the same workspace."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from weakrec_core.engine.base import no_count
from weakrec_core.errors import WeakrecError

T = TypeVar("T")
R = TypeVar("R")
_TOLD = 1.0  # seconds


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

        While a result is waited for, too, it is told how many of all are there.
        """
        import distributed

        library: Any = distributed  # its types are not complete
        waiting, most = self.client.map(function, tasks, pure=False)[::-1], 0
        try:
            while waiting:
                with suppress(library.TimeoutError):
                    library.wait(waiting[-1], timeout=_TOLD)
                there = len(tasks) - sum(not future.done() for future in waiting)
                most = max(most, there)  # what a dead worker had is done again
                done(most)
                if waiting[-1].done():
                    yield waiting[-1].result()
                    waiting.pop()  # its result need not be kept
        except library.KilledWorker as e:
            raise WeakrecError(
                f"The work was given up: one worker after another died of the same part ({e.allowed_failures + 1} in all), of too "
                "little memory, perhaps; make the parts smaller."
            ) from None
        finally:
            self.client.cancel(waiting)


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
