"""The side of the process that does a job: it says how far it is and how it ended."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from weakrec_core.jobs.job import CANCEL, JOB_VARIABLE, Job
from weakrec_core.jobs.status import Status

_current: tuple[Job, Status] | None = None


@contextmanager
def reporting() -> Iterator[None]:
    """Keep the status of the job that this process was started for, if it was, from its first word to its end.

    SIGTERM ends the job as cancelled.
    """
    global _current
    directory = os.environ.pop(JOB_VARIABLE, None)  # processes that this one starts have jobs of their own
    if directory is None:
        yield
        return
    job, cancelled = Job(Path(directory)), False

    def stop(*_: object) -> None:
        nonlocal cancelled
        cancelled = True
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    _current = job, job.claim(Status(state="running", stage="Starting", queued=time.time()))
    try:
        if (job.path / CANCEL).exists():
            stop()
        yield
        _tell(state="succeeded", stage="Done", fraction=1.0)
    except BaseException as e:
        with suppress(OSError):  # on a full disk: what went wrong counts, not that it cannot be written down
            _tell(**({"state": "cancelled", "stage": "Cancelled"} if cancelled else _end(job, e)))
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
        _current = None


def report(fraction: float, stage: str) -> None:
    """Say how much is done and what is being done; nothing happens in a process that has no job."""
    _tell(fraction=fraction, stage=stage)


def _end(job: Job, error: BaseException) -> dict[str, Any]:
    if not isinstance(error, SystemExit):
        told = " ".join(f"{type(error).__name__}: {error}".split())
    elif error.code in (None, 0):
        return {"state": "succeeded", "stage": "Done", "fraction": 1.0}
    else:
        told = job.last_words()
    return {"state": "failed", "stage": "Failed", "error": told}


def _tell(**changes: Any) -> None:
    global _current
    if _current is not None:
        job, status = _current
        _current = job, status.model_copy(update=changes)
        job.write(_current[1])
