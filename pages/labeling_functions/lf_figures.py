"""What the table of LFs says of each, by name."""

from typing import Any, cast

import pandas as pd

from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.drift import drift_table
from weakrec_core.labeling.result_cache import remembered

Figures = dict[str, dict[str, Any]]  # by the name of the LF


def figures_of(applied: AppliedSet) -> Figures:
    """`lf_summary` and `drift_table` of every LF that votes."""
    return cast(Figures, _analysis(applied).to_dict("index"))


@remembered
def _analysis(applied: AppliedSet) -> pd.DataFrame:
    drift = drift_table(applied).set_index("name")[["train", "drifts"]]
    return applied.summary().set_index("name").join(drift)
