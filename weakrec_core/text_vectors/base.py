"""What all ways to make vectors of texts share. Another one is one subclass of `Vectorizer`, and one line in `registry.VECTORIZERS`."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

DIMENSIONS = 128  # at most; of 800,000 texts these are 205 MB as float16
MAX_CHARACTERS = 5_000  # of a text are read


class Vectorizer:
    """Makes vectors of texts.

    A subclass says its `title`, raises `version` when its vectors change, and has `opened` and `_raw`.
    """

    title: ClassVar[str]
    version: ClassVar[int] = 1

    @classmethod
    def is_installed(cls) -> bool:
        """Whether what it needs is there."""
        return True

    @classmethod
    def opened(cls, path: Path, texts: Callable[[], Sequence[str]]) -> Self:
        """The vectorizer of a dataset.

        Parameters
        ----------
        path : Path
            Where what it learns may be kept, without a suffix.
        texts : callable
            Gives the texts to learn from, where it does.
        """
        raise NotImplementedError

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of length 1, float32, shape [n, d], d at most `DIMENSIONS`; of a text that says nothing to it, 0 throughout."""
        raw = self._raw([text[:MAX_CHARACTERS] for text in texts])
        lengths = np.linalg.norm(raw, axis=1, keepdims=True)
        found: Vectors = np.divide(raw, lengths, out=np.zeros(raw.shape, np.float32), where=lengths > 0)
        return found

    def _raw(self, texts: Sequence[str]) -> Vectors:
        """Vectors of any length, shape [n, d]."""
        raise NotImplementedError
