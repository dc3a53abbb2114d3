"""A training that goes on from a checkpoint, and one with a time limit."""

from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import TrainingRows
from weakrec_core.errors import RunError
from weakrec_core.network.checkpoint import Checkpoint
from weakrec_core.network.config import TrainConfig
from weakrec_core.network.presets.registry import train_config
from weakrec_core.network.training import train

TIMES = {"seconds", "examples_per_second", "elapsed"}


def small(preset: str, **changes: Any) -> TrainConfig:
    return train_config(preset, **({"epochs": 3, "embed_dim": 8, "hidden_layer_sizes": (8,)} | changes))


def untimed(epochs: list[dict[str, float]]) -> list[dict[str, float]]:
    return [{key: value for key, value in e.items() if key not in TIMES} for e in epochs]


@pytest.mark.parametrize("preset", ["recommended", "tutorial"])
def test_a_resumed_training_comes_to_the_same(
    preset: str, demo: Dataset, weak_rows: TrainingRows, tmp_path: Path
) -> None:
    config = small(preset)
    whole: list[dict[str, float]] = []
    uninterrupted = train(demo, weak_rows, config, on_epoch=whole.append)
    parts: list[dict[str, float]] = []
    asked = count()
    stopped = train(
        demo,
        weak_rows,
        config,
        on_epoch=parts.append,
        should_stop=lambda: len(parts) > 0 and next(asked) > 0,  # in the middle of the second epoch
        checkpoint=tmp_path / "c.npz",
    )
    assert stopped.stopped
    assert len(parts) == 1
    resumed = train(demo, weak_rows, config, on_epoch=parts.append, checkpoint=tmp_path / "c.npz")
    assert not resumed.stopped
    assert (resumed.best_epoch, resumed.epochs_run) == (uninterrupted.best_epoch, uninterrupted.epochs_run)
    for one, other in zip(untimed(parts), untimed(whole), strict=True):
        assert one == pytest.approx(other, abs=1e-6)
    elapsed = [e["elapsed"] for e in parts]
    assert elapsed == sorted(elapsed)  # the time before counts
    test = demo.split("test")
    users, books = test["user_idx"].to_numpy(), test["book_idx"].to_numpy()
    np.testing.assert_allclose(
        resumed.like(demo.histories, users, books), uninterrupted.like(demo.histories, users, books), atol=1e-6
    )


def test_one_that_was_finished_has_nothing_left_to_do(demo: Dataset, weak_rows: TrainingRows, tmp_path: Path) -> None:
    config = small("tutorial", epochs=2)
    first = train(demo, weak_rows, config, checkpoint=tmp_path / "c.npz")
    told: list[Any] = []
    again = train(demo, weak_rows, config, on_epoch=told.append, checkpoint=tmp_path / "c.npz")
    assert not told
    assert (again.best_epoch, again.epochs_run) == (first.best_epoch, first.epochs_run)
    weights = zip(first.keras_model.get_weights(), again.keras_model.get_weights(), strict=True)
    assert all(np.array_equal(a, b) for a, b in weights)


def test_no_epoch_is_begun_after_the_time_limit(demo: Dataset, weak_rows: TrainingRows, tmp_path: Path) -> None:
    told: list[dict[str, float]] = []
    trained = train(demo, weak_rows, small("tutorial"), on_epoch=told.append, time_limit=1e-9)
    assert (trained.epochs_run, trained.stopped, len(told)) == (1, False, 1)
    path = tmp_path / "c.npz"
    train(demo, weak_rows, small("tutorial", epochs=2), checkpoint=path)
    spent = Checkpoint.load(path).seconds
    assert train(demo, weak_rows, small("tutorial"), checkpoint=path, time_limit=spent).epochs_run == 2
    assert train(demo, weak_rows, small("tutorial"), checkpoint=path, time_limit=3600).epochs_run == 3


def test_a_checkpoint_that_is_not_whole_or_of_another_network(
    demo: Dataset, weak_rows: TrainingRows, tmp_path: Path
) -> None:
    path = tmp_path / "c.npz"
    train(demo, weak_rows, small("tutorial", epochs=1), checkpoint=path)
    with pytest.raises(RunError, match=r"c\.npz is of another network; retry the run from its beginning\."):
        train(demo, weak_rows, small("tutorial", embed_dim=4), checkpoint=path)
    whole = path.read_bytes()
    for broken in (whole[: len(whole) // 2], b"", b"no archive"):
        path.write_bytes(broken)
        with pytest.raises(RunError, match=r"c\.npz cannot be read .*; retry the run from its beginning\."):
            train(demo, weak_rows, small("tutorial"), checkpoint=path)
