"""A dataset, or a part of its train, named for a process that knows nothing yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.data.train_part import TrainPart, parts_of_train
from weakrec_core.workspace import Workspace

PART_ROWS = 200_000


@dataclass(frozen=True)
class NamedDataset:
    """Which dataset."""

    workspace: Workspace
    dataset: str
    fingerprint: str

    def whole(self) -> Dataset:
        """The dataset; what is read of it stays open in the process."""
        return _opened(self.workspace, self.dataset, self.fingerprint)


@dataclass(frozen=True)
class PartOfTrain(NamedDataset):
    """Which rows of which dataset's train."""

    rows: slice

    def opened(self) -> TrainPart:
        """The rows as a dataset."""
        return TrainPart(self.whole(), self.rows.start, self.rows.stop)


def named_parts(dataset: Dataset, part_rows: int) -> Iterator[PartOfTrain]:
    """All of train in parts of about so many rows, no user in two of them."""
    for rows in parts_of_train(dataset, part_rows):
        yield PartOfTrain(dataset.workspace, dataset.name, dataset.fingerprint, rows)


@lru_cache(1)
def _opened(workspace: Workspace, name: str, fingerprint: str) -> Dataset:
    return open_dataset(workspace, name, fingerprint)
