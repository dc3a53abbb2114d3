"""Where background work stands: one file, replaced atomically, that outlives the process."""

from typing import Literal

import psutil
from pydantic import BaseModel

State = Literal["queued", "running", "succeeded", "failed", "cancelled", "lost"]
ACTIVE: tuple[State, ...] = ("queued", "running")
UNFINISHED: tuple[State, ...] = ("failed", "cancelled", "lost")


class Status(BaseModel):
    """Where a job stands.

    ``queued`` → ``running`` → ``succeeded``, ``failed`` or ``cancelled``, as its process says; ``lost`` is what a reader makes of
    an active one whose process is gone.

    Attributes
    ----------
    stage : str
        What it is doing.
    fraction : float
        How much of it is done, 0 to 1, as far as it tells; a training tells it by ``epoch`` of ``epochs``.
    pid, process_started : int and float
        Of the process that does it, with when it was `created`, which tells it from a later one with the same id.
    heartbeat, queued : float
        When the status was written, and when the job came into the queue.
    error : str or None
        One sentence.
    """

    state: State
    stage: str = ""
    fraction: float = 0.0
    pid: int | None = None
    process_started: float | None = None
    heartbeat: float = 0.0
    queued: float = 0.0
    epoch: int = 0
    epochs: int = 0
    error: str | None = None

    @property
    def active(self) -> bool:
        """Whether the job waits or is being done."""
        return self.state in ACTIVE


def created(pid: int) -> float:
    """When a process began, in seconds since the machine did: the clock may be set anew meanwhile.

    Raises
    ------
    psutil.NoSuchProcess
        If there is none.
    """
    return round(float(psutil.Process(pid).create_time() - psutil.boot_time()), 2)


def alive(pid: int, when: float | None) -> bool:
    """Whether a process runs; when it was `created` tells it from a later one with the same id."""
    try:
        return created(pid) == when and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
