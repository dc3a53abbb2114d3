"""Votes where a review is like some examples."""

import hashlib
import math
import re
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from weakrec_core import LABEL_NAMES
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import SpecError
from weakrec_core.labeling.base import LF, VALUE, Label, Mask, Votes
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.python_layout import number
from weakrec_core.labeling.snorkel_code import SnorkelCode, cell
from weakrec_core.text_vectors.base import MAX_CHARACTERS
from weakrec_core.text_vectors.registry import VECTORIZERS

_MAX_EXAMPLES = 40
_WORD = re.compile(r"\w+(?:['’]\w+)*")


class SimilarLF(LF):
    """Votes `label` where the review is like the examples, and unlike the counterexamples; no review: abstains.

    Alike is measured by the cosine of the review's vector to the mean of the examples' vectors, less that of the
    counterexamples'. They stand in the set as texts, not as rows of a dataset: the set says all by itself what it votes, on
    other data, too, and after the row that a text came from is gone. A review that is one of several of these texts is compared with
    the others.
    """

    title: ClassVar[str] = "Reviews like these"
    op: ClassVar[Literal[">="]] = ">="

    kind: Literal["similar"] = "similar"
    label: Label = Field(description="What it votes on reviews that are like the examples")
    examples: tuple[str, ...] = Field(
        min_length=1, max_length=_MAX_EXAMPLES, description="Reviews as texts, taken together: their vectors' mean"
    )
    unlike: tuple[str, ...] = Field(
        (), max_length=_MAX_EXAMPLES, description="Reviews that speak of the same and mean the other label"
    )
    threshold: float = Field(
        ge=-1,
        le=1,
        description="The least similarity that votes: a cosine, 1 for the same text, about 0 for another subject",
    )
    vectors: str = Field(
        "tfidf",
        description="How texts become vectors: " + ", ".join(f"`{n}` ({v.title})" for n, v in VECTORIZERS.items()),
    )

    @field_validator("examples", "unlike")
    @classmethod
    def _readable(cls, examples: tuple[str, ...]) -> tuple[str, ...]:
        if any(not example.strip() for example in examples):
            raise ValueError("an empty example is like nothing")
        return tuple(example[:MAX_CHARACTERS] for example in examples)

    @field_validator("vectors")
    @classmethod
    def _known(cls, vectors: str) -> str:
        if vectors not in VECTORIZERS:
            raise ValueError(f"there are no vectors {vectors!r}; there are {', '.join(VECTORIZERS)}")
        return vectors

    @property
    def bounds(self) -> tuple[float, ...]:
        """The threshold."""
        return (self.threshold,)

    @property
    def fired(self) -> tuple[float, float]:
        """The range of similarities that votes."""
        return self.threshold, math.inf

    @property
    def measure(self) -> str:
        return "similarity"

    def measured(self, columns: Columns) -> NDArray[np.float64]:
        """The similarity of every row of a split, shape [n]; NaN = no review."""
        return columns.similarity(self.vectors, self.examples, self.unlike)

    def fires(self, values: NDArray[np.float64]) -> Mask:
        """Where it votes, given the similarity."""
        return np.asarray(values >= self.threshold)

    def votes(self, columns: Columns) -> Votes:
        votes = columns.abstain()
        votes[self.fires(self.measured(columns))] = VALUE[self.label]
        return votes

    def deciding(self, text: str) -> Mask:
        """The words, stop words aside, that the examples have, too, and the counterexamples have not."""
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

        words, others = (
            {word for text in texts for word in _WORD.findall(text.lower())} for texts in (self.examples, self.unlike)
        )
        shared = words - others - ENGLISH_STOP_WORDS
        decides = np.zeros(len(text), bool)
        for match in _WORD.finditer(text):
            decides[match.start() : match.end()] = match[0].lower() in shared
        return decides

    @property
    def _column(self) -> str:
        """The column of similarities that an exported LF reads, named by what the texts are compared with."""
        compared = repr((self.vectors, self.examples, self.unlike)).encode()
        return f"similarity_{hashlib.sha256(compared).hexdigest()[:8]}"

    def snorkel_code(self) -> SnorkelCode:
        """Vectors need more than the row: the similarity is a column, as signals are that need more."""
        value = cell(self._column)
        meaning = f"similarity of the review to examples, by {self.vectors}; NaN: no review"
        return SnorkelCode([(f"{value} >= {number(self.threshold)}", self.label)], columns={self._column: meaning})

    def exported_columns(self, columns: Columns) -> dict[str, NDArray[np.float64]]:
        return {self._column: self.measured(columns)}

    @classmethod
    def start(cls, dataset: Dataset) -> dict[str, Any]:
        """The review of dev nearest to the usual length, as an example to be replaced."""
        texts, gold = dataset.split("dev")["review_text"], dataset.gold("dev")
        reviewed = np.flatnonzero(texts.notna() & (gold >= 0))
        if not len(reviewed):
            raise SpecError(f"Dataset {dataset.name!r} has no reviews on dev that an example could be taken from.")
        lengths = texts.iloc[reviewed].str.len().to_numpy(float)
        row = reviewed[np.abs(lengths - np.median(lengths)).argmin()]
        return {"label": LABEL_NAMES[gold[row]], "examples": [texts.iloc[row]], "threshold": 0.5}
