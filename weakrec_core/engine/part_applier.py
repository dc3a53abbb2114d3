"""An applier for a part of train: of signals and vectors that were computed before, the part's rows are taken."""

from typing import Any

import numpy as np
import pandas as pd

from weakrec_core.data.train_part import TrainPart
from weakrec_core.labeling.apply import Applier
from weakrec_core.progress import Progress, no_progress
from weakrec_core.signals import SignalStore
from weakrec_core.signals.registry import Values
from weakrec_core.text_vectors.store import TextVectors, VectorStore


def part_applier(part: TrainPart) -> Applier:
    """An applier whose votes on train are the rows of the part of those on the whole."""
    return Applier(part, PartSignals(part))


class PartSignals(SignalStore):
    """Computes what is not on disk for its own rows, and keeps it in memory alone; texts once read are kept as ever."""

    def __init__(self, part: TrainPart):
        super().__init__(part)
        self.vectors = _PartVectors(part)
        self._pieces = part.pieces
        self._whole = SignalStore(part.whole)

    def values(self, name: str, split: str, progress: Progress = no_progress) -> Values:
        return super().values(name, split, progress) if split == "train" else self._whole.values(name, split, progress)

    def kept(self, name: str, split: str, rows: slice | None = None) -> Values | None:
        found = [self._whole.kept(name, split, rows) for rows in self._pieces]
        there = [values for values in found if values is not None]
        return np.concatenate(there) if len(there) == len(found) else None

    def _keep(self, split: str, computed: dict[str, Values]) -> None:
        pass


class _PartVectors(VectorStore):
    """The whole's vectors, of train those of the part."""

    def __init__(self, part: TrainPart):
        super().__init__(part.whole)
        self._part = part
        self._parts: dict[str, TextVectors] = {}

    def vectors(self, kind: str, split: str, progress: Progress = no_progress) -> TextVectors:
        if split != "train":
            return super().vectors(kind, split, progress)
        if kind not in self._parts:
            whole = super().vectors(kind, split, progress)
            of_row = np.concatenate([whole.of_row[rows] for rows in self._part.pieces])
            rows, at = np.unique(of_row[of_row >= 0], return_inverse=True)
            of_part = np.full(len(of_row), -1, np.int32)
            of_part[of_row >= 0] = at
            matrix: Any = whole.matrix[rows] if len(rows) else whole.matrix[:1]
            self._parts[kind] = TextVectors(np.asarray(matrix), of_part)
        return self._parts[kind]

    def _reviews(self, split: str) -> pd.Series:
        return self._part.column(split, "review_text")
