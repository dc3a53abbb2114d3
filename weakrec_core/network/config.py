"""What can be set about a training, and the presets."""

from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError

from weakrec_core.errors import RunError

Preset = Literal["recommended", "tutorial"]
PRESETS: tuple[str, ...] = get_args(Preset)


class TrainConfig(BaseModel):
    """Hyperparameters of one training.

    Attributes
    ----------
    preset : str
        ``recommended``: the two-tower network of `model.build_two_tower`; ``tutorial``: the network of Snorkel's
        recommender tutorial with its defects mended, `model.build_tutorial`.
    epochs : int
        At most; one epoch is a pass over the training users.
    patience : int
        Stop after this many epochs without anything better on valid: log loss of rated rows plus that under the tutorial's
        protocol minus NDCG@10; for ``tutorial`` the middle one alone.
    batch_size : int
        Examples a step, about: a batch is made of whole users. Smaller where an epoch would have under 16 steps.
    negatives : int
        Random unread books for each row that is more likely POSITIVE than not; together they weigh as much as that row.
    use_dev : bool
        Train on the gold rows of dev, too.
    weak_weight : float
        Weight of a row labeled by LFs that has no review, where one with a gold label weighs 1. What LFs vote on there the
        network sees, too. ``recommended`` only.
    review_weight : float
        Weight of a row labeled by LFs that has a review. ``recommended`` only.
    dropout : float
        Of the inputs of the hidden layers. ``recommended`` only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: Preset
    epochs: int = Field(ge=1)
    patience: int = Field(5, ge=1)
    seed: int = Field(0, ge=0, lt=2**32)
    embed_dim: int = Field(64, ge=1)
    hidden_layer_sizes: tuple[PositiveInt, ...] = Field((32,), min_length=1)
    learning_rate: float = Field(gt=0, allow_inf_nan=False)
    batch_size: int = Field(ge=1)
    negatives: int = Field(1, ge=1)
    use_dev: bool
    weak_weight: float = Field(0.1, gt=0, allow_inf_nan=False)
    review_weight: float = Field(1.0, gt=0, allow_inf_nan=False)
    dropout: float = Field(0.3, ge=0, lt=1)


_DEFAULTS: dict[str, dict[str, Any]] = {
    "recommended": {"epochs": 40, "learning_rate": 3e-3, "batch_size": 8192, "use_dev": True},
    "tutorial": {"epochs": 30, "learning_rate": 0.1, "batch_size": 256, "use_dev": False},
}


def train_config(preset: str, *, epochs: int | None = None, seed: int = 0, **changes: Any) -> TrainConfig:
    """The config of a preset with some fields changed; `epochs` None keeps the preset's.

    Raises
    ------
    RunError
        If there is no such preset or field, or a value is out of range.
    """
    if preset not in _DEFAULTS:
        raise RunError(f"There is no preset {preset!r}; the presets are {', '.join(PRESETS)}.")
    values = _DEFAULTS[preset] | {"preset": preset, "seed": seed} | changes
    if epochs is not None:
        values["epochs"] = epochs
    try:
        return TrainConfig.model_validate(values)
    except ValidationError as e:
        error = e.errors()[0]
        raise RunError(f"Training option {'.'.join(map(str, error['loc']))}: {error['msg']}.") from None
