"""The network that a run hands to its baselines."""

from dataclasses import replace
from typing import Any

import pytest

from weakrec_core.baselines.base import Stopped
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import gold_rows
from weakrec_core.network.presets.registry import train_config
from weakrec_core.network.training import Trained, train
from weakrec_core.runs.measure_run import _trainer

SMALL: dict[str, Any] = {"epochs": 1, "embed_dim": 4, "hidden_layer_sizes": (4,)}


@pytest.fixture(scope="module")
def trained(few_readers: Dataset) -> Trained:
    return train(few_readers, gold_rows(few_readers, "dev"), train_config("tutorial", **SMALL))


def test_it_is_trained_on_these_labels_alone_and_tells_how_far_it_is(few_readers: Dataset, trained: Trained) -> None:
    stages: list[str] = []
    trainer = _trainer(few_readers, trained, stages.append, lambda: False)
    trainer.train("ceiling", gold_rows(few_readers, "dev"))
    assert stages == ["Training the ceiling network", "Training the ceiling network, epoch 1 of at most 1"]


def test_it_stops_when_asked(few_readers: Dataset, trained: Trained) -> None:
    trainer = _trainer(few_readers, trained, lambda stage: None, lambda: True)
    with pytest.raises(Stopped):
        trainer.train("dev-only", gold_rows(few_readers, "dev"))


def test_other_hyperparameters_are_other_settings(few_readers: Dataset, trained: Trained) -> None:
    def settings(**changes: Any) -> Any:
        config = train_config("tutorial", **(SMALL | changes))
        return _trainer(few_readers, replace(trained, config=config), lambda stage: None, lambda: False).settings

    assert settings() == settings()
    assert settings() != settings(learning_rate=0.2)
    assert settings() != settings(seed=1)
