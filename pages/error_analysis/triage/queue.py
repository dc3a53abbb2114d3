"""The rows that are worked through: fixed when the work begins, since a mended row leaves its bucket."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.shared.workbench import Workbench
from weakrec_core.data.looked_at import looked_at
from weakrec_core.error_analysis.buckets import Buckets
from weakrec_core.error_analysis.filters import RowFilter
from weakrec_core.error_analysis.gold_queue import for_slices
from weakrec_core.error_analysis.slices import Slicing

Order = Literal["uncertain", "slices"]
_KEY = "triage"


@dataclass
class Queue:
    """Dev rows in the order in which they are looked at.

    Attributes
    ----------
    of : tuple
        The data, the filter and the order that it was made for.
    rows : int64 array
        Positions in dev.
    right : bool array
        Whether the label model was right on them when the work began.
    before : set of int
        Positions in dev that had been looked at by then.
    at : int
        Which of `rows` is on the screen.
    asked_for : dict
        By position in dev, how dev is cut where a label is asked for the slice of that row.
    """

    of: tuple[str, RowFilter, Order]
    rows: NDArray[np.int64]
    right: NDArray[np.bool_]
    before: set[int]
    at: int = 0
    asked_for: dict[int, Slicing] = field(default_factory=dict)

    @property
    def row(self) -> int:
        return int(self.rows[self.at])

    def go(self, step: int) -> None:
        """To the next row or back; it stays where there is none."""
        self.at = min(max(self.at + step, 0), len(self.rows) - 1)

    def mended(self, found: Buckets) -> int:
        """How many are right by now that were not when the work began."""
        return int((~self.right & (found.correct[self.rows] == 1)).sum())

    def says(self, found: Buckets) -> str:
        """How far the work is."""
        known = sum(int(row) in self.before for row in self.rows)
        earlier = f", {known:,} looked at earlier" if known else ""
        return f"**{self.at + 1:,}** of {len(self.rows):,}, {self.mended(found):,} mended{earlier}"


def queue_of(wb: Workbench, found: Buckets, now: RowFilter, starred: dict[int, str], order: Order) -> Queue:
    """The queue of a filter, begun if there is none; where none is given, of what the label model gets wrong.

    It starts at the first row that nobody has looked at. By the order ``slices`` those come first that are asked for a slice.
    """
    of = (wb.dataset.data_fingerprint, now, order)
    kept: Queue | None = st.session_state.get(_KEY)
    if kept is not None and kept.of == of:
        return kept
    rows = found.rows(RowFilter(kind="wrong") if now == RowFilter() else now, starred.keys())
    asked_for = dict(for_slices(found, rows)) if order == "slices" else {}
    rows = np.array([*asked_for, *(row for row in rows.tolist() if row not in asked_for)], np.int64)
    before = looked_at(wb.dataset, "dev")
    fresh = [i for i, row in enumerate(rows) if int(row) not in before]
    queue = Queue(of, rows, found.correct[rows] == 1, before, fresh[0] if fresh else 0, asked_for)
    st.session_state[_KEY] = queue
    return queue


def begin_anew() -> None:
    """Let the queue be made of what is wrong by now."""
    st.session_state.pop(_KEY, None)
