"""One LF set over one dataset: its votes and all that `labeling` derives from them."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import SpecError
from weakrec_core.labeling.analysis import lf_summary, set_summary
from weakrec_core.labeling.base import LF
from weakrec_core.labeling.result_cache import ResultCache, remembered
from weakrec_core.labeling.sweep import Sweep, sweep_lf
from weakrec_core.labeling.thresholded import Thresholded
from weakrec_core.labeling.vote_patterns import VotePatterns, group_votes

if TYPE_CHECKING:
    from weakrec_core.labeling.apply import Applier
    from weakrec_core.labeling.lf_set import LFSet


@dataclass(frozen=True, eq=False)
class AppliedSet:
    """What label models, error analysis, suggestions and training take: made by `Applier.of` or `LFSet.apply`.

    It is a value: nothing is computed before it is asked for, and what is, is remembered by `key`.

    Attributes
    ----------
    applier : Applier
        Of the dataset.
    lf_set : LFSet

    Examples
    --------
    >>> import weakrec_core as wr
    >>> applied = wr.load_lf_set("lfs/tutorial.yaml").apply(wr.load_demo())
    >>> applied.summary()[["name", "n", "correct", "emp_acc", "lift"]].head(1)  # doctest: +ELLIPSIS
                  name  ...
    0  stars_in_review  ...
    """

    applier: "Applier"
    lf_set: "LFSet"

    @property
    def dataset(self) -> Dataset:
        return self.applier.dataset

    @property
    def names(self) -> list[str]:
        """Names of the active LFs, in the order of the columns of L."""
        return self.lf_set.names

    @property
    def active(self) -> tuple[LF, ...]:
        """The LFs that are switched on."""
        return self.lf_set.active

    @property
    def cache(self) -> ResultCache:
        return self.applier.cache

    @cached_property
    def key(self) -> Hashable:
        """All that results depend on: the dataset's content, the active specs, and what these read from elsewhere."""
        specs = tuple(lf.without_notes() for lf in self.active)
        return (self.applier.key, specs, tuple(lf.reads_from(self.dataset) for lf in specs))

    def votes(self, split: str) -> NDArray[np.int8]:
        """The label matrix L of the active LFs, int8, shape [n, m], each column contiguous.

        Raises
        ------
        WeakrecError
            If an LF cannot be applied: see `Applier.usable`.
        """
        n = self.dataset.n_rows(split)  # says so if there is no such split
        columns = [self.applier.votes(lf, split) for lf in self.active]
        return np.stack(columns).T if columns else np.zeros((n, 0), np.int8)

    def vote_table(self, split: str) -> pd.DataFrame:
        """One row a row of a split: user_id, book_id and one int8 column an LF; `SpecError` if an LF is called like another column."""
        votes = pd.DataFrame(self.votes(split), columns=self._column_names("user_id", "book_id"))
        return pd.concat([self.dataset.split(split)[["user_id", "book_id"]], votes], axis=1)

    def pattern_table(self, split: str) -> pd.DataFrame:
        """One row a vote pattern, the most frequent first: one int8 column an LF, the count, and of these the gold labels.

        Columns after the LFs': count, gold_negative, gold_positive; rows without gold are in neither.
        """
        patterns = self.patterns(split)
        columns = self._column_names("count", "gold_negative", "gold_positive")
        counts = {
            "count": patterns.counts,
            "gold_negative": patterns.gold_counts[:, 0],
            "gold_positive": patterns.gold_counts[:, 1],
        }
        table = pd.DataFrame(patterns.votes, columns=columns).assign(**counts)
        return table.sort_values("count", ascending=False, kind="stable", ignore_index=True)

    def _column_names(self, *others: str) -> list[str]:
        if taken := set(others) & set(self.names):
            raise SpecError(
                f"LF set {self.lf_set.name!r}: LF {min(taken)!r} needs another name: the output has a column called so."
            )
        return self.names

    def patterns(self, split: str) -> VotePatterns:
        """The vote patterns of a split, with gold where it is known."""
        return self._grouped(split)[0]

    def pattern_of_row(self, split: str) -> NDArray[np.unsignedinteger]:
        """Each row's pattern, shape [n]: ``patterns(split).votes[pattern_of_row(split)]`` is L."""
        return self._grouped(split)[1]

    @remembered
    def _grouped(self, split: str) -> tuple[VotePatterns, NDArray[np.unsignedinteger]]:
        return group_votes(self.votes(split), self.dataset.gold(split))

    def vote_sums(self, split: str) -> NDArray[np.int64]:
        """What the LFs' vote rates are made of, shape [m, 5]: see `weakrec_core.labeling.vote_rates.vote_sums`."""
        sums = [self.applier.vote_sums(lf, split) for lf in self.active]
        return np.array(sums, np.int64).reshape(-1, 5)

    @remembered
    def summary(self, split: str = "dev") -> pd.DataFrame:
        """LFAnalysis's table with intervals, base rates and lift, one row an active LF: see `lf_summary`."""
        return lf_summary(self.patterns(split), self.active)

    def shares(self, split: str) -> dict[str, float]:
        """Coverage, overlap, conflict and rows of the whole set: see `set_summary`."""
        return set_summary(self.patterns(split))

    def sweep(self, name: str) -> Sweep:
        """What the threshold or similar LF of that name would do on dev at every threshold.

        Raises
        ------
        SpecError
            If the set has no LF of that name with one threshold.
        """
        lfs = {lf.name: lf for lf in self.lf_set.lfs if isinstance(lf, Thresholded) and lf.op != "between"}
        if name not in lfs:
            raise SpecError(
                f"LF set {self.lf_set.name!r} has no LF {name!r} with one threshold; it has: {', '.join(lfs) or 'none'}."
            )
        return sweep_lf(lfs[name], lfs[name].measured(self.applier.columns["dev"]), self.dataset.gold("dev"))
