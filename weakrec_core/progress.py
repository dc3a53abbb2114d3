"""How long jobs say how far they are."""

from collections.abc import Callable

Progress = Callable[[float, str], None]
"""Called with the fraction done, 0 to 1, and what is being done."""


def no_progress(fraction: float, message: str) -> None:
    """A `Progress` that shows nothing."""
