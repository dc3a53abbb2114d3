"""The run that others are compared with: at most one for each state of a dataset.

It is named in ``$WEAKREC_HOME/pinned/FINGERPRINT.json``, which is replaced whole: of two who pin at once one wins.
"""

from weakrec_core import files
from weakrec_core.access import Role, require
from weakrec_core.activity import record
from weakrec_core.errors import RunError
from weakrec_core.runs.result_tables import finished
from weakrec_core.runs.store import Run, open_run


def pin(run: Run) -> None:
    """Compare later runs on the same data with this one.

    Raises
    ------
    RunError
        If the run has no result.
    """
    finished(run)
    files.write_json(run.workspace.pinned / f"{run.config.data}.json", {"run": run.id})
    record(run.workspace, "pinned run", run.id)


def unpin(run: Run) -> None:
    """Compare with it no longer; a run that is not pinned stays so."""
    if is_pinned(run):
        require(Role.EDITOR, "unpin a run")
        (run.workspace.pinned / f"{run.config.data}.json").unlink(missing_ok=True)
        record(run.workspace, "unpinned run", run.id)


def is_pinned(run: Run) -> bool:
    """Whether runs on the same data are compared with this one."""
    return _pinned_id(run) == run.id


def baseline_of(run: Run) -> Run | None:
    """The pinned run to compare a run with; None where none is, where it is the run itself, or where it is gone."""
    pinned = _pinned_id(run)
    if pinned is None or pinned == run.id:
        return None
    try:
        found = open_run(run.workspace, pinned)
    except RunError:
        return None
    return found if found.damage is None and found.config.data == run.config.data else None


def _pinned_id(run: Run) -> str | None:
    try:
        said = files.read_json(run.workspace.pinned / f"{run.config.data}.json")
    except (OSError, ValueError):  # none, or a damaged file, which the next pin replaces
        return None
    pinned = said.get("run") if isinstance(said, dict) else None
    return pinned if isinstance(pinned, str) else None
