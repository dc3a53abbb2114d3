"""What a baseline is, and what it is given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import TrainingRows, gold_rows
from weakrec_core.engine.base import Engine
from weakrec_core.errors import DataError
from weakrec_core.evaluation.recommender import Ranker, Rater

Tell = Callable[[str], None]


class Stopped(Exception):
    """The run was cancelled while a baseline was being made."""


@dataclass(frozen=True, eq=False)
class NetworkTrainer:
    """The run's own network, for baselines that train it on other labels.

    Attributes
    ----------
    train : callable
        Takes what to call the network and rows labeled by the users themselves; gives it trained on these alone. Raises
        `Stopped` when it is time to stop.
    use_dev : bool
        Whether the run learns from dev, too.
    settings : mapping
        All that its figures depend on, the data aside: plain values.
    """

    train: Callable[[str, TrainingRows], Rater | Ranker]
    use_dev: bool
    settings: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Inputs:
    """What the baselines of a run are fitted to.

    Attributes
    ----------
    labeled : TrainingRows
        The soft labels that the run's network was trained on.
    seed : int
    network : NetworkTrainer
    tell : callable
        Called with what is being done.
    should_stop : callable
        Whether it is time to stop.
    engine : Engine or None
        What sums over users part by part; None = this process, all at once.
    """

    dataset: Dataset
    labeled: TrainingRows
    seed: int
    network: NetworkTrainer
    tell: Tell = lambda stage: None
    should_stop: Callable[[], bool] = lambda: False
    engine: Engine | None = None
    _fitted: dict[str, Rater | Ranker] = field(default_factory=dict, repr=False)

    def check(self) -> None:
        """Raise `Stopped` if it is time to stop."""
        if self.should_stop():
            raise Stopped

    def fitted(self, baseline: Baseline) -> Rater | Ranker:
        """The model of a baseline, fitted when first asked for; `Stopped` if it is time to stop."""
        self.check()
        if baseline.name not in self._fitted:
            self._fitted[baseline.name] = baseline.fit(self)
        return self._fitted[baseline.name]


class Baseline(ABC):
    """What a recommender has to beat: to add one, write its class and name it in `weakrec_core.baselines.registry`.

    Attributes
    ----------
    name : str
        In results: JSON, files.
    title : str
        In tables and charts.
    is_ceiling : bool
        Whether it knows what the run does not, so that it is no rival.
    uses_labels : bool
        Whether it learns from what the LFs say, so that another LF set gives other figures.
    uses_network : bool
        Whether it trains the run's network.
    cached : bool
        Whether its figures are kept for the same data, seed, code and, where it `uses_network`, settings: where it is slow.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    is_ceiling: ClassVar[bool] = False
    uses_labels: ClassVar[bool] = False
    uses_network: ClassVar[bool] = False
    cached: ClassVar[bool] = False

    @abstractmethod
    def fit(self, inputs: Inputs) -> Rater | Ranker:
        """What is measured; `DataError` if the data cannot be learned from."""


def dev_rows(dataset: Dataset) -> TrainingRows:
    """The gold rows of dev; `DataError` if there are none."""
    rows = gold_rows(dataset, "dev")
    if len(rows) == 0:
        raise DataError("No row of dev has a gold label; the baselines are fitted to them.")
    return rows
