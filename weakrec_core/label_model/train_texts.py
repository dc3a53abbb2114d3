"""Train's reviews as the text model asks for them, in one piece here or part by part by an engine."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.engine.base import Engine, LocalEngine
from weakrec_core.engine.part_of_train import named_parts
from weakrec_core.engine.votes import MergedSet
from weakrec_core.label_model.text_model import Floats, TextModel
from weakrec_core.labeling.applied import AppliedSet


class _Part(Protocol):
    def opened(self) -> Dataset: ...


@dataclass(frozen=True)
class _Whole:
    dataset: Dataset

    def opened(self) -> Dataset:
        return self.dataset


@dataclass(frozen=True, eq=False)
class TrainTexts:
    """The reviews of train.

    Attributes
    ----------
    parts : sequence
        All of train, part by part.
    engine : Engine
    """

    parts: Sequence[_Part]
    engine: Engine

    @cached_property
    def reviewed(self) -> NDArray[np.bool_]:
        """Whether a row has a review, shape [n_train]."""
        return np.concatenate([np.zeros(0, np.bool_), *self._of_part])

    @cached_property
    def _of_part(self) -> list[NDArray[np.bool_]]:
        return list(self.engine.map(_reviewed, self.parts))

    def at(self, rows: NDArray[np.integer]) -> pd.Series:
        """The reviews of some rows, ascending."""
        starts = np.cumsum([0, *map(len, self._of_part)])
        bounds = np.searchsorted(rows, starts)
        wanted = [
            (part, rows[first:last] - start)
            for part, start, first, last in zip(self.parts, starts, bounds, bounds[1:], strict=False)
            if first < last
        ]
        return pd.concat([pd.Series([], dtype="str"), *self.engine.map(_texts, wanted)], ignore_index=True)

    def scored(self, model: TextModel) -> Floats:
        """What a text model says of each row, shape [n_train]; NaN where there is no review."""
        return np.concatenate([np.zeros(0), *self.engine.map(partial(_scored, model), self.parts)])


def train_texts(applied: AppliedSet) -> TrainTexts:
    """The reviews of a set's train; part by part if the set was applied so."""
    if isinstance(applied, MergedSet):
        return TrainTexts(list(named_parts(applied.dataset, applied.part_rows)), applied.engine)
    return TrainTexts([_Whole(applied.dataset)], LocalEngine())


def _reviews(part: _Part) -> pd.Series:
    return part.opened().column("train", "review_text")


def _reviewed(part: _Part) -> NDArray[np.bool_]:
    return _reviews(part).notna().to_numpy()


def _texts(wanted: tuple[_Part, NDArray[np.integer]]) -> pd.Series:
    part, rows = wanted
    return _reviews(part).iloc[rows]


def _scored(model: TextModel, part: _Part) -> Floats:
    return model.predict_proba(_reviews(part))
