"""What an engine is, and the one that works in this process."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Engine(Protocol):
    """Does the same with many tasks."""

    def map(self, function: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R]:
        """What the function gives of each task, in the order of the tasks.

        Parameters
        ----------
        function : callable
            At the top level of a module, and always the same for the same task: one whose process has died is done again.
        """


class LocalEngine:
    """One task after another in this process."""

    def map(self, function: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R]:
        return map(function, tasks)
