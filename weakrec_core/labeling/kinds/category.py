"""Votes by the value of a column that the dataset keeps as a category."""

from typing import Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from weakrec_core import ABSTAIN, NEGATIVE, POSITIVE
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import SpecError
from weakrec_core.labeling.base import LF, Votes
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.snorkel_code import SnorkelCode, cell


class CategoryLF(LF):
    """Votes by the value of a column of the table that was kept with ``ingest table --category``; all other values abstain."""

    title: ClassVar[str] = "Category of the table"

    kind: Literal["category"] = "category"
    column: str = Field(min_length=1, description="A column that the dataset keeps as a category")
    positive: tuple[str, ...] = Field((), description="Values that vote POSITIVE, written as in the table")
    negative: tuple[str, ...] = Field((), description="Values that vote NEGATIVE")

    @model_validator(mode="after")
    def _decided(self) -> Self:
        if not self.positive and not self.negative:
            raise ValueError("no value votes; name one under positive or negative")
        if both := set(self.positive) & set(self.negative):
            raise ValueError(f"{min(both)!r} votes both POSITIVE and NEGATIVE")
        return self

    def votes(self, columns: Columns) -> Votes:
        values = columns.category(self.column)
        label = dict.fromkeys(self.positive, POSITIVE) | dict.fromkeys(self.negative, NEGATIVE)
        of_code = np.array([*(label.get(value, ABSTAIN) for value in values.categories), ABSTAIN], np.int8)
        votes: Votes = of_code[values.codes]  # a cell that is not known has the code -1: the last
        return votes

    @property
    def in_words(self) -> str:
        said = (("POSITIVE", self.positive), ("NEGATIVE", self.negative))
        return ", ".join(f"{label} where {self.column} is {' or '.join(values)}" for label, values in said if values)

    def snorkel_code(self) -> SnorkelCode:
        said = {"POSITIVE": ("positive", self.positive), "NEGATIVE": ("negative", self.negative)}
        value = cell(self.column)
        return SnorkelCode(
            [(f"{value} in {name}", label) for label, (name, values) in said.items() if values],
            resources={name: values for name, values in said.values() if values},
            columns={self.column: "a column of the table, a text; NaN: not known"},
        )

    @classmethod
    def start(cls, dataset: Dataset) -> dict[str, Any]:
        for name, column in dataset.kept_columns.items():
            if column.kind == "category" and column.known:
                return {"column": name, "positive": [dataset.kept(name, "train").value_counts().index[0]]}
        raise SpecError(
            f"Dataset {dataset.name!r} keeps no column as a category; make it anew and keep one: ingest table … --category COLUMN."
        )
