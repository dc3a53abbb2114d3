"""Vectors of a dataset's reviews, computed when first asked for and kept on disk by the dataset's fingerprint."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
import pandas as pd
from cachetools import LRUCache, cachedmethod
from numpy.typing import NDArray

from weakrec_core import files
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import SpecError
from weakrec_core.progress import Progress, no_progress
from weakrec_core.text_vectors.base import MAX_CHARACTERS, Vectorizer, Vectors
from weakrec_core.text_vectors.registry import VECTORIZERS

Values = NDArray[np.float64]

_LEARNED_FROM = 20_000  # texts
_CHUNK = 4_000  # texts that are made into vectors at once
_BLOCK = 1_024  # vectors that are compared at once: as float32 they fit into the processor's cache
_KEPT = 64 << 20  # bytes of similarities in memory


@dataclass(frozen=True, eq=False)
class TextVectors:
    """The vectors of one split.

    Attributes
    ----------
    matrix : float16 array, shape [u, d]
        One row a distinct review; on disk, read as it is used. Without reviews a row of 0.
    of_row : int32 array, shape [n]
        Each data point's row of `matrix`; -1 = no review.
    """

    matrix: NDArray[np.float16]
    of_row: NDArray[np.int32]

    def of(self, rows: NDArray[np.int64]) -> Vectors:
        """The vectors of data points, float32, shape [k, d]; 0 where there is no review."""
        at = self.of_row[rows]
        found = self.matrix[np.maximum(at, 0)].astype(np.float32)
        found[at < 0] = 0
        return found

    def cosine(self, centre: Vectors) -> Values:
        """Cosine of every data point's review to a vector of length 1, float64, shape [n], to four digits; NaN = no review.

        Four digits, so that a threshold votes the same whatever order a processor adds numbers in.
        """
        found = np.full(len(self.matrix) + 1, np.nan, np.float32)  # the last entry is what -1 points at
        block = np.empty((_BLOCK, self.matrix.shape[1]), np.float32)
        for start in range(0, len(self.matrix), _BLOCK):
            part = self.matrix[start : start + _BLOCK]
            block[: len(part)] = part
            np.dot(block[: len(part)], centre, out=found[start : start + len(part)])
        return np.asarray(np.round(found.astype(np.float64), 4)[self.of_row])


class VectorStore:
    """Vectors of the reviews of one dataset, a file a split and a way to make them.

    Attributes
    ----------
    directory : Path
        Where they are kept.
    """

    def __init__(self, dataset: Dataset):
        self.dataset = dataset
        self.directory = dataset.workspace.signals / dataset.data_fingerprint[:20]
        self._lock = RLock()
        self._vectorizers: dict[str, Vectorizer] = {}
        self._vectors: dict[tuple[str, str], TextVectors] = {}
        self._similarities: LRUCache[Any, Values] = LRUCache(_KEPT, getsizeof=lambda found: found.nbytes)

    def is_ready(self, kind: str, split: str) -> bool:
        """Whether the vectors of a split need not be computed any more."""
        return all(path.exists() for path in self._paths(kind, split))

    def vectors(self, kind: str, split: str, progress: Progress = no_progress) -> TextVectors:
        """The vectors of a split.

        Raises
        ------
        SpecError
            If there are no such vectors, or they are not installed.
        """
        with self._lock:
            if (kind, split) not in self._vectors:
                found = self._kept_vectors(kind, split)
                self._vectors[kind, split] = self._made(kind, split, progress) if found is None else found
            return self._vectors[kind, split]

    def _kept_vectors(self, kind: str, split: str) -> TextVectors | None:
        """The vectors on disk; None where they are not there, or what is there is damaged."""
        matrix, of_row = self._paths(kind, split)
        try:
            found = TextVectors(np.load(matrix, mmap_mode="r"), np.load(of_row, mmap_mode="r"))
        except (OSError, EOFError, ValueError):
            return None
        return found if len(found.of_row) == self.dataset.n_rows(split) else None

    def centre(self, kind: str, texts: Sequence[str], unlike: Sequence[str] = ()) -> Vectors:
        """The mean of the texts' vectors, of length 1, shape [d]; 0 throughout where none says anything.

        With texts that it shall be unlike to, their mean is taken off and the rest brought to length 1: Rocchio's query.
        """
        return _centre(self._encoded(kind, texts), self._encoded(kind, unlike))

    def _encoded(self, kind: str, texts: Sequence[str]) -> Vectors:
        """The vectors of texts as they would be on disk, shape [k, d]."""
        return self._vectorizer(kind).encode(texts or ["-"]).astype(np.float16).astype(np.float32)[: len(texts)]

    @cachedmethod(lambda self: self._similarities, lock=lambda self: self._lock)
    def similarity(self, kind: str, split: str, texts: tuple[str, ...], unlike: tuple[str, ...] = ()) -> Values:
        """Cosine of every review of a split to the `centre` of texts, shape [n]; NaN = no review; read-only.

        A review that is one of several texts is compared with the others: that it is like itself says nothing of rows like it, and
        who learns from such rows what an LF is worth would take it for more than it is.
        """
        vectors, like, less = self.vectors(kind, split), self._encoded(kind, texts), self._encoded(kind, unlike)
        found = vectors.cosine(_centre(like, less))
        for row, text in self._among(split, {*texts, *unlike}):
            others, others_less = (np.array([t != text for t in part], bool) for part in (texts, unlike))
            if others.any():
                centre = _centre(like[others], less[others_less])
                found[row] = round(float(vectors.of(np.array([row]))[0] @ centre), 4)
        found.setflags(write=False)
        return found

    def _among(self, split: str, texts: set[str]) -> list[tuple[int, str]]:
        """The data points whose review is one of the texts, as far as it is read."""
        reviews = self._reviews(split)
        found = [(int(row), str(reviews.iloc[row])) for row in np.flatnonzero(reviews.isin(texts))]
        if any(len(text) == MAX_CHARACTERS for text in texts):
            longer = reviews[reviews.str.len().gt(MAX_CHARACTERS)].str.slice(0, MAX_CHARACTERS)
            found += [(int(row), str(longer[row])) for row in longer.index[longer.isin(texts)]]
        return found

    def _reviews(self, split: str) -> pd.Series:
        """The review of every data point of `vectors`."""
        return self.dataset.column(split, "review_text")

    def _vectorizer(self, kind: str) -> Vectorizer:
        with self._lock:
            if kind not in self._vectorizers:
                made = _checked(kind)
                path = self.directory / f"vectors-{kind}-v{made.version}"
                self._vectorizers[kind] = made.opened(path, self._texts_to_learn_from)
            return self._vectorizers[kind]

    def _texts_to_learn_from(self) -> list[str]:
        """A seeded sample of the distinct reviews of train and dev."""
        reviews = pd.concat([self.dataset.column(split, "review_text") for split in ("train", "dev")])
        texts = reviews.dropna().unique()
        if len(texts) > _LEARNED_FROM:
            texts = texts[np.sort(np.random.default_rng(0).choice(len(texts), _LEARNED_FROM, replace=False))]
        return [str(text) for text in texts]

    def _paths(self, kind: str, split: str) -> tuple[Path, Path]:
        stem = f"vectors-{kind}-v{_checked(kind).version}"
        return self.directory / split / f"{stem}.npy", self.directory / split / f"{stem}-rows.npy"

    def _made(self, kind: str, split: str, progress: Progress) -> TextVectors:
        """The vectors of a split, on disk where they may be kept there, else in memory."""
        codes, texts = pd.factorize(self.dataset.column(split, "review_text"))
        vectorizer, of_row = self._vectorizer(kind), codes.astype(np.int32)
        shape = max(len(texts), 1), vectorizer.encode(["-"]).shape[1]
        matrix_path, rows_path = self._paths(kind, split)

        def parts() -> Iterator[NDArray[np.float16]]:
            label = f"Computing vectors of the reviews of {split}"
            progress(0.0, label)
            for start in range(0, len(texts), _CHUNK):
                part = [str(text) for text in texts[start : start + _CHUNK]]
                yield vectorizer.encode(part).astype(np.float16)
                progress((start + len(part)) / len(texts), label)
            if not len(texts):
                yield np.zeros(shape, np.float16)

        try:
            with (
                files.atomic(matrix_path) as tmp,
                tmp.open("wb") as f,
            ):  # no memory map: a full disk would end the process
                header = {"descr": "<f2", "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(f, header)
                for part in parts():
                    f.write(part.astype("<f2").tobytes())
            files.write_array(rows_path, of_row)
            return TextVectors(np.load(matrix_path, mmap_mode="r"), of_row)
        except OSError:  # full, or only to be read
            return TextVectors(np.concatenate(list(parts())), of_row)


def _centre(like: Vectors, less: Vectors) -> Vectors:
    mean = _of_length_1(like.mean(axis=0))
    return _of_length_1(mean - _of_length_1(less.mean(axis=0))) if len(less) else mean


def _of_length_1(vector: Vectors) -> Vectors:
    return np.asarray(vector / (float(np.linalg.norm(vector)) or 1.0), np.float32)


def _checked(kind: str) -> type[Vectorizer]:
    if kind not in VECTORIZERS:
        raise SpecError(f"There are no vectors {kind!r}; there are {', '.join(VECTORIZERS)}.")
    return VECTORIZERS[kind]
