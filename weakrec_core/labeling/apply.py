"""Applying LFs to a dataset: one column of votes per LF, computed once per distinct spec."""

from collections.abc import Hashable
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.dataset import SPLITS, Dataset
from weakrec_core.errors import SpecError, WeakrecError, quoted
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.base import LF, Votes
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.kinds import PythonLF, SimilarLF
from weakrec_core.labeling.python_votes import background_votes
from weakrec_core.labeling.result_cache import ResultCache, remembered
from weakrec_core.labeling.vector_job import need_vectors
from weakrec_core.labeling.vote_rates import Sums, vote_sums
from weakrec_core.signals import SIGNALS, SignalStore, signals_of
from weakrec_core.signals.store import why_not_installed
from weakrec_core.text_vectors.store import TextVectors

if TYPE_CHECKING:
    from weakrec_core.labeling.lf_set import LFSet


class Applier:
    """Applies LFs to the splits of one dataset and keeps the votes, so that an edit recomputes one LF.

    Parameters
    ----------
    dataset : Dataset
    signals : SignalStore, optional
    background : bool
        Whether Python LFs are applied, and vectors of many reviews made, in processes of their own; meanwhile the LFs have a
        `problem`.

    Attributes
    ----------
    cache : ResultCache
        Votes, and all that is remembered of the sets applied: see `remembered`.
    applications : int
        How many times an LF was applied to a split.
    """

    def __init__(self, dataset: Dataset, signals: SignalStore | None = None, background: bool = False):
        self.dataset = dataset
        self._background = background
        self.signals = signals or SignalStore(dataset)
        self.columns = {split: Columns(dataset, split, self.signals) for split in SPLITS}
        self.cache = ResultCache()
        self.applications = 0

    @property
    def key(self) -> Hashable:
        """What everything here depends on: the dataset's content."""
        return self.dataset.fingerprint

    def of(self, lf_set: "LFSet") -> AppliedSet:
        """A set over this dataset; nothing is computed yet."""
        return AppliedSet(self, lf_set)

    def of_usable(self, lf_set: "LFSet") -> AppliedSet:
        """`of` what is `usable` of a set."""
        return self.of(self.usable(lf_set))

    def votes(self, lf: LF, split: str) -> Votes:
        """The votes of one LF, int8, shape [n]; read-only. `WeakrecError` if it cannot be applied."""
        if any(name not in SIGNALS or not SIGNALS[name].installed for name in lf.signals_read):
            _check_signals(lf, self.dataset)
        return self._votes(lf.nameless(), lf.reads_from(self.dataset), split)

    def vote_sums(self, lf: LF, split: str) -> Sums:
        """What the vote rate of one LF is made of; see `weakrec_core.labeling.vote_rates.vote_sums`."""
        return self._vote_sums(lf.nameless(), lf.reads_from(self.dataset), split)

    def problem(self, lf: LF) -> WeakrecError | None:
        """Why an LF cannot be applied to dev or train, or None if it can."""
        try:
            for split in ("dev", "train"):
                self.votes(lf, split)
        except WeakrecError as e:
            return e
        return None

    def usable(self, lf_set: "LFSet") -> "LFSet":
        """The set with the LFs that cannot be applied switched off, so that the others go on."""
        broken = {lf.name for lf in lf_set.active if self.problem(lf) is not None}
        off = {"enabled": False}
        lfs = tuple(lf.model_copy(update=off) if lf.name in broken else lf for lf in lf_set.lfs)
        return lf_set.model_copy(update={"lfs": lfs}) if broken else lf_set

    @property
    def regardless_of_gold(self) -> "Applier":
        """The applier whose votes these are: what does not depend on gold is remembered there."""
        return self

    def with_gold_of(self, dataset: Dataset) -> "Applier":
        """An applier for a dataset that differs from this one in gold alone: the votes are not made anew."""
        return _SameVotes(self, dataset)

    @property
    def _whole(self) -> Dataset:
        """The dataset that processes of their own open."""
        return self.dataset

    @remembered
    def keyword_rows(self, keyword: str, match: str, case_sensitive: bool) -> NDArray[np.int64]:
        """Positions of the dev rows whose review contains a keyword."""
        return np.flatnonzero(self.columns["dev"].keyword_hits([keyword], match, case_sensitive))

    def text_vectors(self, kind: str, split: str) -> TextVectors:
        """The vectors of a split's reviews; `StillRunning` while those of many are made in a process of its own."""
        if self._background:
            need_vectors(self._whole, self.signals.vectors, kind, split)
        return self.signals.vectors.vectors(kind, split)

    @remembered
    def _vote_sums(self, lf: LF, reads_from: Hashable, split: str) -> Sums:
        return vote_sums(self.votes(lf, split), self.dataset.column(split, "user_idx").to_numpy())

    @remembered
    def _votes(self, lf: LF, reads_from: Hashable, split: str) -> Votes:
        self.applications += 1
        if self._background and isinstance(lf, PythonLF):
            votes = background_votes(self.dataset, lf, split)
        else:
            if isinstance(lf, SimilarLF):
                self.text_vectors(lf.vectors, split)
            votes = lf.votes(self.columns[split])
        votes.setflags(write=False)
        return votes


def _check_signals(lf: LF, dataset: Dataset) -> None:
    known = signals_of(dataset)
    for signal in sorted(lf.signals_read - known.keys()):
        if signal in SIGNALS:
            raise SpecError(f"LF {lf.name!r}: {why_not_installed(signal)}")
        raise SpecError(
            f"LF {lf.name!r}, field signal: there is no signal {quoted(signal)} in dataset {dataset.name!r}; the signals are "
            f"{', '.join(sorted(known))}."
        )


class _SameVotes(Applier):
    """Has the votes of another applier."""

    def __init__(self, other: Applier, dataset: Dataset):
        super().__init__(dataset, other.signals)
        self._other = other

    @property
    def regardless_of_gold(self) -> Applier:
        return self._other.regardless_of_gold

    def votes(self, lf: LF, split: str) -> Votes:
        return self._other.votes(lf, split)


_APPLIERS: WeakValueDictionary[Dataset, Applier] = WeakValueDictionary()


def applier_of(dataset: Dataset) -> Applier:
    """The applier of an open dataset, the same one as long as a set that it applied is in use."""
    applier = _APPLIERS.get(dataset)
    if applier is None:
        applier = _APPLIERS[dataset] = Applier(dataset)
    return applier
