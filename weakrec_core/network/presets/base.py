"""What a preset of a training is."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import TrainingRows
from weakrec_core.network.config import TrainConfig
from weakrec_core.network.model import Network
from weakrec_core.network.network_recommender import NetworkRecommender
from weakrec_core.network.train_step import Step
from weakrec_core.network.workers import ALONE, Workers
from weakrec_core.rating.model import RatingModel

# Takes the losses of an epoch's training; gives what decides when to stop, less being better, and what is reported.
Validation = Callable[[dict[str, float]], tuple[float, dict[str, float]]]


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
    losses : str
        What the losses on train and valid are, in a sentence or two with ``{item}`` and ``{items}``, see `Noun.fill`.
    defaults : dict
        Fields of `TrainConfig`: at least epochs, learning_rate, batch_size and use_dev.
    holdout : bool
        Whether a part of each history is hidden from the network, anew each time, to be found again.
    blended : bool
        Whether a run's ranking is that of the network and EASE together, where valid says so.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    losses: ClassVar[str]
    defaults: ClassVar[dict[str, Any]]
    holdout: ClassVar[bool] = False
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
    def step(self, network: Network, config: TrainConfig, workers: Workers = ALONE) -> Step:
        """The step of the network's training, with its losses and optimizer."""

    @abstractmethod
    def validation(self, dataset: Dataset, recommender: NetworkRecommender, seed: int) -> Validation:
        """What is measured on valid after each epoch, the same way every time; `DataError` if nothing can be."""

    def rating(
        self,
        dataset: Dataset,
        recommender: NetworkRecommender,
        weak: TrainingRows,
        gold: TrainingRows,
        config: TrainConfig,
    ) -> RatingModel | None:
        """What tells P(POSITIVE), of labeled rows; None where the network does."""
        return None
