"""The ceiling: the run's network trained on the true labels of train, which nothing else opens."""

from weakrec_core.baselines.base import Baseline, Inputs, dev_rows
from weakrec_core.data.training_rows import joined, true_train_rows
from weakrec_core.evaluation.recommender import Ranker, Rater


class GoldBaseline(Baseline):
    """What perfect labels would give."""

    name = "gold"
    title = "Network, true train labels"
    is_ceiling = True
    uses_network = True
    cached = True

    def fit(self, inputs: Inputs) -> Rater | Ranker:
        gold = true_train_rows(inputs.dataset)
        if inputs.network.use_dev:
            gold = joined(gold, dev_rows(inputs.dataset))
        return inputs.network.train("ceiling", gold)
