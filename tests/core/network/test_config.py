import pytest

from weakrec_core.errors import RunError
from weakrec_core.network.config import TrainConfig
from weakrec_core.network.presets.registry import PRESETS, train_config


@pytest.mark.parametrize("preset", PRESETS)
def test_a_config_survives_json(preset: str) -> None:
    config = train_config(preset, epochs=3, seed=7, hidden_layer_sizes=(16, 8))
    assert (config.preset, config.epochs, config.seed) == (preset, 3, 7)
    assert TrainConfig.model_validate(config.model_dump(mode="json")) == config


def test_without_epochs_the_preset_decides() -> None:
    assert train_config("tutorial").epochs == 30


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 0}, "Training option epochs"),
        ({"seed": -1}, "Training option seed"),
        ({"learning_rate": float("nan")}, "Training option learning_rate"),
        ({"weak_weight": 0.0}, "Training option weak_weight"),
        ({"hidden_layer_sizes": (0,)}, "Training option hidden_layer_sizes.0"),
        ({"embed_dimension": 8}, "Training option embed_dimension"),
    ],
)
def test_bad_values_name_the_field(changes: dict[str, object], message: str) -> None:
    with pytest.raises(RunError, match=message):
        train_config("recommended", **changes)


def test_unknown_preset() -> None:
    with pytest.raises(RunError, match="no preset 'fast'; the presets are recommended, tutorial"):
        train_config("fast")
