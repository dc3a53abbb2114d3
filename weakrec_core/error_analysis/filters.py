"""Which rows of dev to look at, as a value that fits into a URL."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import ValidationError, model_validator

from weakrec_core.errors import SpecError
from weakrec_core.labeling.base import Frozen, Label
from weakrec_core.labeling.parsing import one_sentence

Kind = Literal["right", "wrong", "conflict", "uncovered", "low_confidence", "tie"]
Outcome = Literal["correct", "incorrect", "voted", "could_help"]


class RowFilter(Frozen):
    """Conditions on a dev row; all that are given must hold.

    Attributes
    ----------
    model : str
        What the label model says of a row with a vote, each user predicted from the others' gold.
    gold : str
        POSITIVE, NEGATIVE or unknown.
    kind : str
        ``right``, ``wrong``: the label model against gold, on rows with a vote. ``conflict``: LFs disagree. ``uncovered``:
        none votes. ``low_confidence``: there is a vote, but the likelier label has a probability below `LOW_CONFIDENCE`.
        ``tie``: as many LFs vote POSITIVE as NEGATIVE.
    lf, outcome : str
        Rows on which the LF votes (``voted``), rightly or wrongly, or abstains where it ``could_help``: gold is a label that
        it votes, and the label model is wrong or has no vote.
    signal, low, high
        The range of a signal, both ends included.
    by, slice : str
        What `weakrec_core.error_analysis.slices.cut` cuts by, and the name of a slice.
    text : str
        The review contains this, in any case.
    user : str
        A user id.
    book : str
        Title or author contain this, in any case.
    starred : bool
    """

    model: Label | None = None
    gold: Label | Literal["unknown"] | None = None
    kind: Kind | None = None
    lf: str | None = None
    outcome: Outcome | None = None
    signal: str | None = None
    low: float | None = None
    high: float | None = None
    by: str | None = None
    slice: str | None = None
    text: str | None = None
    user: str | None = None
    book: str | None = None
    starred: bool = False

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.lf is None) != (self.outcome is None):
            raise ValueError("lf and outcome go together")
        if (self.by is None) != (self.slice is None):
            raise ValueError("by and slice go together")
        if self.signal is None and (self.low is not None or self.high is not None):
            raise ValueError("low and high need a signal")
        return self

    def to_query(self) -> dict[str, str]:
        """The conditions that are given, as strings for a URL."""
        return {key: str(value) for key, value in self.model_dump(exclude_defaults=True).items()}

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """The filter of `to_query`; other keys of the URL are left alone.

        Raises
        ------
        SpecError
            Naming the field.
        """
        try:
            return cls.model_validate({key: value for key, value in query.items() if key in cls.model_fields and value})
        except ValidationError as e:
            raise SpecError(f"The filter in the address{one_sentence(e)}") from None
