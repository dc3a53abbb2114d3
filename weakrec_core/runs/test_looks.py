"""How many runs' test metrics of a dataset have been looked at: the best of many is an optimistic estimate.

A look is an empty file ``$WEAKREC_HOME/looks/FINGERPRINT/RUN``, by the data as ingested: labels given by hand leave test as it
is. Creating one is atomic, so that two processes at once lose none, and it stays when the run is deleted. A look at the ratings of
test themselves is a file ``rows`` beside those.
"""

from contextlib import suppress

from weakrec_core import files
from weakrec_core.access import may_write
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.noun import counted
from weakrec_core.runs.store import Run
from weakrec_core.workspace import Workspace

_ROWS = "rows"  # no run's id, which begins with a date


def record(run: Run) -> None:
    """Note that the run's test metrics are being looked at; a second look at the same run changes nothing."""
    _touch(run.workspace, run.config.data, run.id)


def record_rows(dataset: Dataset) -> None:
    """Note that the ratings of test are being looked at."""
    _touch(dataset.workspace, dataset.data_fingerprint, _ROWS)


def _touch(workspace: Workspace, fingerprint: str, name: str) -> None:
    if not may_write():  # who cannot choose between runs does not count
        return
    folder = workspace.test_looks / files.checked_name(fingerprint, "Fingerprint")
    with suppress(OSError):  # reading a report needs no right to write
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def seen(run: Run) -> bool:
    """Whether the run's test metrics have been looked at."""
    return (run.workspace.test_looks / run.config.data / run.id).exists()


def count(workspace: Workspace, fingerprint: str) -> int:
    """The number of distinct runs whose test metrics of this dataset have been looked at."""
    folder = workspace.test_looks / fingerprint
    return sum(path.name != _ROWS for path in folder.iterdir()) if folder.is_dir() else 0


def sentence(workspace: Workspace, fingerprint: str) -> str:
    """The count and what it means, in plain words."""
    n, rows = count(workspace, fingerprint), (workspace.test_looks / fingerprint / _ROWS).exists()
    said = f"Test metrics of this dataset have been looked at for {counted(n, 'run')}"
    if n > 1:
        said += ": the best of them is an optimistic estimate. Choose between runs by their valid metrics"
    seen = " The ratings of test themselves have been looked at, too: LFs written since may fit them." if rows else ""
    return f"{said}.{seen}"
