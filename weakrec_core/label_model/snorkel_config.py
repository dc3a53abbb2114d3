"""Settings of Snorkel's LabelModel."""

from pydantic import BaseModel, ConfigDict, Field


class SnorkelConfig(BaseModel):
    """Hyperparameters of ``LabelModel.fit``, under Snorkel's own names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n_epochs: int = Field(500, ge=1)
    lr: float = Field(0.01, gt=0)
    l2: float = Field(0.0, ge=0)
    seed: int = 123
