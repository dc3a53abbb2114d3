"""What a user says of a table: which columns are what, how it is written, what to leave out."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from weakrec_core.data.ingest.dialects import TableFormat
from weakrec_core.data.ingest.scales import Scale
from weakrec_core.data.kept_columns import Kind
from weakrec_core.errors import DataError

_KEYS = {"user": "user_id", "item": "book_id", "text": "review_text"}  # others are called alike
_KEPT: dict[Kind, str] = {"signal": "signals", "category": "categories", "votes": "votes"}
NO_VALUE = "none"  # of --not-rated: each value is a rating
FACTS = ("title", "creator", "average_rating")


class Columns(BaseModel):
    """The names of the table's columns; None = there is no such column.

    Attributes
    ----------
    average_rating : str or None
        What everybody thinks of the item, as a number known apart from these ratings.
    time : str or None
        When the user interacted with the item, for a split by time; see `times.time_expression`.
    signals, categories, votes : tuple of str
        Other columns to keep for LFs: a number, a text, a vote from elsewhere a row.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str
    item: str
    rating: str
    text: str | None = None
    title: str | None = None
    creator: str | None = None
    average_rating: str | None = None
    time: str | None = None
    signals: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    votes: tuple[str, ...] = ()

    def roles(self) -> dict[str, str]:
        """The columns that have a role, by the role."""
        return self.model_dump(exclude_none=True, exclude=set(_KEPT.values()))

    def named(self) -> dict[str, str]:
        """The columns that have a role, by their names in a dataset."""
        return {_KEYS.get(role, role): name for role, name in self.roles().items()}

    def kept(self) -> dict[str, Kind]:
        """The other columns that are kept, and as what.

        Raises
        ------
        DataError
            If one is named twice, or is the rating.
        """
        found: dict[str, Kind] = {}
        for kind, field in _KEPT.items():
            for name in getattr(self, field):
                if name in found:
                    raise DataError(f"Column {name!r} is to be kept as {found[name]} and as {kind}; choose one.")
                if name == self.rating:
                    raise DataError(f"Column {name!r} is the rating: an LF that looks at it would be cheating.")
                found[name] = kind
        return found


class ItemFacts(BaseModel):
    """A second file, one row an item, that has the columns title, creator and average_rating.

    Attributes
    ----------
    id : str
        Its column of the item.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Path
    id: str
    format: TableFormat = TableFormat()


class TableConfig(BaseModel):
    """Filters of the ingest, and how to read the table.

    Attributes
    ----------
    positive : float, str or None
        Ratings from this on are POSITIVE: a rating as the table has them, or a share of the scale such as ``60%``. None = 4 on
        scales up to 5, the upper of two values, else 60%.
    scale : Scale or None
        That of plain numbers; None = as their distribution says.
    not_rated : tuple of str or None
        The values of the rating that stand for none, such as ``0``; None = as `scales.placeholder` finds.
    min_item_users, max_item_users : int or None
        Items by the users who have them in the table; None = no limit.
    min_user_items, max_user_items : int or None
        Users by their kept items; None = no limit.
    skip_bad_lines : bool
        Leave unusable lines out, counted, rather than stop at the first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    positive: float | str | None = None
    scale: Scale | None = None
    not_rated: tuple[str, ...] | None = None
    min_item_users: int = 1
    max_item_users: int | None = None
    min_user_items: int = 1
    max_user_items: int | None = None
    skip_bad_lines: bool = False
    format: TableFormat = TableFormat()
