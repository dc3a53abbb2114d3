"""A part of a dataset's train, named for a process that knows nothing yet."""

from dataclasses import dataclass
from functools import lru_cache

from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.data.train_part import TrainPart
from weakrec_core.workspace import Workspace

PART_ROWS = 200_000


@dataclass(frozen=True)
class PartOfTrain:
    """Which rows of which dataset's train."""

    workspace: Workspace
    dataset: str
    fingerprint: str
    rows: slice

    def opened(self) -> TrainPart:
        """The rows as a dataset; what is read of the whole stays open in the process."""
        whole = _opened(self.workspace, self.dataset, self.fingerprint)
        return TrainPart(whole, self.rows.start, self.rows.stop)


@lru_cache(1)
def _opened(workspace: Workspace, name: str, fingerprint: str) -> Dataset:
    return open_dataset(workspace, name, fingerprint)
