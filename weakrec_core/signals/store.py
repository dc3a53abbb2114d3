"""Signals of a dataset, computed when first asked for and kept on disk by the dataset's fingerprint."""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, suppress
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from weakrec_core import files
from weakrec_core.data.dataset import SPLITS, Dataset
from weakrec_core.errors import SpecError
from weakrec_core.language_model.question import text_digest
from weakrec_core.progress import Progress, no_progress
from weakrec_core.signals.languages import languages
from weakrec_core.signals.of_dataset import columns_of, signals_of
from weakrec_core.signals.registry import FAMILIES, SIGNALS, Family, OfText, Values
from weakrec_core.signals.scored_texts import ScoredTexts
from weakrec_core.text_vectors.store import VectorStore

_CHUNK = 500  # reviews a task; small enough for a smooth progress bar
_KEEP_AFTER = 20_000  # reviews, which are not read again where the work is broken off


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

    def kept(self, name: str, split: str, rows: slice | None = None) -> Values | None:
        """A signal as it is on disk, or some rows of it; None where it is not there, or what is there is damaged."""
        try:
            values: Values = np.load(
                self._path(name, split), mmap_mode=None if rows is None else "r", allow_pickle=False
            )
        except (OSError, EOFError, ValueError, MemoryError, zipfile.BadZipFile):
            return None
        whole = values.dtype == np.float64 and values.shape == (self.dataset.n_rows(split),)
        if not whole:
            return None
        return values if rows is None else np.array(values[rows])

    def missing(self) -> list[tuple[Family, str]]:
        """The families and splits that are not on disk yet."""
        families = dict.fromkeys(family for name, family in FAMILIES.items() if SIGNALS[name].installed)
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
            self._keep(split, self.compute(family, split, partial(_scaled, progress, done / total, n / total)))
            done += n
        languages(self.dataset, "dev")  # pages say of which reviews a lexicon tells nothing
        progress(1.0, "Signals computed")

    def _read(self, name: str, split: str, progress: Progress) -> Values:
        if column := columns_of(self.dataset).get(name):
            return self.dataset.kept(column, split).to_numpy(np.float64, copy=True)
        values = self.kept(name, split)
        if values is None:
            computed = self.compute(FAMILIES[name], split, progress)
            with suppress(OSError):  # a workspace that may only be read, or is full: they are computed anew then
                self._keep(split, computed)
            values = computed[name]
        return values

    def _path(self, name: str, split: str) -> Path:
        return self._dir / split / f"{name}-v{FAMILIES[name].version}.npy"

    def compute(self, family: Family, split: str, progress: Progress = no_progress) -> dict[str, Values]:
        """The signals of a family by name, whatever is on disk; of texts those that were read before are not read again."""
        label = f"Computing {', '.join(s.name for s in family.signals)} on {split}"
        progress(0.0, label)
        rows = self.dataset.split(split)
        if family.of_rows:
            columns: Sequence[Values] = family.of_rows(self.dataset, rows)
        else:
            assert family.of_text
            present = rows["review_text"].notna().to_numpy()
            values = np.full((len(rows), len(family.signals)), np.nan)
            values[present] = self._of_texts(family, rows["review_text"][present].tolist(), progress, label)
            columns = list(values.T)
        return {
            s.name: np.ascontiguousarray(column, np.float64) for s, column in zip(family.signals, columns, strict=True)
        }

    def keep_in_pieces(self, name: str, split: str) -> AbstractContextManager[Callable[[Values], None]]:
        """Keep a signal of all rows of a split on disk, which comes piece by piece."""
        return files.array_in_pieces(self._path(name, split), "<f8", self.dataset.n_rows(split))

    def _keep(self, split: str, computed: dict[str, Values]) -> None:
        for name, values in computed.items():
            files.write_array(self._path(name, split), values)

    def _of_texts(self, family: Family, texts: list[str], progress: Progress, label: str) -> Values:
        """The signals of texts, shape [n, k]: of those not read before each distinct one is read once."""
        assert family.of_text
        name = f"{family.signals[0].name}-v{family.version}"
        scored = ScoredTexts(self.dataset.workspace.scored_texts / name, len(family.signals))
        digests = np.fromiter(map(text_digest, texts), np.uint64, len(texts))
        known, values = scored.of(digests)
        codes, new = pd.factorize(digests[~known])
        first = np.flatnonzero(~known)[np.unique(codes, return_index=True)[1]]
        found, kept = np.empty((len(new), len(family.signals))), 0
        for done, part in self._read_texts(family.of_text, [texts[i] for i in first]):
            found[done - len(part) : done] = part
            progress(done / len(new), label)
            if done - kept >= _KEEP_AFTER or done == len(new):
                scored.add(new[kept:done], found[kept:done])
                kept = done
        values[~known] = found[codes]
        return values

    def _read_texts(self, of_text: OfText, texts: list[str]) -> Iterator[tuple[int, list[tuple[float, ...]]]]:
        """The signals of texts part by part, in order, each with how many are done; this process reads along with the pool's."""
        tasks = [texts[i : i + _CHUNK] for i in range(0, len(texts), _CHUNK)]
        futures = [self._pool.submit(_read_all, of_text, task) for task in tasks] if self._pool else []
        mine, done = len(tasks), 0
        own: dict[int, list[tuple[float, ...]]] = {}
        for i, task in enumerate(tasks):
            while futures and i < mine and not futures[i].done():  # from the end, what no other process has begun
                mine -= 1
                if mine > i and futures[mine].cancel():
                    own[mine] = _read_all(of_text, tasks[mine])
                else:
                    mine = i
            part = own.pop(i) if i in own else futures[i].result() if futures else _read_all(of_text, task)
            done += len(part)
            yield done, part


def checked_signal(name: str, dataset: Dataset) -> str:
    """Return `name` if a signal of the dataset is called so, else raise `SpecError`."""
    if name not in signals_of(dataset):
        if name in SIGNALS:
            raise SpecError(why_not_installed(name))
        known = ", ".join(sorted(signals_of(dataset)))
        raise SpecError(f"There is no signal {name!r} in dataset {dataset.name!r}; the signals are {known}.")
    return name


def why_not_installed(name: str) -> str:
    """What a signal needs that is not there."""
    package = SIGNALS[name].needs.replace("_", "-")
    return f"Signal {name} needs the package {package}, which is not installed: pip install {package}."


def _read_all(function: OfText, texts: list[str]) -> list[tuple[float, ...]]:
    return [tuple(function(text)) for text in texts]


def _scaled(progress: Progress, start: float, share: float, fraction: float, message: str) -> None:
    progress(start + share * fraction, message)
