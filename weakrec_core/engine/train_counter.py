"""All of train counted in the background, part by part, for sets that are looked at on a sample of it."""

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock, Thread

from cachetools import LRUCache

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.train_part import TrainPart, parts_of_train
from weakrec_core.engine.part_of_train import PART_ROWS
from weakrec_core.engine.train_sums import TrainSums, summed
from weakrec_core.engine.votes import PartVotes, votes_of_part
from weakrec_core.errors import WeakrecError
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.lf_set import LFSet

_LOGGER = logging.getLogger(__name__)
_REMEMBERED_ROWS = 100_000_000  # of the set counted last: a byte or two each
_KEPT = 500  # sets: some kilobytes each
_OWNERS = 100


def in_thread(work: Callable[[], None]) -> None:
    """Do it beside all else; it ends with the process."""
    Thread(target=work, name="train-counter", daemon=True).start()


@dataclass
class _Count:
    key: tuple[Hashable, ...]
    lf_set: LFSet
    before: "_Count | None"  # another set, all of it
    parts: list[PartVotes] = field(default_factory=list)

    @cached_property
    def known(self) -> dict[int, int]:
        """The LFs of the set before, by their place in this one: their place there."""
        of_before = self.before.key if self.before is not None else ()
        return {place: of_before.index(lf) for place, lf in enumerate(self.key) if lf in of_before}


class TrainCounter:
    """Counts the votes of one set at a time on all of train.

    Whoever works on a set wants it counted; what somebody wanted before and nobody wants any more is given up with the part at hand.
    Where LFs are left out or renamed nothing is counted anew, and of the set counted last it is remembered what each row got: after an
    edit one LF is applied.

    Parameters
    ----------
    dataset : Dataset
        The whole.
    part_rows : int
        Rows that are read at once.
    """

    def __init__(self, dataset: Dataset, part_rows: int = PART_ROWS):
        self._dataset, self._part_rows = dataset, part_rows
        self._lock = Lock()
        self._parts: list[slice] = []
        self._wanted: dict[Hashable, AppliedSet] = {}  # by who wants it, the newest last
        self._found: LRUCache[tuple[Hashable, ...], TrainSums | WeakrecError] = LRUCache(_KEPT)
        self._now: _Count | None = None
        self._last: _Count | None = None
        self._at_work = False

    def found(self, applied: AppliedSet) -> TrainSums | None:
        """What the votes of a set add up to, if that was counted.

        Raises
        ------
        WeakrecError
            If that was tried and cannot be.
        """
        with self._lock:
            found = self._known(_key(applied))
        if isinstance(found, WeakrecError):
            raise found
        return found

    def want(self, owner: Hashable, applied: AppliedSet) -> float:
        """Have a set counted, and no longer what the same owner wanted before; returns how far that is, from 0 to 1."""
        key = _key(applied)
        with self._lock:
            self._wanted.pop(owner, None)
            self._wanted[owner] = applied
            while len(self._wanted) > _OWNERS:
                self._wanted.pop(next(iter(self._wanted)))
            start = not self._at_work and self._next() is not None
            self._at_work |= start
            now = self._now
            done = len(now.parts) / max(len(self._parts), 1) if now is not None and now.key == key else 0.0
        if start:
            in_thread(self._work)
        return done

    def rest(self, owner: Hashable) -> None:
        """Let what an owner wants wait; it goes on where it was once it is wanted again."""
        with self._lock:
            self._wanted.pop(owner, None)

    def _work(self) -> None:
        while (count := self._begun()) is not None:
            try:
                self._count_part(count)
            except WeakrecError as e:
                self._end(count, e)
            except Exception as e:  # nobody else would hear of it, and the set be wanted for ever
                _LOGGER.exception("Train cannot be counted")
                self._end(
                    count, WeakrecError(f"It failed unexpectedly ({type(e).__name__}); the server's log has more.")
                )

    def _count_part(self, count: _Count) -> None:
        self._parts = self._parts or list(parts_of_train(self._dataset, self._part_rows))
        i = len(count.parts)
        part = TrainPart(self._dataset, self._parts[i].start, self._parts[i].stop)
        before = None if count.before is None else count.before.parts[i]
        votes = votes_of_part(part, count.lf_set, before, count.known)
        if self._remembers:
            count.parts.append(votes)
        else:
            count.parts.append(replace(votes, pattern_of_row=votes.pattern_of_row[:0]))
        if len(count.parts) == len(self._parts):
            self._end(count, summed(count.parts))
            count.before, self._last = None, count if self._remembers else None

    @property
    def _remembers(self) -> bool:
        return self._dataset.n_rows("train") <= _REMEMBERED_ROWS

    def _begun(self) -> _Count | None:
        """The set to go on with: the one at hand as long as it is wanted, else what was wanted last."""
        with self._lock:
            applied = self._next()
            self._at_work = applied is not None
            if applied is None:
                return None
            if self._now is None or self._now.key != _key(applied):
                self._now = _Count(_key(applied), applied.lf_set, self._last)
            return self._now

    def _next(self) -> AppliedSet | None:
        open_sets = [applied for applied in self._wanted.values() if self._known(_key(applied)) is None]
        at_hand = [applied for applied in open_sets if self._now is not None and _key(applied) == self._now.key]
        return next(reversed(at_hand or open_sets), None)

    def _end(self, count: _Count, found: TrainSums | WeakrecError) -> None:
        with self._lock:
            self._found[count.key] = found
            self._now = None

    def _known(self, key: tuple[Hashable, ...]) -> TrainSums | WeakrecError | None:
        if key in self._found:
            return self._found[key]
        for other, found in self._found.items():
            if isinstance(found, TrainSums) and set(key) <= set(other):
                return found.select([other.index(lf) for lf in key])
        return None


def _key(applied: AppliedSet) -> tuple[Hashable, ...]:
    """What the votes on train depend on, an LF after the other: gold and names are not in it."""
    return tuple((lf.nameless(), lf.reads_from(applied.dataset)) for lf in applied.active)
