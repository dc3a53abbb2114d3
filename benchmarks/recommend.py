"""Top-10 for one reader over 30,000 books, with reasons, from a server's request to its answer.

Ours is what the Recommendations page does: `recommender.serving.Worker` asks the process that holds the run's model, a network
blended with EASE, of the default sizes, and gets ten books, their probabilities and the books of the history that pulled each
up. The network alone, as for runs that valid does not blend, is shown beside it. Weights are random: they change no time.

The peer is what the tutorial's model offers: `predict` over all books, each with the reader's padded history, the ten best
probabilities; no reasons. It gets a large batch (4,096; Keras' default of 32 takes several times as long) and no other process.
"""

import os
import time
from dataclasses import replace
from typing import Any

import numpy as np
import psutil

from benchmarks.common import in_turn, result, temporary_workspace
from benchmarks.training import Size, invent
from weakrec_core.baselines.ease import Ease
from weakrec_core.baselines.item_item import interactions
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import NO_ROWS, gold_rows, training_users
from weakrec_core.files import PROJECT
from weakrec_core.jobs.status import Status
from weakrec_core.labeling.lf_set import read_lf_set
from weakrec_core.network.blend import Blended
from weakrec_core.runs.store import Run, new_run
from weakrec_core.serving.reader import Reader
from weakrec_core.serving.worker import Worker

K = 10
HISTORY = 80  # books, about the median of the demo's readers
_BATCH_SIZE = 4096


def run(runs: int, size: Size | None = None) -> dict[str, Any]:
    """Median seconds an answer, ours and the peer's in turn; ``in_a_row``: ours as a busy reader meets it, without the peer."""
    size = size or Size(users=1_500)
    with temporary_workspace() as workspace:
        dataset = invent(workspace, size)
        read = np.sort(np.random.default_rng(0).choice(size.books, min(HISTORY, size.books // 2), replace=False))
        reader = Reader(tuple(read.tolist()))
        predict = _naive(size.books, read)
        blended, alone = Worker(_run(dataset, blend=True)), Worker(_run(dataset, blend=False))
        try:
            started = time.perf_counter()
            blended.recommend(reader, K)
            first = time.perf_counter() - started
            seconds, peer = in_turn(lambda: blended.recommend(reader, K), predict, runs)
            network, _ = in_turn(lambda: alone.recommend(reader, K), lambda: None, runs)
            times = [_timed(blended, reader) for _ in range(5 * runs)]
            memory = _memory(blended)
        finally:
            blended.close()
            alone.close()
    return result(
        "recommend",
        f"top-{K} of {size.books:,} books for one reader of {len(read)} books, with reasons, once loaded",
        seconds,
        peer,
        "s",
        runs,
        in_a_row={"median": float(np.median(times)), "p95": float(np.quantile(times, 0.95))},
        network_alone=network,
        first_answer=first,
        serving_memory_mb=round(memory),
    )


def _run(dataset: Dataset, blend: bool) -> Run:
    """A finished run with random weights."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from weakrec_core.network.network_recommender import NetworkRecommender
    from weakrec_core.network.presets.registry import PRESETS, train_config

    made = new_run(dataset, read_lf_set(PROJECT / "lfs" / "tutorial.yaml"), "v1", "majority", preset="recommended")
    gold, users = gold_rows(dataset, "dev"), training_users(dataset)
    built = PRESETS["recommended"].build(dataset, users, gold, gold, train_config("recommended"))
    network = NetworkRecommender(built.model)
    rating = PRESETS["recommended"].rating(dataset, network, NO_ROWS, gold, train_config("recommended"))
    network = replace(network, rating=rating)
    read = interactions(dataset.histories, users, dataset.n_books)
    books = np.arange(dataset.n_books, dtype=np.int32)
    inverse = np.random.default_rng(0).normal(size=(len(users), len(users))).astype(np.float32)
    ease = Ease(books, read, inverse, np.full(len(books), 0.1, np.float32), dataset.n_books, 100.0)
    (Blended(network, ease, 0.5) if blend else Blended(network)).save(made.path)
    made.write_status(Status(state="succeeded"))
    return made


def _naive(n_books: int, read: np.ndarray) -> Any:
    """The tutorial's network and the call that scores all books."""
    import keras

    history, book = keras.Input((None,), dtype="int32"), keras.Input((), dtype="int32")
    table = keras.layers.Embedding(n_books + 1, 64, mask_zero=True)
    pooled = keras.layers.GlobalAveragePooling1D()(table(history))
    x = keras.layers.Concatenate()([pooled, keras.layers.Embedding(n_books + 1, 64)(book)])
    for units in (32, 1):
        x = keras.layers.Dense(units, activation="relu" if units > 1 else "sigmoid")(x)
    model = keras.Model([history, book], x)
    inputs = [np.tile(read.astype(np.int32) + 1, (n_books, 1)), np.arange(1, n_books + 1, dtype=np.int32)]

    def predict() -> np.ndarray:
        scores = model.predict(inputs, batch_size=_BATCH_SIZE, verbose=0)[:, 0]
        return np.setdiff1d(np.argsort(-scores)[: K + len(read)], read, assume_unique=True)[:K]

    return predict


def _timed(worker: Worker, reader: Reader) -> float:
    started = time.perf_counter()
    worker.recommend(reader, K)
    return time.perf_counter() - started


def _memory(worker: Worker) -> float:
    """Of the serving process."""
    (process,) = (p for p in psutil.Process().children() if worker.run.id in p.cmdline())
    return float(process.memory_info().rss / 2**20)
