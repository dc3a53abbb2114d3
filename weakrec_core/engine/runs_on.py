"""Where signals of new datasets are computed: on this machine, or by the workers of a scheduler that the operator named."""

import os
from dataclasses import dataclass

from weakrec_core.data.noun import counted
from weakrec_core.engine.dask_engine import dask_engine

SCHEDULER_VARIABLE = "WEAKREC_SCHEDULER"
_AT_ONCE = 2.0  # seconds that somebody waits who only wants to know


@dataclass(frozen=True)
class Workers:
    """What works.

    Attributes
    ----------
    scheduler : str or None
        The address; None is this machine.
    workers : int
        Its cores where there is no scheduler.
    memory : int
        Bytes of all workers together; 0 where they have no limit, or there is no scheduler.
    """

    scheduler: str | None
    workers: int
    memory: int

    def __str__(self) -> str:
        if self.scheduler is None:
            return f"this machine, {counted(self.workers, 'core')}"
        memory = f", {self.memory / 1e9:,.1f} GB" if self.memory else ""
        return f"dask at {self.scheduler}: {counted(self.workers, 'worker')}{memory}"


def named_scheduler() -> str | None:
    """Its address, where the operator named one."""
    return os.environ.get(SCHEDULER_VARIABLE) or None


def engine_arguments() -> list[str]:
    """For a command that makes a dataset."""
    scheduler = named_scheduler()
    return [] if scheduler is None else ["--engine", "dask", "--scheduler", scheduler]


def runs_on(scheduler: str | None) -> Workers:
    """What is there now.

    Raises
    ------
    WeakrecError
        If dask is not installed, or no scheduler answers at the address.
    """
    if scheduler is None:
        return Workers(None, os.cpu_count() or 1, 0)
    with dask_engine(scheduler, timeout=_AT_ONCE) as engine:
        workers = engine.client.scheduler_info(n_workers=-1)["workers"].values()
    return Workers(scheduler, len(workers), sum(worker["memory_limit"] or 0 for worker in workers))
