"""A training by several workers: what its chief writes for them, and the part of those that are not the chief."""

from pathlib import Path

import numpy as np

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import NO_ROWS, TrainingRows, gold_rows
from weakrec_core.network.config import TrainConfig
from weakrec_core.network.presets.registry import preset_named
from weakrec_core.network.shards import ShardedBatches, write_shards
from weakrec_core.network.train_step import epoch_losses, trained_variables
from weakrec_core.network.workers import Workers


def write_examples(dataset: Dataset, rows: TrainingRows, config: TrainConfig, directory: Path, workers: int) -> None:
    """Write what `training.train` learns from, given these rows, as shards for so many workers."""
    gold = gold_rows(dataset, "dev") if config.use_dev else NO_ROWS
    users = preset_named(config.preset).users(dataset, rows, gold)
    write_shards(directory, dataset.histories, users, rows, gold, workers)


def sharded_batches(
    dataset: Dataset, config: TrainConfig, directory: Path, worker: int, workers: int
) -> ShardedBatches:
    """The batches of one worker, of the shards that `write_examples` wrote."""
    return ShardedBatches(
        directory,
        dataset.n_books,
        batch_size=config.batch_size,
        negatives=config.negatives,
        holdout=preset_named(config.preset).holdout,
        seed=config.seed,
        worker=worker,
        workers=workers,
    )


def follow(dataset: Dataset, config: TrainConfig, directory: Path, workers: Workers) -> None:
    """Make each step of the training that the chief makes in `training.train`, on shards of one's own."""
    batches = sharded_batches(dataset, config, directory, workers.index, workers.n)
    preset = preset_named(config.preset)
    # What of it depends on users and labels the chief has computed, and shares.
    network = preset.build(dataset, np.zeros(0, np.int32), batches.labels(), NO_ROWS, config)
    step = preset.step(network, config, workers)
    workers.share(trained_variables(network, step))
    while epoch := workers.told():
        sums = []
        for there in workers.together(batches.epoch(epoch)):
            if there is None:
                return
            sums.append(step(there[0]))
        epoch_losses(sums, epoch)
        workers.check_same(network.training.get_weights())
