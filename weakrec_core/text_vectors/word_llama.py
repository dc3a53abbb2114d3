"""WordLlama: averages of a language model's word vectors, which know words that a dataset has never seen."""

import importlib.util
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from weakrec_core.errors import SpecError
from weakrec_core.text_vectors.base import DIMENSIONS, Vectorizer, Vectors


class WordLlamaVectorizer(Vectorizer):
    """Needs what ``requirements-wordllama.txt`` names. Its weights come with the package: nothing is downloaded."""

    title: ClassVar[str] = "WordLlama"

    @classmethod
    def is_installed(cls) -> bool:
        return importlib.util.find_spec("wordllama") is not None

    @classmethod
    def opened(cls, path: Path, texts: Callable[[], Sequence[str]]) -> Self:
        if not cls.is_installed():
            raise SpecError("The vectors wordllama are not installed: pip install -r requirements-wordllama.txt.")
        return cls()

    def _raw(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, DIMENSIONS), np.float32)
        return np.asarray(np.nan_to_num(_model().embed(list(texts), norm=False)), np.float32)


@cache
def _model() -> Any:
    import wordllama

    # It looks for weights and tokenizer in the cache first: told that this is the package, it finds both there.
    package = Path(wordllama.__file__).parent
    return wordllama.WordLlama.load(trunc_dim=DIMENSIONS, cache_dir=package, disable_download=True)
