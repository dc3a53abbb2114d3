"""What an engine is, and the one that works in this process."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from weakrec_core.progress import Progress

T = TypeVar("T")
R = TypeVar("R")


def no_count(n: int) -> None:
    """Tells nobody."""


class Engine(Protocol):
    """Does the same with many tasks."""

    def map(
        self, function: Callable[[T], R], tasks: Sequence[T], done: Callable[[int], None] = no_count
    ) -> Iterator[R]:
        """What the function gives of each task, in the order of the tasks.

        Parameters
        ----------
        function : callable
            At the top level of a module, and always the same for the same task: one whose process has died is done again.
        done : callable
            Told how many of the tasks are done, as results are taken.
        """


class LocalEngine:
    """One task after another in this process."""

    def map(
        self, function: Callable[[T], R], tasks: Sequence[T], done: Callable[[int], None] = no_count
    ) -> Iterator[R]:
        for n, task in enumerate(tasks, 1):
            found = function(task)
            done(n)
            yield found


def counted_parts(progress: Progress, doing: str, n: int) -> Callable[[int], None]:
    """What tells a `Progress` how many of `n` parts are done."""
    return lambda done: progress(done / n, f"{doing}, {done:,} of {n:,} parts")
