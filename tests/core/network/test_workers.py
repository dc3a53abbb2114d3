"""A network trained by two processes: as by one that has the batches of both."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.core.conftest import MakeRatings
from tests.core.network.training_worker import OPTIONS, labels
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import RunError
from weakrec_core.files import PROJECT
from weakrec_core.network.batches import Batch, no_examples
from weakrec_core.network.following import sharded_batches, write_examples
from weakrec_core.network.presets.registry import PRESETS, train_config
from weakrec_core.network.training import train
from weakrec_core.network.workers import ALONE, join


@pytest.fixture(scope="module")
def dataset(make_ratings: MakeRatings) -> Iterator[Dataset]:
    rng = np.random.default_rng(0)
    readers = [
        (split, {int(b): int(b % 3 > 0) for b in rng.choice(25, 6, replace=False)}, (int(rng.integers(25)),))
        for split in ["train"] * 31 + ["dev", "valid", "test"] * 4
    ]
    made = make_ratings(readers, n_books=25, authors=[f"a{b // 4}" for b in range(25)])
    yield made
    shutil.rmtree(made.workspace.runs, ignore_errors=True)


def both(first: Batch, second: Batch) -> Batch:
    """One batch with the examples of two."""
    users = int(np.max(first.inputs["history_user"])) + 1
    one, two = ({name: np.asarray(values) for name, values in b.inputs.items()} for b in (first, second))
    for name in ("history_user", "row_user"):
        two[name] = two[name] + users
    inputs = {name: np.concatenate([one[name], two[name]]) for name in one}
    rest = [
        np.concatenate([np.asarray(getattr(first, name)), np.asarray(getattr(second, name))])
        for name in ("label", "weight", "source", "held_book")
    ]
    return Batch(inputs, *rest, np.concatenate([first.held_user, np.asarray(second.held_user) + users]))


@pytest.fixture
def by_one(dataset: Dataset, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """What one process comes to that makes each step on the batches of both."""
    found = {}
    for preset in PRESETS:
        config = train_config(preset, **OPTIONS[preset])
        write_examples(dataset, labels(dataset), config, tmp_path / preset, 2)
        shards = [sharded_batches(dataset, config, tmp_path / preset, worker, 2) for worker in range(2)]

        def batches(epoch: int, shards: Any = shards) -> Iterator[Batch]:
            for pair in zip_longest(*(shard.epoch(epoch) for shard in shards)):
                yield both(*(batch or no_examples() for batch in pair))

        losses: list[float] = []
        trained = train(
            dataset, labels(dataset), config, batches=batches, on_epoch=lambda m, to=losses: to.append(m["loss"])
        )
        found[preset] = {"weights": trained.keras_model.get_weights(), "losses": losses}
    return found


def test_two_processes_come_to_what_one_does(
    dataset: Dataset, by_one: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    sockets = [socket.socket() for _ in range(2)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    addresses = [f"127.0.0.1:{s.getsockname()[1]}" for s in sockets]
    for s in sockets:
        s.close()
    command = [sys.executable, "-m", "tests.core.network.training_worker"]
    command += [str(dataset.workspace.root), dataset.name, str(tmp_path)]
    processes = []
    for index in (1, 0):
        config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        environment = os.environ | {"TF_CONFIG": json.dumps(config), "TF_NUM_INTRAOP_THREADS": "1"}
        with (tmp_path / f"{index}.err").open("wb") as err:
            processes.append(
                subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=err, text=True)
            )
    try:
        said = [process.communicate(timeout=120)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0, 0], (tmp_path / "0.err").read_text()
    assert all("The workers have come to different networks" in text for text in said)
    assert "The training has lost a worker" in said[1]
    for preset, expected in by_one.items():
        found = np.load(tmp_path / f"{preset}.npz")
        np.testing.assert_allclose(found["losses"], expected["losses"], rtol=1e-5)
        for i, weight in enumerate(expected["weights"]):
            np.testing.assert_allclose(found[f"arr_{i}"], weight, atol=1e-5)


def test_who_trains_is_said_by_tf_config(monkeypatch: pytest.MonkeyPatch, cli: Any) -> None:
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert join() is ALONE
    chief, worker = {"chief": ["a:1"]}, {"worker": ["b:1"]}
    for cluster, kind, index in (
        (worker, "worker", 1),
        (worker, "worker", -1),
        (worker, "chief", 0),
        (chief | worker, "evaluator", 0),
        ({"ps": ["a:1"]}, "ps", 0),
        ({"chief": ["a:1", "b:1"]}, "chief", 0),
    ):
        monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}}))
        with pytest.raises(RunError, match="TF_CONFIG does not say who trains"):
            join()
    monkeypatch.setenv("TF_CONFIG", "{")
    with pytest.raises(RunError, match="it is not JSON"):
        join()
    done = cli("train", "--dataset", "demo", "--lfs", "recommended")
    assert done.status == 2 and "TF_CONFIG does not say who trains: it is not JSON" in done.err
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": worker, "task": {"type": "worker", "index": 0}}))
    assert join() is ALONE
