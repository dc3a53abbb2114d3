"""What all labeling functions share. A new kind is one subclass of `LF` with a ``kind`` literal and a ``votes`` method."""

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from weakrec_core import NEGATIVE, POSITIVE
from weakrec_core.labeling.columns import Columns

Votes = NDArray[np.int8]
Label = Literal["POSITIVE", "NEGATIVE"]
VALUE = {"POSITIVE": POSITIVE, "NEGATIVE": NEGATIVE}

LF_KINDS: dict[str, type["LF"]] = {}


class Frozen(BaseModel):
    """Immutable, hashable, no unknown keys, no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class LF(Frozen):
    """A labeling function. Specs are immutable and hashable; equal specs give equal votes."""

    kind: str
    name: str = Field(min_length=1, max_length=80)
    enabled: bool = True

    def __init_subclass__(cls, kind: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if kind:
            LF_KINDS[kind] = cls

    def votes(self, columns: Columns) -> Votes:
        """Vote on every row of a split: int8, shape [n]; POSITIVE 1, NEGATIVE 0, ABSTAIN -1."""
        raise NotImplementedError

    def nameless(self) -> Self:
        """The same function under no name of its own: what caches of votes are keyed by."""
        return self.model_copy(update={"name": "-", "enabled": True})
