"""The registry of signals: one decorated function adds one, and LFs and pages offer it by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.noun import Noun

Values = NDArray[np.float64]
OfText = Callable[[str], Sequence[float]]
OfRows = Callable[[Dataset, pd.DataFrame], Sequence[Values]]


@dataclass(frozen=True)
class Signal:
    """What a signal is, in words that the pages show; ``{item}`` and ``{items}`` are what the dataset calls them.

    Attributes
    ----------
    name : str
    meaning : str
        One line.
    unit : str
        The unit or range of the values.
    nan : str
        When the value is not known.
    step : float
        A sensible step for a threshold on it.
    words : callable, optional
        For a signal of the review: where the words are that it is made of, as (start, end) in the text.
    warning : str
        Why LFs should not look at it, if so.
    language : str
        For a signal of the words of one language its ISO 639-1 code: of reviews in others it says nothing.
    needs : str
        The module that it is computed with, where that is an optional one.
    """

    name: str
    meaning: str
    unit: str
    nan: str
    step: float = 1.0
    words: Callable[[str], Sequence[tuple[int, int]]] | None = None
    warning: str = ""
    language: str = ""
    needs: str = ""

    @property
    def installed(self) -> bool:
        """Whether it can be computed here."""
        return not self.needs or _is_there(self.needs)

    def told(self, noun: Noun) -> "Signal":
        """The signal with its texts in the words of a dataset."""
        return replace(self, meaning=noun.fill(self.meaning), unit=noun.fill(self.unit), nan=noun.fill(self.nan))

    def telling_words(self, text: str) -> Sequence[tuple[int, int]]:
        """Where the words are that the signal is made of; empty where it cannot tell."""
        return self.words(text) if self.words is not None else ()


@cache
def _is_there(module: str) -> bool:
    return find_spec(module) is not None


@dataclass(frozen=True)
class Family:
    """Signals that one function computes together. `version` is raised when its values change.

    Exactly one of the functions is set: `of_text` takes one review and gives a float a signal, `of_rows` takes the
    dataset and rows of one split and gives an array a signal.
    """

    signals: tuple[Signal, ...]
    version: int
    of_text: OfText | None = None
    of_rows: OfRows | None = None


SIGNALS: dict[str, Signal] = {}
FAMILIES: dict[str, Family] = {}


def text_signal(*signals: Signal, version: int = 1) -> Callable[[OfText], OfText]:
    """Register a function of one review text that gives one float for each signal; NaN = not known.

    It is not called for rows without a review: their values are NaN. It must be a module's top-level function.
    """

    def register(function: OfText) -> OfText:
        _add(Family(signals, version, of_text=function))
        return function

    return register


def row_signal(*signals: Signal, version: int = 1) -> Callable[[OfRows], OfRows]:
    """Register a function of (dataset, rows of one split) that gives a float64 array of shape [n] for each signal."""

    def register(function: OfRows) -> OfRows:
        _add(Family(signals, version, of_rows=function))
        return function

    return register


def _add(family: Family) -> None:
    for s in family.signals:
        SIGNALS[s.name] = s
        FAMILIES[s.name] = family
