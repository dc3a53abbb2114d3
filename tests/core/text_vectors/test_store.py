"""Vectors of reviews: alike texts are near, the same text is at 1, and what is on disk is what was computed."""

import json
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Done
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import SpecError
from weakrec_core.text_vectors.base import DIMENSIONS, MAX_CHARACTERS
from weakrec_core.text_vectors.registry import VECTORIZERS, installed_vectors
from weakrec_core.text_vectors.store import TextVectors, VectorStore
from weakrec_core.text_vectors.tfidf import TfidfVectorizer

TEXTS = [
    "a wonderful moving love story",
    "such a moving love story, wonderful",
    "boring plot and flat characters",
    "the plot was boring, characters flat",
    None,
    "a wonderful moving love story",
    "",
    "…",
]


@pytest.mark.parametrize("kind", installed_vectors())
def test_alike_texts_are_near(make_dataset: Callable[..., Dataset], kind: str) -> None:
    store = VectorStore(make_dataset(TEXTS))
    found = store.similarity(kind, "dev", (str(TEXTS[0]),))
    assert found[0] == found[5] == pytest.approx(1, abs=0.001)
    assert found[1] > 0.5 > max(found[2], found[3])
    assert np.isnan(found[4]) and np.isnan(found).sum() == 1
    assert found[6] == 0
    assert not found.flags.writeable
    vectors = store.vectors(kind, "dev")
    assert vectors.matrix.dtype == np.float16 and vectors.matrix.shape[1] <= DIMENSIONS
    assert len(vectors.matrix) == 6  # one a distinct text
    assert vectors.of_row[0] == vectors.of_row[5]
    assert not vectors.of(np.array([4]))[0].any()


def test_a_review_among_the_texts_is_compared_with_the_others(make_dataset: Callable[..., Dataset]) -> None:
    long = "moving love " * MAX_CHARACTERS
    store = VectorStore(make_dataset([*TEXTS, long]))
    like, unlike = (str(TEXTS[0]), str(TEXTS[1]), long[:MAX_CHARACTERS]), (str(TEXTS[2]), str(TEXTS[3]))
    found = store.similarity("tfidf", "dev", like, unlike)
    for row, text in ((0, TEXTS[0]), (5, TEXTS[0]), (2, TEXTS[2]), (8, long[:MAX_CHARACTERS])):
        others, less = (tuple(t for t in part if t != text) for part in (like, unlike))
        assert found[row] == store.similarity("tfidf", "dev", others, less)[row]
    assert found[0] < store.vectors("tfidf", "dev").cosine(store.centre("tfidf", like, unlike))[0]


def test_they_are_computed_once(make_dataset: Callable[..., Dataset], monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = make_dataset(TEXTS)
    store = VectorStore(dataset)
    assert not store.is_ready("tfidf", "dev")
    before = store.similarity("tfidf", "dev", ("boring",))
    assert store.is_ready("tfidf", "dev") and not store.is_ready("tfidf", "test")

    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(TfidfVectorizer, "fit", fail)
    assert np.array_equal(VectorStore(dataset).similarity("tfidf", "dev", ("boring",)), before, equal_nan=True)


@pytest.mark.parametrize("left", [0, 20, 200])
def test_vectors_that_are_damaged_are_computed_anew(make_dataset: Callable[..., Dataset], left: int) -> None:
    dataset = make_dataset(TEXTS)
    before = VectorStore(dataset).similarity("tfidf", "dev", ("boring",))
    kept = [path for path in VectorStore(dataset).directory.rglob("vectors-*") if path.is_file()]
    assert len(kept) == 3  # the matrix, the rows, the words
    for path in kept:
        path.write_bytes(path.read_bytes()[:left])
    assert np.array_equal(VectorStore(dataset).similarity("tfidf", "dev", ("boring",)), before, equal_nan=True)


def test_vectors_on_a_full_disk(make_dataset: Callable[..., Dataset]) -> None:
    """They are made in memory; a page of a memory map that the disk has no room for would end the process."""
    dataset = make_dataset([f"{word} story" for word in map(str, range(300))])
    store = VectorStore(dataset)
    store._vectorizer("tfidf")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        found = store.vectors("tfidf", "dev")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not store.is_ready("tfidf", "dev")
    kept = VectorStore(dataset).vectors("tfidf", "dev")
    assert store.is_ready("tfidf", "dev") and np.array_equal(kept.matrix, found.matrix) and len(found.matrix) == 300


def test_a_dataset_without_reviews(make_dataset: Callable[..., Dataset]) -> None:
    store = VectorStore(make_dataset([None, None]))
    assert np.isnan(store.similarity("tfidf", "dev", ("good",))).all()


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    vectorizer = TfidfVectorizer.fit(["good story", "bad story", "good end"])
    long = "good " * MAX_CHARACTERS
    assert np.array_equal(vectorizer.encode([long + "bad"]), vectorizer.encode([long]))


def test_what_is_not_there_is_said(make_dataset: Callable[..., Dataset], monkeypatch: pytest.MonkeyPatch) -> None:
    store = VectorStore(make_dataset(TEXTS))
    with pytest.raises(SpecError, match="There are no vectors 'bert'; there are tfidf, wordllama"):
        store.vectors("bert", "dev")
    monkeypatch.setattr(VECTORIZERS["wordllama"], "is_installed", lambda: False)
    with pytest.raises(SpecError, match=r"pip install -r requirements-wordllama\.txt"):
        store.vectors("wordllama", "dev")
    assert installed_vectors() == ["tfidf"]


@given(st.integers(0, 3000), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_the_cosine_in_blocks_is_numpy_s(n: int, d: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.uniform(-1, 1, (max(n, 1), d)).astype(np.float16)
    of_row = rng.integers(-1, max(n, 1), n).astype(np.int32)
    centre = rng.uniform(-1, 1, d).astype(np.float32)
    expected = np.where(of_row < 0, np.nan, (matrix.astype(float) @ centre.astype(float))[of_row])
    found = TextVectors(matrix, of_row).cosine(centre)
    assert np.allclose(found, expected, atol=1e-4, equal_nan=True)
    assert np.array_equal(np.round(found, 4), found, equal_nan=True)


def test_on_the_command_line(cli: Callable[..., Done], demo: Dataset) -> None:
    done = cli("vectors", "--dataset", "demo", "--split", "test", "--json")
    assert done.status == 0
    assert done.json == [
        {"vectors": "tfidf", "split": "test", "texts": done.json[0]["texts"], "dimensions": DIMENSIONS}
    ]
    assert VectorStore(demo).is_ready("tfidf", "test")
    assert cli("vectors", "--dataset", "demo", "--vectors", "bert").status == 2


def test_learned_words_are_plain_json_on_disk(make_dataset: Callable[..., Dataset], workspace: Any) -> None:
    VectorStore(make_dataset(TEXTS)).vectors("tfidf", "dev")
    (path,) = Path(workspace.root).glob("cache/signals/*/vectors-tfidf-v1.npz")
    with np.load(path, allow_pickle=False) as values:
        assert "love story" in json.loads(str(values["terms"]))
