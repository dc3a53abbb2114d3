"""What a training learns from as Parquet in shards, each with all of some users, and their batches through tf.data."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from weakrec_core import files
from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import TrainingRows
from weakrec_core.network.batches import GOLD_SOURCE, REVIEW_SOURCE, Batch, Batcher, row_sources

_EXAMPLES = 8_000_000  # a shard, about: books of histories and rows
_AHEAD = 4  # batches made while the network learns


def write_shards(
    directory: Path,
    histories: Histories,
    users: NDArray[np.integer],
    weak: TrainingRows,
    gold: TrainingRows,
    workers: int,
) -> None:
    """Write shards, a multiple of the workers, one row a user: ``history``, and ``book``, ``p_positive``, ``source`` of its rows.

    Parameters
    ----------
    users : int array
        All to learn from; their histories are no one else's.
    """
    user = np.concatenate([weak.user_idx, gold.user_idx])
    n_examples = int(histories.lengths[users].sum()) + len(user)
    n_shards = workers * (n_examples // (workers * _EXAMPLES) + 1)
    place = np.zeros(histories.n_users, np.int64)
    place[users] = np.arange(len(users))
    order = np.argsort(place[user], kind="stable")
    of_user = Histories(np.searchsorted(place[user][order], np.arange(len(users) + 1)), order.astype(np.int32))
    columns = {
        "book": np.concatenate([weak.book_idx, gold.book_idx]),
        "p_positive": np.concatenate([weak.p_positive, gold.p_positive]).astype(np.float32),
        "source": row_sources(weak, gold),
    }
    files.make_directory(directory)
    for shard in range(n_shards):
        some = np.arange(shard, len(users), n_shards)  # dealt out: neighbours may be alike
        rows = of_user.gather(some)[0]
        table = {"history": _lists(histories.gather(users[some])[0], histories.lengths[users[some]])}
        table |= {name: _lists(values[rows], of_user.lengths[some]) for name, values in columns.items()}
        pq.write_table(pa.table(table), directory / f"shard-{shard:05d}.parquet")


def _lists(values: NDArray[np.generic], lengths: NDArray[np.integer]) -> pa.ListArray:
    return pa.LargeListArray.from_arrays(np.concatenate([[0], np.cumsum(lengths)]), values)


@dataclass(frozen=True)
class ShardedBatches:
    """The batches of one worker, of its own shards, one of them in memory at a time.

    Attributes
    ----------
    directory : Path
    n_books : int
    batch_size : int
        Of all workers together.
    negatives, holdout
        See `Batcher`.
    seed : int
    worker, workers : int
    """

    directory: Path
    n_books: int
    batch_size: int
    negatives: int
    holdout: bool
    seed: int
    worker: int
    workers: int

    def epoch(self, epoch: int) -> Iterator[Batch]:
        """All batches of an epoch; what is drawn depends on seed, epoch and worker alone."""
        import tensorflow as tf

        ints, floats = tf.TensorSpec([None], tf.int32), tf.TensorSpec([None], tf.float32)
        inputs = {k: ints for k in ("history_book", "history_user", "row_user", "row_book")} | {
            "row_in_history": floats
        }
        data = tf.data.Dataset.from_generator(
            partial(self._made, epoch), output_signature=(inputs, floats, floats, ints, ints, ints)
        )
        for parts in data.prefetch(_AHEAD):
            yield Batch(*parts)

    def labels(self) -> TrainingRows:
        """The rows of the worker's first shard, of users by their place there."""
        return _read(self._paths[0])[1]

    @property
    def _paths(self) -> list[Path]:
        return sorted(self.directory.glob("*.parquet"))[self.worker :: self.workers]

    def _made(self, epoch: int) -> Iterator[tuple[object, ...]]:
        rng = np.random.default_rng([self.seed, epoch, self.worker])
        paths = self._paths
        for i in rng.permutation(len(paths)):
            histories, weak, gold = _read(paths[i])
            batcher = Batcher(
                histories,
                self.n_books,
                np.arange(histories.n_users),
                weak,
                gold,
                batch_size=max(self.batch_size // self.workers, 1),
                negatives=self.negatives,
                holdout=self.holdout,
            )
            for batch in batcher.epoch(rng):
                yield batch.inputs, batch.label, batch.weight, batch.source, batch.held_book, batch.held_user


def _read(path: Path) -> tuple[Histories, TrainingRows, TrainingRows]:
    """Histories, rows labeled by LFs, and by the users; users by their place in the shard."""
    table = pq.read_table(path).combine_chunks()
    history, book, label, source = (table[name].combine_chunks() for name in table.column_names)
    histories = Histories(np.asarray(history.offsets), np.asarray(history.values))
    lengths = np.diff(np.asarray(book.offsets))
    sources = np.asarray(source.values)
    rows = TrainingRows(
        np.repeat(np.arange(len(lengths), dtype=np.int32), lengths),
        np.asarray(book.values),
        np.asarray(label.values),
        sources == REVIEW_SOURCE,
    )
    return histories, rows.at(sources != GOLD_SOURCE), rows.at(sources == GOLD_SOURCE)
