"""Settings of Snorkel's LabelModel."""

from pydantic import BaseModel, ConfigDict, Field

from weakrec_core.limits import SNORKEL_EPOCHS


class SnorkelConfig(BaseModel):
    """Hyperparameters of ``LabelModel.fit``, under Snorkel's own names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n_epochs: int = Field(500, ge=1, le=SNORKEL_EPOCHS)
    lr: float = Field(0.01, gt=0, allow_inf_nan=False)
    l2: float = Field(0.0, ge=0, allow_inf_nan=False)
    seed: int = 123
