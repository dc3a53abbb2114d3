"""The runs of a workspace: those that can be shown, those that cannot and why, and the queue."""

import os

from weakrec_core.access import may_see
from weakrec_core.errors import RunError
from weakrec_core.jobs.status import ACTIVE
from weakrec_core.runs.store import Run
from weakrec_core.workspace import Workspace


def list_runs(workspace: Workspace) -> list[Run]:
    """All runs, newest first, but for those of `damaged_runs`.

    Raises
    ------
    RunError
        If the directory of the runs cannot be read.
    """
    return [run for run in _all_runs(workspace) if run.damage is None]


def damaged_runs(workspace: Workspace) -> dict[str, str]:
    """The runs that `list_runs` leaves out, newest first, each with why in a sentence."""
    return {run.id: why for run in _all_runs(workspace) if (why := run.damage) is not None}


def _all_runs(workspace: Workspace) -> list[Run]:
    """Every directory of a run that is more than just begun."""
    try:
        names = [entry.name for entry in os.scandir(workspace.runs) if not entry.name.startswith(".")]
    except FileNotFoundError:
        return []
    except OSError as e:
        raise RunError(f"{workspace.runs} cannot be read: {e.strerror}.") from None
    runs = [Run(workspace, name) for name in sorted(names, reverse=True) if may_see(f"run {name}")]
    return [run for run in runs if (run.path / "config.json").exists() or run.left_half_made]


def queue(workspace: Workspace) -> list[Run]:
    """The active runs in the order of their turns: first the one that runs, if one does."""
    found = [(run, run.status) for run in list_runs(workspace)]
    active = [(s.state == "queued", s.queued, run.id, run) for run, s in found if s.state in ACTIVE]
    return [run for *_, run in sorted(active, key=lambda entry: entry[:3])]
