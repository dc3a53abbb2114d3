"""The rows that are worked through: fixed when the work begins, since a mended row leaves its bucket."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.shared.workbench import Workbench
from weakrec_core.data.looked_at import looked_at
from weakrec_core.error_analysis.buckets import Buckets
from weakrec_core.error_analysis.filters import RowFilter

_KEY = "triage"


@dataclass
class Queue:
    """Dev rows in the order in which they are looked at.

    Attributes
    ----------
    of : tuple
        The data and the filter that it was made for.
    rows : int64 array
        Positions in dev.
    right : bool array
        Whether the label model was right on them when the work began.
    before : set of int
        Positions in dev that had been looked at by then.
    at : int
        Which of `rows` is on the screen.
    """

    of: tuple[str, RowFilter]
    rows: NDArray[np.int64]
    right: NDArray[np.bool_]
    before: set[int]
    at: int = 0

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


def queue_of(wb: Workbench, found: Buckets, now: RowFilter, starred: dict[int, str]) -> Queue:
    """The queue of a filter, begun if there is none; where none is given, of what the label model gets wrong.

    It starts at the first row that nobody has looked at.
    """
    of = (wb.dataset.data_fingerprint, now)
    kept: Queue | None = st.session_state.get(_KEY)
    if kept is not None and kept.of == of:
        return kept
    rows = found.rows(RowFilter(kind="wrong") if now == RowFilter() else now, starred.keys())
    before = looked_at(wb.dataset, "dev")
    fresh = [i for i, row in enumerate(rows) if int(row) not in before]
    queue = Queue(of, rows, found.correct[rows] == 1, before, fresh[0] if fresh else 0)
    st.session_state[_KEY] = queue
    return queue


def begin_anew() -> None:
    """Let the queue be made of what is wrong by now."""
    st.session_state.pop(_KEY, None)
