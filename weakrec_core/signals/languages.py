"""A guess of the language of each review."""

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from weakrec_core import files
from weakrec_core.data.dataset import Dataset

NO_REVIEW, TOO_SHORT, NOT_READ = "no review", "too short to tell", "not read"
_LETTERS = 200  # of a review are read
_MIN_LETTERS = 30
_MAX_READ = 20_000  # reviews of a split
_VERSION = 1


def languages(dataset: Dataset, split: str) -> NDArray[np.object_]:
    """ISO 639-1 codes by py3langid, or why there is none; kept on disk by the dataset's fingerprint.

    Of more than 20,000 reviews a seeded sample is read.
    """
    path = _path(dataset, split)
    with suppress(OSError, ValueError, KeyError, pa.ArrowException):  # not there, or damaged: guessed anew
        kept = pd.read_parquet(path)["language"].to_numpy(object)
        if len(kept) == dataset.n_rows(split):
            return kept
    found = _guessed(dataset.column(split, "review_text"))
    with suppress(OSError), files.atomic(path) as tmp:  # a workspace that may only be read, or is full
        pd.DataFrame({"language": found}).to_parquet(tmp)
    return found


def _guessed(reviews: pd.Series) -> NDArray[np.object_]:
    reviewed = np.flatnonzero(reviews.notna())
    found = np.full(len(reviews), NO_REVIEW, object)
    found[reviewed] = NOT_READ
    if len(reviewed) > _MAX_READ:
        reviewed = np.sort(np.random.default_rng(0).choice(reviewed, _MAX_READ, replace=False))
    for row in reviewed:
        found[row] = language_of(reviews.iloc[row])
    return found


def language_of(text: str) -> str:
    """The ISO 639-1 code of a text's language, or that it is too short to tell."""
    from py3langid import classify

    start = text[:_LETTERS]
    return str(classify(start)[0]) if sum(map(str.isalpha, start)) >= _MIN_LETTERS else TOO_SHORT


@dataclass(frozen=True)
class OtherLanguages:
    """The reviews of a split in other languages than one: their share of those whose language can be told, and which are frequent."""

    share: float
    frequent: tuple[tuple[str, float], ...]


def other_languages(dataset: Dataset, split: str, language: str) -> OtherLanguages | None:
    """Those in other languages than one; None where the languages were not guessed yet, or of no review."""
    path = _path(dataset, split)
    try:
        return _others(path, path.stat().st_mtime_ns, dataset.n_rows(split), language)
    except (OSError, ValueError, KeyError, pa.ArrowException):  # not there yet, or damaged
        return None


@lru_cache(32)  # asked for with every edit of a threshold
def _others(path: Path, written: int, n_rows: int, language: str) -> OtherLanguages | None:
    kept = pd.read_parquet(path)["language"]
    if len(kept) != n_rows:
        return None
    found = kept.astype(object)
    told = found[~found.isin((NO_REVIEW, TOO_SHORT, NOT_READ))]
    if told.empty:
        return None
    shares = told.value_counts(normalize=True).drop(language, errors="ignore")
    return OtherLanguages(float(shares.sum()), tuple((str(code), float(share)) for code, share in shares[:3].items()))


def _path(dataset: Dataset, split: str) -> Path:
    return dataset.workspace.signals / dataset.data_fingerprint[:20] / f"language.v{_VERSION}.{split}.parquet"
