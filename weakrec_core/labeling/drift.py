"""Whether LFs vote as often on train as on dev."""

from statistics import NormalDist

import numpy as np
import pandas as pd

from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.labeling.vote_rates import vote_rate

_SIGNIFICANT = -NormalDist().inv_cdf(1e-3 / 2)  # standard errors, for a chance of one in a thousand
_MUCH = 0.25  # relative difference of the vote rates


@remembered
def drift_table(applied: AppliedSet) -> pd.DataFrame:
    """Vote rates of the active LFs on dev and train.

    Returns
    -------
    DataFrame
        name, dev, train, and drifts: whether the rates differ by more than a quarter and by more than chance.
    """
    dev, train = (
        np.array([vote_rate(sums) for sums in applied.vote_sums(split)]).reshape(-1, 2) for split in ("dev", "train")
    )
    difference = np.abs(dev[:, 0] - train[:, 0])
    significant = difference > _SIGNIFICANT * np.hypot(dev[:, 1], train[:, 1])
    much = difference > _MUCH * np.maximum(dev[:, 0], train[:, 0])
    return pd.DataFrame({"name": applied.names, "dev": dev[:, 0], "train": train[:, 0], "drifts": significant & much})
