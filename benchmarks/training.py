"""Training throughput: our pipeline beside that of Snorkel's recommender tutorial.

Both train the tutorial's network (mean of the history's embeddings and the book's embedding, 64 wide, over 30,000 books) on
the tutorial's task: labeled rows, and for each POSITIVE one a random unread book as a NEGATIVE one. Both see the same labeled
rows equally often, each time with new negatives, and are measured on the same valid rows with the same negatives, after the
same number of examples. Each runs in a process of its own.

The peer is the tutorial's code as far as Keras 3 runs it: a Python generator of one dict an example, `from_generator`,
`shuffle(123)`, `padded_batch` of 256, `compile("Adagrad", …)` with its accuracy metric, and the hidden layer whose output it
drops (T1). Its learning rate, 0.001, hardly learns in so few examples; its loss with the best of 0.1, 0.2 and 0.5 is therefore
shown beside it, though the tutorial is not run so.

Ours is `network.training.train` with preset ``tutorial``, with our batch size and learning rate: whole users a batch, each
history looked up and pooled once for all of its user's rows, batches made in NumPy, each row of a table that a batch asks for
read once (`network.table_rows`), and Adagrad that updates only these (`network.adagrad`).

Examples a second leave out what is done once: the first steps of the peer and our first pass, in which both compile.
"""

import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.common import machine, peak_memory, temporary_workspace
from weakrec_core.data.dataset import BOOK_COLUMNS, SPLITS, Dataset, open_dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.saving import save_dataset
from weakrec_core.data.training_rows import TrainingRows, gold_rows, true_train_rows
from weakrec_core.evaluation.rating_metrics import rating_metrics, tutorial_examples
from weakrec_core.workspace import Workspace

PASSES = 4  # over the labeled rows
BATCH_SIZE, LEARNING_RATE = 1024, 1.0
PEER_BATCH_SIZE, PEER_LEARNING_RATE, PEER_TUNED_RATE = 256, 0.001, 0.5
_WARM_UP = 20  # steps of the peer
_VALID_SEED = 0
_GENRES = 40


@dataclass(frozen=True)
class Size:
    """Of the invented data."""

    books: int = 30_000
    users: int = 6_000  # of train
    labels: int = 8  # a user


@dataclass(frozen=True)
class Measured:
    """One training.

    Attributes
    ----------
    examples : int
        Rows and random negatives, over all passes.
    val_loss : float
        Binary cross-entropy on valid after the last of them.
    memory_mb : float
        Peak of the process.
    """

    examples_per_second: float
    examples: int
    val_loss: float
    memory_mb: float


def run(runs: int, size: Size | None = None) -> dict[str, Any]:
    """Medians over runs, ours and the peer's in turn."""
    size = size or Size()
    with temporary_workspace() as workspace:
        invent(workspace, size)
        sides = {"ours": (ours, LEARNING_RATE), "peer": (peer, PEER_LEARNING_RATE)}
        found: dict[str, list[Measured]] = {side: [] for side in sides}
        for seed in range(runs):
            for side, (function, learning_rate) in sides.items():
                found[side].append(_apart(workspace, function, learning_rate, seed))
        tuned = _apart(workspace, peer, PEER_TUNED_RATE, 0)
    median = {
        side: {key: statistics.median(asdict(m)[key] for m in measured) for key in asdict(measured[0])}
        for side, measured in found.items()
    }
    mine, theirs = median["ours"], median["peer"]
    return {
        "name": "training",
        "work": f"{theirs['examples']:,.0f} examples of {size.books:,} books, embeddings of 64, on the tutorial's task",
        "ours": mine["examples_per_second"],
        "peer": theirs["examples_per_second"],
        "ratio": mine["examples_per_second"] / theirs["examples_per_second"],
        "unit": "examples/s",
        "memory_mb": {"ours": round(mine["memory_mb"]), "peer": round(theirs["memory_mb"])},
        "examples": {side: int(m["examples"]) for side, m in median.items()},
        "batch_size": {"ours": BATCH_SIZE, "peer": PEER_BATCH_SIZE},
        "learning_rate": {"ours": LEARNING_RATE, "peer": PEER_LEARNING_RATE, "peer_tuned": PEER_TUNED_RATE},
        "val_loss": {"ours": mine["val_loss"], "peer": theirs["val_loss"], "peer_tuned": tuned.val_loss},
        "val_loss_not_higher": mine["val_loss"] <= theirs["val_loss"],
        "runs": runs,
        "machine": machine(),
    }


def ours(dataset: Dataset, rows: TrainingRows, learning_rate: float, seed: int) -> Measured:
    """`train` as runs use it; the clock is its own and leaves validation out."""
    from weakrec_core.network.presets.registry import train_config
    from weakrec_core.network.training import train

    epochs: list[dict[str, float]] = []
    config = train_config(
        "tutorial", epochs=PASSES, seed=seed, patience=PASSES, batch_size=BATCH_SIZE, learning_rate=learning_rate
    )
    train(dataset, rows, config, on_epoch=epochs.append)
    seconds = sum(e["seconds"] for e in epochs[1:])
    examples = [e["examples_per_second"] * e["seconds"] for e in epochs]
    return Measured(sum(examples[1:]) / seconds, round(sum(examples)), epochs[-1]["val_loss"], peak_memory())


def peer(dataset: Dataset, rows: TrainingRows, learning_rate: float, seed: int) -> Measured:
    """The tutorial's generator, batches and network."""
    import keras
    import tensorflow as tf
    from keras import ops

    keras.utils.set_random_seed(seed)
    n_books, histories = dataset.n_books, dataset.histories
    frame = pd.DataFrame({"book_idx": rows.book_idx, "rating": rows.p_positive.astype(int)})
    frame["book_idxs"] = [tuple(histories.of(u)) for u in rows.user_idx]  # one tuple a row, as the tutorial has it

    def examples() -> Iterator[dict[str, Any]]:
        for book_idxs, book_idx, rating in zip(frame.book_idxs, frame.book_idx, frame.rating, strict=True):
            rest = tuple(filter(lambda x: x != book_idx, book_idxs))
            yield {"len_book_idxs": len(rest), "book_idxs": rest, "book_idx": book_idx, "label": rating}
            if rating == 1:
                negative = np.random.randint(0, n_books)  # noqa: NPY002 - as the tutorial has it
                while negative in rest:
                    negative = np.random.randint(0, n_books)  # noqa: NPY002 - as the tutorial has it
                yield {"len_book_idxs": len(rest), "book_idxs": rest, "book_idx": negative, "label": 0}

    def batches(generator: Callable[[], Iterator[dict[str, Any]]], shuffled: bool) -> Any:
        shapes = {"len_book_idxs": [], "book_idxs": [None], "book_idx": [], "label": []}
        signature = {key: tf.TensorSpec(shape, tf.int64) for key, shape in shapes.items()}
        data = tf.data.Dataset.from_generator(generator, output_signature=signature)
        data = data.shuffle(123).repeat(None) if shuffled else data
        return data.padded_batch(PEER_BATCH_SIZE, shapes).map(
            lambda d: ((d["len_book_idxs"], d["book_idxs"], d["book_idx"]), d["label"])
        )

    length = keras.Input(shape=())
    book_idxs = keras.Input(shape=(None,), dtype="int64")
    book_idx = keras.Input(shape=(), dtype="int64")
    history = ops.sum(keras.layers.Embedding(n_books, 64)(book_idxs), axis=1) / ops.expand_dims(length, 1)
    layer = ops.concatenate([history, keras.layers.Embedding(n_books, 64)(book_idx)], axis=1)
    keras.layers.Dense(32, activation="relu")(layer)
    output = keras.layers.Dense(1, activation="sigmoid")(layer)
    model = keras.Model([length, book_idxs, book_idx], output)
    model.compile(keras.optimizers.Adagrad(learning_rate), "binary_crossentropy", metrics=["accuracy"])

    n_examples = PASSES * (len(rows) + int(frame.rating.sum()))
    steps = -(-n_examples // PEER_BATCH_SIZE)
    warm_up = min(_WARM_UP, steps // 2)
    clock = _Clock(warm_up)
    callback = keras.callbacks.LambdaCallback(on_train_batch_end=clock)
    model.fit(batches(examples, True), steps_per_epoch=steps, epochs=1, verbose=0, callbacks=[callback])
    seconds = time.perf_counter() - clock.started

    users, books, label = tutorial_examples(dataset, gold_rows(dataset, "valid"), _VALID_SEED)

    def validation() -> Iterator[dict[str, Any]]:
        for user, book, wanted in zip(users, books, label, strict=True):
            rest = tuple(b for b in histories.of(user) if b != book)
            yield {"len_book_idxs": len(rest), "book_idxs": rest, "book_idx": book, "label": int(wanted)}

    predicted = model.predict(batches(validation, False), verbose=0)[:, 0].astype(np.float64)
    loss = rating_metrics(label, predicted)["log_loss"]
    assert loss is not None
    speed = (steps - warm_up) * PEER_BATCH_SIZE / seconds
    return Measured(speed, steps * PEER_BATCH_SIZE, float(loss), peak_memory())


class _Clock:
    """Starts after the first steps."""

    def __init__(self, warm_up: int):
        self._warm_up = warm_up
        self.started = 0.0

    def __call__(self, step: int, logs: object = None) -> None:
        if step == self._warm_up - 1:
            self.started = time.perf_counter()


def invent(workspace: Workspace, size: Size, seed: int = 0) -> Dataset:
    """Readers who read in a few genres and like what is good, and mostly their favourite genre; saved as ``training``."""
    rng = np.random.default_rng(seed)
    n = {"train": size.users, "valid": max(size.users // 10, 20), "dev": 20, "test": 20}
    split = np.repeat(list(n), list(n.values()))
    genre = rng.integers(0, _GENRES, size.books)
    popularity, quality = rng.pareto(1.2, size.books) + 0.05, rng.standard_normal(size.books)
    by_genre = [np.flatnonzero(genre == g) for g in range(_GENRES)]
    by_genre = [books if len(books) else np.arange(size.books) for books in by_genre]
    odds = [popularity[books] / popularity[books].sum() for books in by_genre]
    tastes = rng.dirichlet(np.full(_GENRES, 0.1), len(split))
    lengths = np.exp(rng.normal(4.1, 0.5, len(split))).astype(int).clip(25, 200)
    pairs, rated = [], []
    for user, (taste, length) in enumerate(zip(tastes, lengths, strict=True)):
        drawn = [rng.choice(by_genre[g], k, p=odds[g]) for g, k in enumerate(rng.multinomial(length, taste)) if k]
        books = np.unique(np.concatenate(drawn))
        pairs.append(np.stack([np.full(len(books), user), books], axis=1))
        rated.append(np.stack([np.full(size.labels, user), rng.choice(books, size.labels)], axis=1))
    users, read = np.concatenate(pairs).T
    histories = Histories.from_pairs(users, read, len(split))
    user, book = np.unique(np.concatenate(rated), axis=0).T
    liking = quality[book] + 2 * tastes[user, genre[book]] + rng.standard_normal(len(user))
    rows = pd.DataFrame({"user_idx": user, "book_idx": book, "gold": liking > -0.2, "split": split[user]})
    rows["user_id"], rows["book_id"] = "u" + rows["user_idx"].astype("str"), "b" + rows["book_idx"].astype("str")
    rows["rating"], rows["review_text"] = np.where(rows["gold"], 5.0, 2.0), pd.array([None] * len(rows), dtype="str")
    books_table = pd.DataFrame({column: pd.array([None] * size.books, dtype="str") for column in BOOK_COLUMNS})
    books_table["book_id"] = [f"b{i}" for i in range(size.books)]
    books_table[["average_rating", "ratings_count"]] = np.nan
    books_table["similar_books"] = [[] for _ in range(size.books)]
    assert set(n) == set(SPLITS)
    user_ids = np.array([f"u{i}" for i in range(len(split))], dtype=object)
    return save_dataset(workspace, "training", rows, books_table, histories, user_ids, {})


def _apart(workspace: Workspace, function: Callable[..., Measured], learning_rate: float, seed: int) -> Measured:
    """The measurement in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (workspace, function, learning_rate, seed))


def _measure(workspace: Workspace, function: Callable[..., Measured], learning_rate: float, seed: int) -> Measured:
    dataset = open_dataset(workspace, "training")
    return function(dataset, true_train_rows(dataset), learning_rate, seed)
