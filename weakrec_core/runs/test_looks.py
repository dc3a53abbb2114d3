"""How many runs' test metrics of a dataset have been looked at: the best of many is an optimistic estimate.

A look is an empty file ``$WEAKREC_HOME/looks/FINGERPRINT/RUN``. Creating one is atomic, so that two processes at once lose
none, and it stays when the run is deleted.
"""

from weakrec_core import files
from weakrec_core.runs.store import Run
from weakrec_core.workspace import Workspace


def record(run: Run) -> None:
    """Note that the run's test metrics are being looked at; a second look at the same run changes nothing."""
    folder = run.workspace.test_looks / files.checked_name(run.config.fingerprint, "Fingerprint")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / run.id).touch()


def seen(run: Run) -> bool:
    """Whether the run's test metrics have been looked at."""
    return (run.workspace.test_looks / run.config.fingerprint / run.id).exists()


def count(workspace: Workspace, fingerprint: str) -> int:
    """The number of distinct runs whose test metrics of this dataset have been looked at."""
    folder = workspace.test_looks / fingerprint
    return sum(1 for _ in folder.iterdir()) if folder.is_dir() else 0


def sentence(workspace: Workspace, fingerprint: str) -> str:
    """The count and what it means, in plain words."""
    n = count(workspace, fingerprint)
    if n <= 1:
        return f"Test metrics of this dataset have been looked at for {n} run{'s' * (n != 1)}."
    return (
        f"Test metrics of this dataset have been looked at for {n} runs: the best of them is an optimistic estimate. "
        "Choose between runs by their valid metrics."
    )
