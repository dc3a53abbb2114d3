"""Applying LFs to a dataset: one column of votes per LF, computed once per distinct spec."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.dataset import SPLITS, Dataset
from weakrec_core.errors import WeakrecError
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.python_votes import background_votes
from weakrec_core.labeling.spec import LF, LFSet, PythonLF, Votes
from weakrec_core.labeling.vote_patterns import VotePatterns, group_votes
from weakrec_core.signals import SignalStore

_CACHE_BYTES = 256 << 20
_CACHED_RESULTS = 1000
_CACHED_KEYWORDS = 20_000
T = TypeVar("T")


class Applier:
    """Applies LFs to the splits of one dataset and keeps the votes, so that an edit recomputes one LF.

    Parameters
    ----------
    dataset : Dataset
    signals : SignalStore, optional
    background : bool
        Whether Python LFs are applied in processes of their own, and meanwhile have a `problem`.

    Attributes
    ----------
    applications : int
        How many times an LF was applied to a split.
    """

    def __init__(self, dataset: Dataset, signals: SignalStore | None = None, background: bool = False):
        self.dataset = dataset
        self._background = background
        self._lock = threading.Lock()
        self.signals = signals or SignalStore(dataset)
        self.columns = {split: Columns(dataset, split, self.signals) for split in SPLITS}
        self.applications = 0
        rows = max(1, max(dataset.n_rows(split) for split in SPLITS))
        self._results: OrderedDict[Hashable, object] = OrderedDict()
        self.keyword_rows = lru_cache(maxsize=_CACHED_KEYWORDS)(self._keyword_rows)
        self._cached_votes = lru_cache(maxsize=max(100, _CACHE_BYTES // rows))(self._apply_one)

    def votes(self, lf: LF, split: str) -> Votes:
        """The votes of one LF, int8, shape [n]; read-only. `WeakrecError` if it cannot be applied."""
        return self._cached_votes(lf.nameless(), split)

    def problem(self, lf: LF) -> WeakrecError | None:
        """Why an LF cannot be applied to dev or train, or None if it can."""
        try:
            for split in ("dev", "train"):
                self.votes(lf, split)
        except WeakrecError as e:
            return e
        return None

    def usable(self, lf_set: LFSet) -> LFSet:
        """The set with the LFs that cannot be applied switched off, so that the others go on."""
        broken = {lf.name for lf in lf_set.active if self.problem(lf) is not None}
        off = {"enabled": False}
        lfs = tuple(lf.model_copy(update=off) if lf.name in broken else lf for lf in lf_set.lfs)
        return LFSet(name=lf_set.name, lfs=lfs) if broken else lf_set

    def apply(self, lf_set: LFSet, split: str) -> NDArray[np.int8]:
        """The label matrix L of the active LFs, int8, shape [n, m], each column contiguous."""
        n = self.dataset.n_rows(split)  # says so if there is no such split
        columns = [self.votes(lf, split) for lf in lf_set.active]
        return np.stack(columns).T if columns else np.zeros((n, 0), np.int8)

    def patterns(self, lf_set: LFSet, split: str) -> tuple[VotePatterns, NDArray[np.int64]]:
        """The vote patterns of a split with gold where known, and each row's pattern: see `group_votes`."""
        return group_votes(self.apply(lf_set, split), self.dataset.gold(split))

    def remember(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` gave when `key` was first asked for; the least recently used results are dropped."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                return cast(T, self._results[key])
        result = compute()
        with self._lock:
            self._results[key] = result
            while len(self._results) > _CACHED_RESULTS:
                self._results.popitem(last=False)
        return result

    def _keyword_rows(self, keyword: str, match: str, case_sensitive: bool) -> NDArray[np.int64]:
        """Positions of the dev rows whose review contains a keyword."""
        return np.flatnonzero(self.columns["dev"].keyword_hits([keyword], match, case_sensitive))

    def _apply_one(self, lf: LF, split: str) -> Votes:
        self.applications += 1
        if self._background and isinstance(lf, PythonLF):
            votes = background_votes(self.dataset, lf, split)
        else:
            votes = lf.votes(self.columns[split])
        votes.setflags(write=False)
        return votes
