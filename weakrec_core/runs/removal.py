"""Deleting a dataset or a run, after a look at what goes, what stays, and who uses it."""

import secrets
import shutil
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from weakrec_core.access import Role, require
from weakrec_core.activity import record
from weakrec_core.data import storage
from weakrec_core.data.dataset import open_dataset
from weakrec_core.data.ingest.ingest_jobs import forget_job, ingest_job
from weakrec_core.data.noun import counted
from weakrec_core.errors import RunError, WeakrecError
from weakrec_core.files import checked_name
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.pinned import is_pinned, unpin
from weakrec_core.runs.share import links, revoke
from weakrec_core.runs.store import Run, open_run
from weakrec_core.runs.worth import worth_job
from weakrec_core.usage import bytes_of
from weakrec_core.workspace import Workspace

_NAMED = 5  # runs that a sentence names


@dataclass(frozen=True)
class Removal(ABC):
    """Something that may be deleted, as it was looked at.

    Attributes
    ----------
    what : str
        Such as "Dataset films".
    size : int
        Bytes that are free afterwards, once nobody has it open.
    uses : tuple of str
        What others lose or keep, a sentence each.
    obstacle : str or None
        Why it cannot be deleted now.
    """

    workspace: Workspace
    what: str
    size: int = 0
    uses: tuple[str, ...] = ()
    obstacle: str | None = None

    def sentences(self, done: bool = False) -> list[str]:
        """What is deleted, or would be, for people."""
        size = f"{self.size / 1e6:,.1f} MB"
        if done:
            return [f"{self.what} is deleted: {size} are free once nobody has it open."]
        if self.obstacle is not None:
            return [self.obstacle]
        return [f"{self.what}: deleting it frees {size} and cannot be undone.", *self.uses]

    def execute(self) -> None:
        """Delete it.

        Raises
        ------
        WeakrecError
            If it is in use, or is not any more what was looked at; nothing is deleted then.
        AccessError
            If who is at work may only look.
        """
        require(Role.EDITOR, "delete anything")
        if self.obstacle is not None:
            raise RunError(self.obstacle)
        self._delete()

    @abstractmethod
    def _delete(self) -> None: ...


@dataclass(frozen=True)
class _Dataset(Removal):
    home: Path = field(default_factory=Path)
    directory: str = ""

    def _delete(self) -> None:
        fingerprint = storage.fingerprint_of(self.home)
        storage.delete(self.home, self.directory)
        forget_job(self.workspace, self.home.name)
        record(self.workspace, "deleted dataset", self.home.name, before=fingerprint)


@dataclass(frozen=True)
class _Run(Removal):
    run: Run = field(kw_only=True)

    def _delete(self) -> None:
        doomed = self.run.path.with_name(f".gone-{self.run.id}-{secrets.token_hex(4)}")
        with self.run.job.lock():  # nobody starts it meanwhile
            if (obstacle := _at_work(self.run)) is not None:
                raise RunError(obstacle)
            with suppress(WeakrecError):  # damaged
                unpin(self.run)
            for link in links(self.workspace, self.run.id):
                revoke(self.workspace, link.id)
            self.run.path.rename(doomed)  # nobody finds it any more
        shutil.rmtree(doomed, ignore_errors=True)
        record(self.workspace, "deleted run", self.run.id)


def dataset_removal(workspace: Workspace, name: str) -> Removal:
    """What deleting a dataset would do.

    Stars, notes and labels by hand are kept by its name and the original ids; runs keep their figures and reports.

    Raises
    ------
    DataError
        If there is none of that name, or it cannot be read.
    """
    home = workspace.datasets / checked_name(name, "Dataset")
    attached = sorted(path.name for path in (home / storage.COLUMNS).glob("[!.]*"))
    open_dataset(workspace, name)  # moves one of the layout of before
    runs = [run for run in list_runs(workspace) if run.config.dataset == name]
    ids = {run.id for run in runs}
    shared = [link for link in links(workspace) if link.run in ids and not link.expired]
    uses = []
    if runs:
        uses.append(
            f"{counted(len(runs), 'run')} of it ({_some([run.title for run in runs])}) will recommend nothing and cannot "
            "be resumed; figures and reports stay."
        )
    if shared:
        uses.append(f"{counted(len(shared), 'share link')} to them will show the report alone.")
    if attached:
        uses.append(f"Votes that were attached to it go with it: {_some(attached)}.")
    for store, said in ((workspace.notes, "Stars and notes"), (workspace.gold, "Labels by hand")):
        if any((store / name).glob("*")):
            uses.append(f"{said} on its rows stay, and count again once it is ingested under this name.")
    obstacle = next(filter(None, map(_at_work, runs)), None)
    making = ingest_job(workspace, name).status
    if making is not None and making.active:
        obstacle = f"Dataset {name} is being made at the moment; stop that first."
    return _Dataset(workspace, f"Dataset {name}", bytes_of(home), tuple(uses), obstacle, home, storage.counting(home))


def run_removal(workspace: Workspace, run_id: str) -> Removal:
    """What deleting a run, be it damaged, would do.

    Raises
    ------
    RunError
        If there is none of that id.
    """
    run, uses = open_run(workspace, run_id), []
    with suppress(WeakrecError):
        if run.about.name or run.about.notes:
            uses.append(
                f"Its name and notes go with it: {run.about.name or 'no name'}, {len(run.about.notes):,} characters."
            )
        if is_pinned(run):
            uses.append("It is the run that others on its data are compared with; none will be.")
    if shared := [link for link in links(workspace, run_id) if not link.expired]:
        uses.append(f"{counted(len(shared), 'share link')} to it will open nothing.")
    return _Run(workspace, f"Run {run_id}", bytes_of(run.path), tuple(uses), _at_work(run), run=run)


def _at_work(run: Run) -> str | None:
    """Why a run cannot go, or lose its dataset, now."""
    for job, does in (
        (run.job, "waits or trains"),
        (worth_job(run), "is being measured for what its labels are worth"),
    ):
        with suppress(WeakrecError):  # a status that cannot be read is nobody's
            if (status := job.status) is not None and status.active:
                return f"Run {run.id} {does} at the moment; stop it first."
    return None


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
