"""Rows of a grid chosen by keyboard: Streamlit draws grids on a canvas, where only the mouse selects."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st


@dataclass(frozen=True)
class Selection:
    """What is selected in a grid, by mouse or in its box: the grid's `key` and the positions of the `rows`."""

    key: str
    rows: list[int]

    @property
    def default(self) -> Any:
        """The grid's ``selection_default``."""
        return {"selection": {"rows": self.rows, "columns": []}}


def row_box(
    grid: str,
    label: str,
    names: Sequence[str],
    default: Sequence[int] = (),
    *,
    many: bool = False,
    choose: Callable[[list[int]], None] | None = None,
) -> Selection:
    """Draw the box that chooses rows of the grid drawn next; it is out of sight until the keyboard comes to it (`look.py`).

    Parameters
    ----------
    grid : str
        The grid's key, until the box is used: only a grid of another key takes a selection from elsewhere.
    names : sequence of str
        What each row is called.
    default : sequence of int
        The rows selected at first; of one that has one there is always one.
    choose : callable, optional
        What else there is to do with the rows chosen in the box.
    """
    times, chosen = st.session_state.get(f"{grid}_chosen", (0, list(default)))
    key = f"{grid}_{times}" if times else grid
    if key in st.session_state:
        chosen = st.session_state[key]["selection"]["rows"]
    rows = [row for row in chosen if row < len(names)]
    box = f"{grid}_box"

    def take() -> None:
        value = st.session_state[box]
        picked = list(value) if many else [] if value is None else [value]
        st.session_state[f"{grid}_chosen"] = times + 1, picked
        if choose is not None:
            choose(picked)

    st.session_state[box] = rows if many else next(iter(rows), None)
    options: dict[str, Any] = {"format_func": names.__getitem__, "key": box, "on_change": take}
    with st.container(key=f"row_box_{grid}"):
        if many:
            st.multiselect(label, range(len(names)), **options)
        else:
            st.selectbox(label, range(len(names)), 0 if default else None, **options)
    return Selection(key, rows)
