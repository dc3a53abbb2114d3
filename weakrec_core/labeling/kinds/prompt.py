"""Votes of a language model that was asked about each review."""

import hashlib
from collections.abc import Hashable
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import SpecError, WeakrecError
from weakrec_core.labeling.base import LF, Votes
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.snorkel_code import SnorkelCode, cell
from weakrec_core.language_model.endpoint import needed_endpoint
from weakrec_core.language_model.question import UNCLEAR, Question
from weakrec_core.language_model.vote_store import vote_store
from weakrec_core.limits import PROMPT_CHARACTERS


class PromptLF(LF):
    """Votes as a language model answered a question about the review; abstains where it was not asked, or gave no usable answer.

    Applying it asks nothing: the model is asked with `weakrec ask` or in the editor, within a budget, and its answers stay in the
    workspace by text, prompt and model.
    """

    title: ClassVar[str] = "A language model's answers"

    kind: Literal["prompt"] = "prompt"
    prompt: str = Field(
        min_length=1,
        max_length=PROMPT_CHARACTERS,
        description="What the model is asked about a review, in your own words",
    )
    positive: str = Field("yes", min_length=1, max_length=40, description="The answer that votes POSITIVE")
    negative: str = Field("no", min_length=1, max_length=40, description="The answer that votes NEGATIVE")
    model: str = Field(min_length=1, max_length=200, description="The model, as its server calls it")

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if not self.prompt.strip():
            raise ValueError("an empty prompt asks nothing")
        if len({self.positive, self.negative, UNCLEAR}) < 3:
            raise ValueError(f"the answers must differ, also from {UNCLEAR!r}, which abstains")
        return self

    @cached_property
    def question(self) -> Question:
        """What is asked."""
        return Question(self.prompt, self.positive, self.negative, self.model)

    def votes(self, columns: Columns) -> Votes:
        found = vote_store(columns.dataset.workspace, self.question).votes
        votes = columns.abstain()
        if found:
            asked = np.fromiter(found.keys(), np.uint64, len(found))
            order = np.argsort(asked)
            asked, values = asked[order], np.fromiter(found.values(), np.int8, len(found))[order]
            rows, digests = columns.review_digests
            at = np.searchsorted(asked, digests).clip(max=len(asked) - 1)
            votes[rows] = np.where(asked[at] == digests, values[at], -1)
        return votes

    def reads_from(self, dataset: Dataset) -> Hashable:
        """How far the model was asked."""
        return vote_store(dataset.workspace, self.question).size

    @property
    def in_words(self) -> str:
        return f"What {self.model} answers to: {self.prompt}"

    @property
    def _column(self) -> str:
        """The column of votes that an exported LF reads, named by what was asked."""
        return f"answer_{hashlib.sha256(self.question.key.encode()).hexdigest()[:8]}"

    def snorkel_code(self) -> SnorkelCode:
        """The model is not asked again: its votes are a column."""
        value = cell(self._column)
        meaning = "votes of a language model: 1, 0, or -1 to abstain"
        return SnorkelCode([(f"{value} in (NEGATIVE, POSITIVE)", f"int({value})")], columns={self._column: meaning})

    def exported_columns(self, columns: Columns) -> dict[str, NDArray[np.float64]]:
        return {self._column: self.votes(columns).astype(np.float64)}

    @classmethod
    def start(cls, dataset: Dataset) -> dict[str, Any]:
        try:
            model = needed_endpoint().model
        except WeakrecError as e:
            raise SpecError(str(e)) from None
        noun = dataset.noun.one
        return {"prompt": f"Did the reviewer like this {noun}?", "model": model}
