"""Votes computed elsewhere."""

from collections.abc import Hashable
from typing import Any, ClassVar, Literal

from pydantic import Field

from weakrec_core.data.attached import attached_columns, attached_digest
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import SpecError
from weakrec_core.labeling.base import LF, Votes
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.snorkel_code import SnorkelCode, cell


class ColumnLF(LF):
    """Votes computed elsewhere, by a model or a crowd, and attached to the dataset with ``weakrec attach``."""

    title: ClassVar[str] = "Votes computed elsewhere"

    kind: Literal["column"] = "column"
    column: str = Field(min_length=1, description="A column of the attached file, with votes 1, 0 and -1")

    def votes(self, columns: Columns) -> Votes:
        return columns.attached(self.column).copy()

    def reads_from(self, dataset: Dataset) -> Hashable:
        """A digest of the attached column; None if there is none, of which `votes` tells."""
        return attached_digest(dataset, self.column) if self.column in attached_columns(dataset) else None

    @property
    def in_words(self) -> str:
        return f"What column {self.column} says, computed elsewhere"

    def snorkel_code(self) -> SnorkelCode:
        value = cell(self.column)
        meaning = "votes computed elsewhere: 1, 0, or -1 to abstain; none abstains, too"
        return SnorkelCode([(f"{value} in (NEGATIVE, POSITIVE)", f"int({value})")], columns={self.column: meaning})

    @classmethod
    def start(cls, dataset: Dataset) -> dict[str, Any]:
        columns = attached_columns(dataset)
        if not columns:
            raise SpecError(
                f"Dataset {dataset.name!r} has no votes from elsewhere yet; attach some with: python -m weakrec_core attach "
                f"--dataset {dataset.name} --file votes.parquet"
            )
        return {"column": columns[0]}
