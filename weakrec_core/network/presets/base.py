"""What a preset of a training is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import TrainingRows
from weakrec_core.network.config import TrainConfig
from weakrec_core.network.model import Network
from weakrec_core.network.train_step import Step


@dataclass(frozen=True)
class Validated:
    """What an epoch is judged by, on valid.

    Attributes
    ----------
    loss : float
        Log loss on the rated rows.
    protocol_loss : float
        The same under the tutorial's protocol, random negatives included.
    auc : float or None
        On the rated rows; None with one class only.
    ndcg : float or None
        NDCG@10 of hidden books; None if the preset does not rank or nobody of valid likes a book.
    """

    loss: float
    protocol_loss: float
    auc: float | None
    ndcg: float | None


class Preset(ABC):
    """A way to train: to add one, write its class and name it in `weakrec_core.network.presets.registry`.

    Attributes
    ----------
    name : str
        In configs and on the command line.
    title : str
        In forms.
    description : str
        What it is, in a few words.
    defaults : dict
        Fields of `TrainConfig`: at least epochs, learning_rate, batch_size and use_dev.
    holdout : bool
        Whether a part of each history is hidden from the network, anew each time, to be found again.
    ranks : bool
        Whether the ranking on valid is measured after each epoch.
    blended : bool
        Whether a run's ranking is that of the network and EASE together, where valid says so.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    defaults: ClassVar[dict[str, Any]]
    holdout: ClassVar[bool] = False
    ranks: ClassVar[bool] = False
    blended: ClassVar[bool] = False

    def users(self, dataset: Dataset, weak: TrainingRows, gold: TrainingRows) -> NDArray[np.integer]:
        """The users of an epoch: those of the labeled rows."""
        return np.unique(np.concatenate([weak.user_idx, gold.user_idx]))

    @abstractmethod
    def build(
        self,
        dataset: Dataset,
        users: NDArray[np.integer],
        weak: TrainingRows,
        gold: TrainingRows,
        config: TrainConfig,
    ) -> Network:
        """A new network for the books of a dataset, to be trained on these users and rows."""

    @abstractmethod
    def step(self, network: Network, config: TrainConfig, prior: float) -> Step:
        """The step of the network's training, with its losses and optimizer.

        Parameters
        ----------
        prior : float
            P(POSITIVE) of a row of which nothing is known.
        """

    def criterion(self, valid: Validated) -> float:
        """What early stopping looks at: less is better."""
        return valid.protocol_loss

    def shown_loss(self, valid: Validated) -> float:
        """The loss on valid that is reported beside the loss on train."""
        return valid.protocol_loss
