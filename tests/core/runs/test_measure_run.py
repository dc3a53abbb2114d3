"""The network that a run hands to its baselines."""

from typing import Any

import pytest

from weakrec_core.baselines.base import Stopped
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import gold_rows
from weakrec_core.network.presets.registry import train_config
from weakrec_core.runs.measure_run import _trainer

SMALL: dict[str, Any] = {"epochs": 1, "embed_dim": 4, "hidden_layer_sizes": (4,)}


def test_it_is_trained_on_these_labels_alone_and_tells_how_far_it_is(few_readers: Dataset) -> None:
    stages: list[str] = []
    trainer = _trainer(few_readers, train_config("recommended", **SMALL), stages.append, lambda: False)
    trainer.train("ceiling", gold_rows(few_readers, "dev"))
    assert stages == ["Training the ceiling network", "Training the ceiling network, epoch 1 of at most 1"]


def test_it_stops_when_asked(few_readers: Dataset) -> None:
    trainer = _trainer(few_readers, train_config("recommended", **SMALL), lambda stage: None, lambda: True)
    with pytest.raises(Stopped):
        trainer.train("dev-only", gold_rows(few_readers, "dev"))


def test_other_hyperparameters_are_other_settings(few_readers: Dataset) -> None:
    def settings(**changes: Any) -> Any:
        config = train_config("recommended", **(SMALL | changes))
        return _trainer(few_readers, config, lambda stage: None, lambda: False).settings

    assert settings() == settings()
    assert settings() != settings(dropout=0.1)
    assert settings() != settings(seed=1)
