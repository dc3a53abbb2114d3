"""The presets by name, and the config of one."""

from typing import Any

from pydantic import ValidationError

from weakrec_core.errors import RunError
from weakrec_core.network.config import TrainConfig
from weakrec_core.network.presets.base import Preset
from weakrec_core.network.presets.recommended import Recommended
from weakrec_core.network.presets.tutorial import Tutorial

PRESETS: dict[str, Preset] = {preset.name: preset for preset in (Recommended(), Tutorial())}


def preset_named(name: str) -> Preset:
    """A preset by its name; `RunError` if there is none."""
    if name not in PRESETS:
        raise RunError(f"There is no preset {name!r}; the presets are {', '.join(PRESETS)}.")
    return PRESETS[name]


def train_config(preset: str, *, epochs: int | None = None, seed: int = 0, **changes: Any) -> TrainConfig:
    """The config of a preset with some fields changed; `epochs` None keeps the preset's.

    Raises
    ------
    RunError
        If there is no such preset or field, or a value is out of range.
    """
    values = preset_named(preset).defaults | {"preset": preset, "seed": seed} | changes
    if epochs is not None:
        values["epochs"] = epochs
    try:
        return TrainConfig.model_validate(values)
    except ValidationError as e:
        error = e.errors()[0]
        raise RunError(f"Training option {'.'.join(map(str, error['loc']))}: {error['msg']}.") from None
