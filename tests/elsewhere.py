"""An engine for tests: nothing is shared with the tasks, as where other processes do them."""

import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from weakrec_core.engine.base import LocalEngine, no_count


class ElsewhereEngine(LocalEngine):
    """Sends functions, tasks and results as bytes.

    Attributes
    ----------
    sent : int
        Tasks of the last `map`.
    """

    sent = 0

    def map(
        self, function: Callable[[Any], Any], tasks: Sequence[Any], done: Callable[[int], None] = no_count
    ) -> Iterator[Any]:
        self.sent = len(tasks)
        found = super().map(pickle.loads(pickle.dumps(function)), pickle.loads(pickle.dumps(tasks)), done)
        return map(pickle.loads, map(pickle.dumps, found))
