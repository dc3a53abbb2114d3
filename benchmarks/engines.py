"""An LF set applied to train and a label model fitted: by dask's workers, and in one piece in one process."""

import os
import signal
from pathlib import Path
from threading import Timer
from typing import Any

import numpy as np

from benchmarks.common import in_turn, peaks, result
from benchmarks.lf_speed import ROWS, train_of
from weakrec_core.data.dataset import open_dataset
from weakrec_core.engine.base import Engine, LocalEngine
from weakrec_core.engine.dask_engine import DaskEngine, dask_engine
from weakrec_core.engine.part_of_train import PART_ROWS
from weakrec_core.engine.votes import apply_in_parts
from weakrec_core.label_model.label_train import TrainLabels, label_train
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.workspace import Workspace

_KIND = "snorkel"


def run(rows: int = ROWS, runs: int = 5, folder: Path | None = None, workers: int = 2) -> dict[str, Any]:
    """Seconds to the probabilities of every train row, signals cached, nothing of the dataset in memory; then with a worker killed."""
    with dask_engine(workers=workers) as engine:
        return beside_one_piece(engine, rows, runs, folder)


def beside_one_piece(
    engine: DaskEngine, rows: int, runs: int, folder: Path | None, part_rows: int = PART_ROWS
) -> dict[str, Any]:
    """`run` on an engine that is there."""
    with train_of(rows, folder) as (dataset, _, lf_set):
        home, name, n = dataset.workspace, dataset.name, dataset.n_rows("train")
        whole = one_piece(home, name, lf_set)
        local = in_turn(lambda: in_parts(home, name, lf_set, LocalEngine(), part_rows), lambda: None, runs)[0]
        ours, peer = in_turn(
            lambda: in_parts(home, name, lf_set, engine, part_rows), lambda: one_piece(home, name, lf_set), runs
        )
        same = _same(in_parts(home, name, lf_set, engine, part_rows), whole)
        pids = list(engine.client.run(os.getpid).values())
        timer = Timer(ours / 3, os.kill, (pids[0], signal.SIGKILL))
        timer.start()
        same_killed = _same(in_parts(home, name, lf_set, engine, part_rows), whole)
        timer.join()
        memory = peaks(_parts_apart, _one_apart, home, name, lf_set, part_rows)
    work = f"the tutorial's 5 LFs on {n:,} train rows, LabelModel, P(POSITIVE) of every row: {len(pids)} workers of dask in parts of "
    work += f"{part_rows:,} rows; the peer is this library in one process and one piece. Memory: one process in parts"
    return result(
        "dask",
        work,
        ours,
        peer,
        "s",
        runs,
        memory_mb=memory,
        same_labels=same,
        same_labels_after_a_kill=same_killed,
        parts_in_this_process_s=local,
    )


def one_piece(home: Workspace, name: str, lf_set: LFSet) -> TrainLabels:
    return label_train(Applier(open_dataset(home, name)).of(lf_set), _KIND)


def in_parts(home: Workspace, name: str, lf_set: LFSet, engine: Engine, part_rows: int) -> TrainLabels:
    return label_train(apply_in_parts(Applier(open_dataset(home, name)).of(lf_set), engine, part_rows), _KIND)


def _parts_apart(home: Workspace, name: str, lf_set: LFSet, part_rows: int) -> None:
    in_parts(home, name, lf_set, LocalEngine(), part_rows)


def _one_apart(home: Workspace, name: str, lf_set: LFSet, part_rows: int) -> None:
    one_piece(home, name, lf_set)


def _same(found: TrainLabels, other: TrainLabels) -> bool:
    return bool(
        np.array_equal(found.train.votes, other.train.votes)
        and np.array_equal(found.train.counts, other.train.counts)
        and np.array_equal(found.p_positive, other.p_positive)
    )
