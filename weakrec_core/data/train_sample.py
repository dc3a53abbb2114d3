"""A sample of train's rows, for who may not hold all of them: see `most_rows`."""

import os

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.train_part import TrainPart
from weakrec_core.errors import WeakrecError, quoted
from weakrec_core.limits import PAGE_TRAIN_ROWS

VARIABLE = "WEAKREC_PAGE_ROWS"
SAMPLE_ROWS = 200_000
_BLOCKS = 50


class TrainSample(TrainPart):
    """The same dataset, of whose train a seeded sample is looked at: it goes by the fingerprint of the whole.

    Train is cut into as many equal stretches as there are blocks, and of each a block of rows that follow each other is drawn: every row is
    as likely to be in the sample, no more row groups are read than blocks, and what differs along train is in it by its share.

    Parameters
    ----------
    whole : Dataset
    n_rows : int
        About so many rows; fewer than train has.

    Attributes
    ----------
    pieces : tuple of slice
        The blocks.
    """

    def __init__(self, whole: Dataset, n_rows: int = SAMPLE_ROWS):
        self._take(whole, _drawn(whole.n_rows("train"), n_rows))

    def _fingerprint(self, of_whole: str) -> str:
        return of_whole

    @property
    def block_starts(self) -> NDArray[np.int64]:
        """Where in the sample each block begins."""
        return np.cumsum([0, *(piece.stop - piece.start for piece in self.pieces[:-1])])

    @property
    def share(self) -> float:
        """Of train's rows."""
        return self.n_rows("train") / self.whole.n_rows("train")


def most_rows() -> int:
    """Train rows that pages read as a whole; of more they look at a sample and count the rest part by part.

    Raises
    ------
    WeakrecError
        If ``$WEAKREC_PAGE_ROWS`` is no such number.
    """
    text = os.environ.get(VARIABLE, "").strip().replace("_", "")
    if text and not (text.isdecimal() and int(text) > 0):
        raise WeakrecError(f"{VARIABLE} is {quoted(text)}, not a number of rows.")
    return int(text or PAGE_TRAIN_ROWS)


def _drawn(n: int, n_rows: int) -> tuple[slice, ...]:
    """A block of each stretch of n rows, of a size that row groups are multiples of where they have 100,000 rows."""
    n_blocks = min(_BLOCKS, n_rows)
    size = n_rows // n_blocks
    stretches = np.array_split(np.arange(-(-n // size)), n_blocks)
    rng = np.random.default_rng(0)
    starts = (int(rng.choice(blocks)) * size for blocks in stretches)
    return tuple(slice(start, min(start + size, n)) for start in starts)
