"""A popover whose content is made once it is open: what is in a closed one would be sent with every edit."""

from collections.abc import Callable
from typing import Any

import streamlit as st


def in_popover(draw: Callable[[], object], label: str, **options: Any) -> None:
    """Draw in a popover while it is open; `options` are those of ``st.popover``, with a key."""
    popover = st.popover(label, width="content", on_change="rerun", **options)
    if popover.open:
        with popover:
            draw()
