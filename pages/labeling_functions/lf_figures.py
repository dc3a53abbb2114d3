"""What the table of LFs says of each, by name."""

from typing import Any, cast

from weakrec_core.engine.sampled_train import lf_shares
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.drift import drift_table
from weakrec_core.labeling.result_cache import remembered

Figures = dict[str, dict[str, Any]]  # by the name of the LF


@remembered
def figures_of(applied: AppliedSet) -> Figures:
    """`lf_summary`, `drift_table` and `lf_shares` of every LF that votes."""
    drift = drift_table(applied).set_index("name")[["train", "drifts"]]
    found = cast(Figures, applied.summary().set_index("name").join(drift).to_dict("index"))
    for name, share in lf_shares(applied).items():
        found[name]["train_share"] = share
    return found
