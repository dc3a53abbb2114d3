"""What a slide is made of: texts, figures, a table, lists and charts; how it looks is said elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from weakrec_core.charts.colors import Chart

LISTS_FILE = "reader_lists.json"  # of a run: the `ReaderLists` of the reader that nobody picked


class Tile(NamedTuple):
    """A figure with what it is; `verdict` is one of `weakrec_core.stats.verdicts`, or empty."""

    value: str
    label: str
    note: str = ""
    verdict: str = ""


class Table(NamedTuple):
    """Cells as people read them; the first `n_left` columns are texts, the others figures."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    n_left: int = 1


class Part(NamedTuple):
    """A part of a bar: how much of the whole it is, what it is, and its colour's name in the style sheet."""

    share: float
    label: str
    tone: str


class ItemList(NamedTuple):
    """Titles one below the other, each with a second line."""

    title: str
    items: Sequence[tuple[str, str]]
    numbered: bool = True


@dataclass(frozen=True, eq=False)
class Slide:
    """One screen.

    Attributes
    ----------
    name : str
        ``problem``, ``data``, ``lfs``, ``labels``, ``worth``, ``test``, ``reader`` or ``limits``.
    title, lead : str
        What it says, and the sentence or two below.
    flow : bool
        Whether the tiles are the steps of a way, with arrows between them.
    bar : sequence of Part
        A whole and its parts.
    points : sequence of str
        One a line.
    warnings : sequence of str
        Said above all figures.
    charts : sequence of (str, Chart)
        Each with its heading.
    note : str
        Small, at the end.
    """

    name: str
    title: str
    lead: str = ""
    tiles: Sequence[Tile] = ()
    flow: bool = False
    bar: Sequence[Part] = ()
    table: Table | None = None
    lists: Sequence[ItemList] = ()
    charts: Sequence[tuple[str, Chart]] = ()
    points: Sequence[str] = ()
    warnings: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True)
class ReaderLists:
    """What one reader has read, and what is recommended without a model and by it; titles with a second line each.

    Attributes
    ----------
    reader : str
        The user's original id.
    chosen : str
        Why this reader.
    n_read : int
        Items read, of which `read` has the first.
    popular : sequence of (str, str)
        What most others read, without what the reader has read: the same for everybody.
    recommended : sequence of (str, str)
        By the run.
    """

    reader: str
    chosen: str
    n_read: int
    read: Sequence[tuple[str, str]]
    popular: Sequence[tuple[str, str]]
    recommended: Sequence[tuple[str, str]]
