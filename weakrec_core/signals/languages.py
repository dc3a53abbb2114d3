"""A guess of the language of each review."""

from contextlib import suppress
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
    found = _guessed(dataset.split(split)["review_text"])
    with suppress(OSError), files.atomic(path) as tmp:  # a workspace that may only be read, or is full
        pd.DataFrame({"language": found}).to_parquet(tmp)
    return found


def _guessed(reviews: pd.Series) -> NDArray[np.object_]:
    from py3langid import classify

    reviewed = np.flatnonzero(reviews.notna())
    found = np.full(len(reviews), NO_REVIEW, object)
    found[reviewed] = NOT_READ
    if len(reviewed) > _MAX_READ:
        reviewed = np.sort(np.random.default_rng(0).choice(reviewed, _MAX_READ, replace=False))
    for row in reviewed:
        text = reviews.iloc[row][:_LETTERS]
        found[row] = classify(text)[0] if sum(map(str.isalpha, text)) >= _MIN_LETTERS else TOO_SHORT
    return found


def _path(dataset: Dataset, split: str) -> Path:
    return dataset.workspace.signals / dataset.data_fingerprint[:20] / f"language.v{_VERSION}.{split}.parquet"
