"""Signals of a dataset, computed when first asked for and kept on disk by the dataset's fingerprint."""

import zipfile
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

import numpy as np

from weakrec_core import files
from weakrec_core.data.dataset import SPLITS, Dataset
from weakrec_core.errors import SpecError
from weakrec_core.progress import Progress, no_progress
from weakrec_core.signals.of_dataset import columns_of, signals_of
from weakrec_core.signals.registry import FAMILIES, Family, OfText, Values
from weakrec_core.text_vectors.store import VectorStore

_CHUNK = 500  # reviews a task; small enough for a smooth progress bar


class SignalStore:
    """Signals of one dataset.

    Parameters
    ----------
    dataset : Dataset
    pool : Executor, optional
        Spreads the reading of reviews over processes. Pages pass none: a process pool would run the entry script again.

    Attributes
    ----------
    vectors : VectorStore
        The reviews as vectors, kept beside the signals.
    """

    def __init__(self, dataset: Dataset, pool: Executor | None = None):
        self.dataset = dataset
        self.vectors = VectorStore(dataset)
        self._pool = pool
        self._memory: dict[tuple[str, str], Values] = {}
        self._dir = dataset.workspace.signals / dataset.data_fingerprint[:20]

    def values(self, name: str, split: str, progress: Progress = no_progress) -> Values:
        """A signal for every row of a split, float64, shape [n], NaN = not known; read-only.

        Raises
        ------
        SpecError
            If there is no such signal.
        """
        if (name, split) not in self._memory:
            values = self._read(checked_signal(name, self.dataset), split, progress)
            values.setflags(write=False)
            self._memory[name, split] = values
        return self._memory[name, split]

    def _kept(self, name: str, split: str) -> Values | None:
        """A signal as it is on disk; None where it is not there, or what is there is damaged."""
        try:
            values: Values = np.load(self._path(name, split), allow_pickle=False)
        except (OSError, EOFError, ValueError, MemoryError, zipfile.BadZipFile):
            return None
        whole = values.dtype == np.float64 and values.shape == (self.dataset.n_rows(split),)
        return values if whole else None

    def missing(self) -> list[tuple[Family, str]]:
        """The families and splits that are not on disk yet."""
        families = dict.fromkeys(FAMILIES.values())
        return [
            (family, split)
            for split in SPLITS
            for family in families
            if not all(self._path(s.name, split).exists() for s in family.signals)
        ]

    def precompute(self, progress: Progress = no_progress) -> None:
        """Compute all that is missing, text signals last: they take the time."""
        wanted = sorted(self.missing(), key=lambda item: item[0].of_text is not None)
        total = sum(self.dataset.n_rows(split) for _, split in wanted)
        done = 0
        for family, split in wanted:
            n = self.dataset.n_rows(split)
            self._compute(family, split, partial(_scaled, progress, done / total, n / total))
            done += n
        progress(1.0, "Signals computed")

    def _read(self, name: str, split: str, progress: Progress) -> Values:
        if column := columns_of(self.dataset).get(name):
            return self.dataset.kept(column, split).to_numpy(np.float64, copy=True)
        values = self._kept(name, split)
        if values is None:
            self._compute(FAMILIES[name], split, progress)
            values = self._kept(name, split)
        assert values is not None
        return values

    def _path(self, name: str, split: str) -> Path:
        return self._dir / split / f"{name}-v{FAMILIES[name].version}.npy"

    def _compute(self, family: Family, split: str, progress: Progress) -> None:
        label = f"Computing {', '.join(s.name for s in family.signals)} on {split}"
        progress(0.0, label)
        rows = self.dataset.split(split)
        if family.of_rows:
            columns: Sequence[Values] = family.of_rows(self.dataset, rows)
        else:
            assert family.of_text
            present = rows["review_text"].notna().to_numpy()
            texts = rows["review_text"][present].tolist()
            tasks = [texts[i : i + _CHUNK] for i in range(0, len(texts), _CHUNK)]
            values = np.full((len(rows), len(family.signals)), np.nan)
            done: list[tuple[float, ...]] = []
            for part in (self._pool.map if self._pool else map)(partial(_read_all, family.of_text), tasks):
                done += part
                progress(len(done) / len(texts), label)
            if done:
                values[present] = done
            columns = list(values.T)
        for s, column in zip(family.signals, columns, strict=True):
            with files.atomic(self._path(s.name, split)) as tmp, tmp.open("wb") as f:
                np.save(f, np.ascontiguousarray(column, np.float64))


def checked_signal(name: str, dataset: Dataset) -> str:
    """Return `name` if a signal of the dataset is called so, else raise `SpecError`."""
    if name not in signals_of(dataset):
        known = ", ".join(sorted(signals_of(dataset)))
        raise SpecError(f"There is no signal {name!r} in dataset {dataset.name!r}; the signals are {known}.")
    return name


def _read_all(function: OfText, texts: list[str]) -> list[tuple[float, ...]]:
    return [tuple(function(text)) for text in texts]


def _scaled(progress: Progress, start: float, share: float, fraction: float, message: str) -> None:
    progress(start + share * fraction, message)
