"""What can be set about a training."""

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from weakrec_core.limits import EPOCHS


class TrainConfig(BaseModel):
    """Hyperparameters of one training.

    Attributes
    ----------
    preset : str
        One of `weakrec_core.network.presets.registry.PRESETS`.
    epochs : int
        At most; one epoch is a pass over the training users.
    patience : int
        Stop after this many epochs without anything better on valid, by the preset's criterion.
    batch_size : int
        Examples a step, about: a batch is made of whole users. Smaller where an epoch would have under 16 steps.
    negatives : int
        Random unread books for each row that is more likely POSITIVE than not; together they weigh as much as that row.
    use_dev : bool
        Train on the gold rows of dev, too.
    hidden_layer_sizes : tuple of int
        ``tutorial`` only.
    weak_weight : float
        Weight of a row labeled by LFs that has no review, where one with a gold label weighs 1. What LFs vote on there the
        network sees, too; where others have one, dev decides whether it is used at all. ``recommended`` only.
    review_weight : float
        Weight of a row labeled by LFs that has a review. ``recommended`` only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: str
    epochs: int = Field(ge=1, le=EPOCHS)
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
