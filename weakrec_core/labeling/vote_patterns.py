"""Vote patterns: the distinct rows of a label matrix with their counts.

A handful of LFs produces a few hundred distinct rows, whatever the number of data points. Everything computed
from votes (LFAnalysis, the label models) is computed on these and mapped back, so its cost does not grow with n.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_COLUMNS_PER_KEY = 5  # 3**5 < 2**8: the digits of a key are computed in bytes
_SMALL = 1 << 12


@dataclass(frozen=True, eq=False)
class VotePatterns:
    """Distinct rows of a label matrix L.

    Attributes
    ----------
    votes : int8 array, shape [p, m]
        Distinct rows of L in lexicographic order (ABSTAIN -1 first); POSITIVE 1, NEGATIVE 0, ABSTAIN -1.
    counts : int64 array, shape [p]
        How many data points have each pattern.
    gold_counts : int64 array, shape [p, 2]
        Of those, how many have gold NEGATIVE (column 0) and POSITIVE (column 1); rows without gold are in neither.
    """

    votes: NDArray[np.int8]
    counts: NDArray[np.int64]
    gold_counts: NDArray[np.int64]

    @property
    def n(self) -> int:
        """Number of data points."""
        return int(self.counts.sum())

    @property
    def m(self) -> int:
        """Number of LFs."""
        return int(self.votes.shape[1])

    @property
    def covered(self) -> NDArray[np.bool_]:
        """Whether at least one LF voted, shape [p]."""
        return np.asarray((self.votes != -1).any(axis=1))

    def select(self, columns: Sequence[int]) -> "VotePatterns":
        """The patterns of a subset of the LFs."""
        return _aggregate(self.votes[:, list(columns)], self.counts, self.gold_counts)

    def labeled(self) -> "VotePatterns":
        """The patterns of the data points whose gold is known."""
        keep = self.gold_counts.any(axis=1)
        return VotePatterns(self.votes[keep], self.gold_counts[keep].sum(axis=1), self.gold_counts[keep])


def group_votes(
    L: NDArray[np.integer], gold: NDArray[np.integer] | None = None
) -> tuple[VotePatterns, NDArray[np.unsignedinteger]]:
    """Group the rows of a label matrix.

    Parameters
    ----------
    L : int array, shape [n, m]
        POSITIVE 1, NEGATIVE 0, ABSTAIN -1.
    gold : int array, shape [n], optional
        1, 0, or -1 where not known.

    Returns
    -------
    patterns : VotePatterns
    inverse : array of the smallest unsigned integers that do, shape [n]
        ``patterns.votes[inverse]`` is L.
    """
    votes, inverse, counts = _unique_rows(L.astype(np.int8, copy=False))
    gold_counts = np.zeros((len(votes), 2), np.int64)
    if gold is not None:
        known = np.flatnonzero(gold >= 0)
        flat = inverse[known] * np.int64(2) + gold[known]
        gold_counts = np.bincount(flat, minlength=2 * len(votes)).reshape(-1, 2)
    return VotePatterns(votes, counts, gold_counts), inverse


def merge_patterns(parts: Sequence[VotePatterns]) -> VotePatterns:
    """The patterns of several parts of the data taken together: counts are added."""
    return _aggregate(
        np.concatenate([p.votes for p in parts]),
        np.concatenate([p.counts for p in parts]),
        np.concatenate([p.gold_counts for p in parts]),
    )


def _aggregate(votes: NDArray[np.int8], counts: NDArray[np.int64], gold_counts: NDArray[np.int64]) -> VotePatterns:
    distinct, inverse, _ = _unique_rows(votes)
    total = np.zeros(len(distinct), np.int64)
    gold = np.zeros((len(distinct), 2), np.int64)
    np.add.at(total, inverse, counts)
    np.add.at(gold, inverse, gold_counts)
    return VotePatterns(distinct, total, gold)


def _unique_rows(
    votes: NDArray[np.int8],
) -> tuple[NDArray[np.int8], NDArray[np.unsignedinteger], NDArray[np.int64]]:
    """The distinct rows in lexicographic order, which of them each row is, and how many rows each of them is.

    Column by column a row becomes a number, a few columns at a time, each time replaced by its rank among the distinct ones.
    """
    n, m = votes.shape
    inverse: NDArray[np.unsignedinteger] = np.zeros(n, np.uint8)
    distinct, counts = np.zeros((min(n, 1), 0), np.int8), np.full(min(n, 1), n)
    for start in range(0, m, _COLUMNS_PER_KEY):
        chunk = votes[:, start : start + _COLUMNS_PER_KEY]
        powers = 3 ** np.arange(chunk.shape[1])[::-1]
        digits = np.full(n, powers.sum(), np.uint8)
        for power, column in zip(powers.astype(np.uint8), chunk.T, strict=True):
            digits += power * column.view(np.uint8)  # modulo 256, where -1 is 255
        width = 3 ** chunk.shape[1]
        space = len(distinct) * width
        keys = (
            inverse.astype(np.min_scalar_type(space)) * np.min_scalar_type(space).type(width) + digits
            if start
            else digits
        )
        inverse, found, counts = _ranks(keys, space)
        decoded = (found[:, None] % width // powers % 3 - 1).astype(np.int8)
        distinct = np.concatenate([distinct[found // width], decoded], axis=1)
    return distinct, inverse, counts


def _ranks(
    keys: NDArray[np.unsignedinteger], space: int
) -> tuple[NDArray[np.unsignedinteger], NDArray[np.int64], NDArray[np.int64]]:
    """The rank of each key among the distinct ones, these, ascending, and how often each is there; all are below `space`."""
    if space <= max(len(keys), _SMALL):  # a table is quicker than hashing
        counts = np.bincount(keys.astype(np.int64), minlength=space)
        found = np.flatnonzero(counts)
        ranks = np.zeros(space, np.min_scalar_type(len(found)))
        ranks[found] = np.arange(len(found))
        return np.take(ranks, keys), found, counts[found]
    ranks, distinct = pd.factorize(keys, sort=True)
    return ranks.astype(np.min_scalar_type(len(distinct))), np.asarray(distinct, np.int64), np.bincount(ranks)
