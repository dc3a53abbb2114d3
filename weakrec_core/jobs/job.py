"""Work in a process of its own, which outlives the browser tab and the server; pages only read its files."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock
from pydantic import ValidationError

from weakrec_core.access import PERSON_VARIABLE, Role, at_work, check_write, require
from weakrec_core.errors import RunError
from weakrec_core.files import PROCESS_DIRECTORY, read_json, write_json
from weakrec_core.jobs.status import Status, alive, created
from weakrec_core.workspace import Workspace

JOB_VARIABLE = "WEAKREC_JOB"  # tells a process whose job it is
CANCEL = "CANCEL"
_STATUS, _PROCESS, _LOCK = "status.json", "process.json", "start.lock"
_START_SECONDS = 60  # from the start to the first word of the new process, where its id was not written down


@dataclass(frozen=True)
class Job:
    """The directory of some background work.

    ``status.json`` is written by whoever starts the job, and from then on by its process alone; ``process.json`` names the
    process that was started last.

    Attributes
    ----------
    what : str
        What messages call it.
    log_name : str
        The file that takes what the process prints.
    """

    path: Path
    what: str = "The job"
    log_name: str = "process.log"

    @property
    def status(self) -> Status | None:
        """The state as far as it can be trusted, None before anything was started.

        Raises
        ------
        RunError
            If ``status.json`` is not one.
        """
        status = self._read()
        if status is not None and status.active and not self._alive(status):
            # The process may have ended between writing its last status and our look at it.
            status = self._read()
            if status is not None and status.active:
                error = "The process ended without a word; see its log."
                return status.model_copy(update={"state": "lost", "error": error})
        return status

    def write(self, status: Status) -> None:
        write_json(self.path / _STATUS, status.model_dump() | {"heartbeat": time.time()})

    def start(self, workspace: Workspace, arguments: Sequence[str], *, told: bool = True) -> bool:
        """Run ``python -m weakrec_core ARGUMENTS`` on a workspace, unless a process is at the job already.

        Of two starts at once one starts it.

        Parameters
        ----------
        told : bool
            Whether the process is told that it is this job's, so that it keeps the status (`jobs.reporting`); a training
            knows by its arguments and keeps its own.

        Returns
        -------
        bool
            Whether it was started.
        """
        require(Role.EDITOR, "start a job")
        self.path.mkdir(parents=True, exist_ok=True)
        with self.lock():
            if self._working():
                return False
            (self.path / _PROCESS).unlink(missing_ok=True)  # of an earlier start
            if told:
                (self.path / CANCEL).unlink(missing_ok=True)
                self.write(Status(state="queued", stage="Starting", queued=time.time()))
            environment = (
                os.environ | workspace.environment | {PERSON_VARIABLE: at_work().name} | {"PYTHONPATH": _module_path()}
            )
            environment.pop(JOB_VARIABLE, None)
            with (self.path / self.log_name).open("wb" if told else "ab") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", "weakrec_core", *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    cwd=PROCESS_DIRECTORY,
                    env=environment | ({JOB_VARIABLE: str(self.path)} if told else {}),
                )
            write_json(self.path / _PROCESS, {"pid": process.pid, "started": created(process.pid)})
        return True

    def claim(self, status: Status) -> Status:
        """Make this process the one that does the job; returns the status with it in it, as it was written.

        Raises
        ------
        RunError
            If another process is at it.
        """
        me = os.getpid()
        with self.lock():
            other = self._read()
            if other is not None and other.active and other.pid not in (None, me) and self._alive(other):
                raise RunError(f"{self.what} is being worked on by process {other.pid}.")
            status = status.model_copy(update={"pid": me, "process_started": created(me)})
            self.write(status)
        return status

    def cancel(self) -> None:
        """Ask the process to stop; one that has not said its pid yet finds the request in a file."""
        require(Role.EDITOR, "stop a job")
        status = self.status
        if status is not None and status.active:
            (self.path / CANCEL).touch()
            if status.pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(status.pid, signal.SIGTERM)

    def forget(self) -> None:
        """Drop what is known of a job that has ended."""
        check_write(self.path)
        for name in (_STATUS, _PROCESS):
            (self.path / name).unlink(missing_ok=True)

    def queue_again(self, status: Status) -> None:
        """Put a job that has ended back to its start, while the lock is held; its last process may still be on its way out."""
        for name in (CANCEL, _PROCESS):
            (self.path / name).unlink(missing_ok=True)
        self.write(status)

    def last_words(self) -> str:
        """The last line of the log: for bad input, the one sentence of the command line."""
        path = self.path / self.log_name
        lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines() if path.exists() else []
        return lines[-1].removeprefix("error: ") if lines else "The process ended without a word."

    def lock(self) -> FileLock:
        """Held by whoever starts or claims the job."""
        return FileLock(self.path / _LOCK)

    def _working(self) -> bool:
        """Whether a process is at the job; one that only waits to be started has none."""
        status, started = self._read(), self._process()
        if status is None or not status.active:
            return False
        if status.pid is not None:
            return alive(status.pid, status.process_started)
        return bool(started) and alive(started["pid"], started["started"])

    def _alive(self, status: Status) -> bool:
        if status.pid is not None:
            return alive(status.pid, status.process_started)
        started = self._process()
        if started:
            return alive(started["pid"], started["started"])
        return abs(time.time() - status.heartbeat) < _START_SECONDS  # in the future, where the clock was set back

    def _read(self) -> Status | None:
        path = self.path / _STATUS
        try:
            return Status.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as e:
            raise RunError(f"{self.what}: {_STATUS} cannot be read ({type(e).__name__}).") from None

    def _process(self) -> dict[str, Any]:
        """The process that was started last; empty where that is not known."""
        try:
            found: dict[str, Any] = read_json(self.path / _PROCESS)
            return {"pid": int(found["pid"]), "started": float(found["started"])}
        except (OSError, ValueError, LookupError, TypeError):
            return {}


def _module_path() -> str:
    """The caller's module path with its working directory, where an operator's own modules may lie."""
    return os.pathsep.join([os.getcwd(), *filter(None, [os.environ.get("PYTHONPATH")])])
