"""Signals of texts that were read before, in whatever dataset, kept on disk by a hash of the text."""

from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from weakrec_core import files
from weakrec_core.signals.registry import Values

Digests = NDArray[np.uint64]

_FILES = 16  # of more, all are written as one


class ScoredTexts:
    """What a text has scored in each of `width` signals; several processes may add at once.

    Parameters
    ----------
    directory : Path
        Of one family of signals in one version; need not exist.
    width : int
    """

    def __init__(self, directory: Path, width: int):
        self._dir = directory
        self._dtype = np.dtype([("digest", np.uint64), ("values", np.float64, (width,))])

    def of(self, digests: Digests) -> tuple[NDArray[np.bool_], Values]:
        """Which texts are known, shape [n], and their signals, shape [n, width]; NaN for the others."""
        parts = self._read()
        known = np.concatenate([np.empty(0, self._dtype), *parts.values()])
        known = known[np.argsort(known["digest"])]
        values = np.full((len(digests), *self._dtype["values"].shape), np.nan)
        if not len(known):
            return np.zeros(len(digests), bool), values
        at = np.minimum(np.searchsorted(known["digest"], digests), len(known) - 1)
        found = known["digest"][at] == digests
        values[found] = known["values"][at[found]]
        return found, values

    def add(self, digests: Digests, values: Values) -> None:
        """Keep the signals of some texts, shape [n, width]; where nothing can be written they are read again."""
        if not len(digests):
            return
        added = np.empty(len(digests), self._dtype)
        added["digest"], added["values"] = digests, values
        with suppress(OSError):  # a workspace that may only be read, or is full
            self._write(added)
            if len(parts := self._read()) > _FILES:
                merged = np.concatenate(list(parts.values()))
                # Each text once: of two processes that do this at once each writes all of it.
                self._write(merged[np.unique(merged["digest"], return_index=True)[1]])
                for path in parts:
                    path.unlink(missing_ok=True)

    def _write(self, scored: NDArray[np.void]) -> None:
        files.write_array(self._dir / f"{uuid4().hex}.npy", scored)

    def _read(self) -> dict[Path, NDArray[np.void]]:
        """Every file that is whole; one that is gone has become part of another."""
        found = {}
        for path in sorted(self._dir.glob("*.npy")):
            with suppress(OSError, EOFError, ValueError, MemoryError):
                scored = np.load(path, allow_pickle=False)
                if scored.dtype == self._dtype:
                    found[path] = scored
        return found
