"""The run's network without weak labels: trained on the gold of dev alone."""

from weakrec_core.baselines.base import Baseline, Inputs, dev_rows
from weakrec_core.evaluation.recommender import Ranker, Rater


class DevOnlyBaseline(Baseline):
    """What the weak labels have to add to."""

    name = "dev_only"
    title = "Network, dev gold only"
    uses_network = True
    cached = True

    def fit(self, inputs: Inputs) -> Rater | Ranker:
        return inputs.network.train("dev-only", dev_rows(inputs.dataset))
