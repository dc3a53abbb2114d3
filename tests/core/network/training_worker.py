"""One of the processes that train together in test_workers: ``python -m … HOME DATASET OUT``, its place in TF_CONFIG."""

import sys
from pathlib import Path

import numpy as np

from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.data.training_rows import TrainingRows
from weakrec_core.errors import RunError
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.network.workers import Workers, join
from weakrec_core.runs import job
from weakrec_core.runs.store import Run, new_run
from weakrec_core.workspace import Workspace

OPTIONS = {"tutorial": {"epochs": 2, "seed": 3}, "recommended": {"epochs": 2, "seed": 4}}


def labels(dataset: Dataset) -> TrainingRows:
    """Soft labels of two thirds of train, some of rows with a review."""
    rows = dataset.split("train").iloc[: dataset.n_rows("train") * 2 // 3]
    p = np.linspace(0, 1, len(rows), dtype=np.float32)
    return TrainingRows(rows["user_idx"].to_numpy(), rows["book_idx"].to_numpy(), p, np.arange(len(rows)) % 3 == 0)


def main(home: str, name: str, out: str) -> None:
    workers = join()
    workspace = Workspace(Path(home))
    dataset = open_dataset(workspace, name)
    for preset, options in OPTIONS.items():
        if workers.is_chief:
            run = new_run(dataset, LFSet(name="none", lfs=()), "none", "majority", preset=preset, **options)
            train(run, dataset, workers, Path(out) / f"{preset}.npz")
        else:
            job.follow(workspace, workers)
    try:
        workers.check_same([np.array([workers.index])])
    except RunError as e:
        print(e)
    if workers.is_chief:
        try:
            with workers.losses_told():
                workers.total(1)  # nobody is there to answer
        except RunError as e:
            print(e)


def train(run: Run, dataset: Dataset, workers: Workers, out: Path) -> None:
    from weakrec_core.network import training
    from weakrec_core.network.config import TrainConfig

    config, rows, told = TrainConfig.model_validate(run.config.train), labels(dataset), []
    with job._sharded(run, dataset, rows, config, workers) as batches:
        trained = training.train(dataset, rows, config, on_epoch=told.append, batches=batches, workers=workers)
    weights = trained.keras_model.get_weights()
    np.savez(out, *weights, losses=[m["loss"] for m in told])


if __name__ == "__main__":
    main(*sys.argv[1:])
