"""Columns of a table that a dataset keeps beside its own, for LFs to look at."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from weakrec_core.data.noun import percent

Kind = Literal["signal", "category", "votes"]
_NEARLY_ALL = 0.95


class KeptColumn(BaseModel):
    """What is known of a kept column, over the rated rows.

    Attributes
    ----------
    kind : {"signal", "category", "votes"}
        A number, a text or a vote (1, 0, -1 = ABSTAIN) a row.
    known : int
        Rows that have it.
    unread : int
        Rows whose cell is not blank and no number; of a signal.
    step : float
        A sensible step for a threshold; of a signal.
    agreement : float or None
        How well it alone tells the gold labels of dev: 0 = no better than the more common label, 1 = all of them; None = too
        few rows to tell.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    known: int
    unread: int = 0
    step: float = 1.0
    agreement: float | None = None

    @property
    def gives_gold_away(self) -> bool:
        """Whether it may be the rating in another form."""
        return self.agreement is not None and self.agreement >= _NEARLY_ALL

    def told(self, name: str) -> str:
        """The column of that `name` in a few words."""
        unread = f", in {self.unread:,} of the others no number" if self.unread else ""
        return f"{name} as {self.kind}: known in {self.known:,} rows{unread}"

    def warning(self, name: str) -> str:
        """One sentence where the column of that `name` gives the gold labels away, else nothing."""
        if self.agreement is None or not self.gives_gold_away:
            return ""
        return (
            f"Column {name!r} alone tells {percent(self.agreement)} of what there is to tell of dev's gold labels: if it is the "
            "rating in another form, an LF on it is cheating, and no figure measured with it holds for rows without a rating."
        )
