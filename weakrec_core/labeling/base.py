"""What all labeling functions share. A new kind is one subclass of `LF` in a file of its own, and one line in `kinds.LF_KINDS`."""

from collections.abc import Hashable
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator

from weakrec_core import NEGATIVE, POSITIVE
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import SpecError
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.snorkel_code import SnorkelCode
from weakrec_core.limits import LF_COMMENT_CHARACTERS, LF_OWNER_CHARACTERS, LF_TAGS, TAG_CHARACTERS

Votes = NDArray[np.int8]
Mask = NDArray[np.bool_]
Label = Literal["POSITIVE", "NEGATIVE"]
VALUE = {"POSITIVE": POSITIVE, "NEGATIVE": NEGATIVE}
_NO_NOTES: dict[str, Any] = {"tags": (), "comment": "", "owner": ""}


class Frozen(BaseModel):
    """Immutable, hashable, no unknown keys, no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class LF(Frozen):
    """A labeling function. Specs are immutable and hashable; equal specs give equal votes, and so do those with other notes.

    A kind declares its fields as pydantic fields, which are its keys in YAML and what the editor offers, and

    - ``kind``, a ``Literal`` with the name of the kind as its default, and ``title``, the kind in a few words for people;
    - `votes`; and where they say something: `deciding`, `signals_read`, `reads_from`, `in_words`, `start`, `snorkel_code`.
    """

    title: ClassVar[str]

    kind: str
    name: str = Field(min_length=1, max_length=80, description="Unique within the set")
    enabled: bool = Field(True, description="An LF that is off stays in the set and does not vote")
    tags: tuple[str, ...] = Field((), max_length=LF_TAGS, description="Words to find LFs by")
    comment: str = Field("", max_length=LF_COMMENT_CHARACTERS, description="What people should know of it")
    owner: str = Field("", max_length=LF_OWNER_CHARACTERS, description="Whom to ask about it")

    @field_validator("tags")
    @classmethod
    def _plain_tags(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        tags = tuple(dict.fromkeys(tag.strip() for tag in tags))
        if any(not tag or len(tag) > TAG_CHARACTERS for tag in tags):
            raise ValueError(f"a tag has 1 to {TAG_CHARACTERS} characters")
        return tags

    def votes(self, columns: Columns) -> Votes:
        """Vote on every row of a split: int8, shape [n]; POSITIVE 1, NEGATIVE 0, ABSTAIN -1."""
        raise NotImplementedError

    def deciding(self, text: str) -> Mask:
        """Which characters of a review decide a vote of this LF, shape [len(text)]."""
        return np.zeros(len(text), bool)

    @property
    def signals_read(self) -> frozenset[str]:
        """Names of the signals that it looks at."""
        return frozenset()

    def reads_from(self, dataset: Dataset) -> Hashable:
        """What its votes depend on beside the spec and the dataset's content, such as a digest of a file; None = nothing."""
        return None

    @property
    def in_words(self) -> str:
        """What it does, in a line for people who do not write LFs."""
        return self.title

    def snorkel_code(self) -> SnorkelCode:
        """The same function in Snorkel's terms, for LF sets that are exported as a module.

        Raises
        ------
        SpecError
            If the kind has no such form.
        """
        raise SpecError(
            f"LF {self.name!r}: kind {self.kind} cannot be exported as Python; switch the LF off to export the others."
        )

    def exported_columns(self, columns: Columns) -> dict[str, NDArray[np.float64]]:
        """Columns of its own that `snorkel_code` reads, for every row of a split, shape [n] each."""
        return {}

    @classmethod
    def start(cls, dataset: Dataset) -> dict[str, Any]:
        """The fields, kind and name aside, of a new LF of this kind on a dataset.

        Raises
        ------
        SpecError
            If the dataset or the workbench has nothing that such an LF could work on; it says how to provide it.
        """
        raise NotImplementedError

    def without_notes(self) -> Self:
        """The same function without tags, comment and owner: what results are remembered by."""
        return self.model_copy(update=_NO_NOTES) if self.tags or self.comment or self.owner else self

    def with_notes_of(self, other: "LF") -> Self:
        """The same function with the notes of another: what is remembered may have older ones."""
        return self.model_copy(update={name: getattr(other, name) for name in _NO_NOTES})

    def nameless(self) -> Self:
        """The same function under no name of its own: what votes are remembered by."""
        return self.model_copy(update={"name": "-", "enabled": True} | _NO_NOTES)
