"""The tutorial's LFs do on the demo what they did on the tutorial's data. Run with -s to see both tables."""

import pandas as pd

from weakrec_core.data.dataset import Dataset
from weakrec_core.labeling.lf_set import LFSet

# The tutorial's recorded output on its dev set of 8,000 rows.
RECORDED = pd.DataFrame(
    [
        ("stars_in_review", 0.0195, 0.0044, 0.0014, 129, 27, 0.827),
        ("shared_first_author", 0.0619, 0.0026, 0.0008, 335, 160, 0.677),
        ("polarity_positive", 0.0440, 0.0140, 0.0006, 297, 55, 0.844),
        ("subjectivity_positive", 0.0180, 0.0146, 0.0038, 110, 34, 0.764),
        ("polarity_negative", 0.0196, 0.0055, 0.0044, 87, 70, 0.554),
    ],
    columns=["name", "coverage", "overlaps", "conflicts", "correct", "incorrect", "emp_acc"],
)
BASE_RATE = 0.64


def test_the_demos_table_is_near_the_tutorials(demo_full: Dataset, tutorial: LFSet) -> None:
    table = tutorial.apply(demo_full).summary()[list(RECORDED.columns)]
    base_rate = float((demo_full.gold("dev") == 1).mean())
    both = RECORDED.merge(table, on="name", suffixes=("", " demo")).set_index("name")
    both["coverage ratio"] = both["coverage demo"] / both["coverage"]
    both["accuracy difference"] = both["emp_acc demo"] - both["emp_acc"]
    pairs = [c for name in RECORDED.columns[1:] for c in (name, f"{name} demo")]
    side_by_side = both[[*pairs, "coverage ratio", "accuracy difference"]].round(4).T.to_string()
    report = f"\nThe tutorial's dev set and the demo's\n{side_by_side}\nbase rate: {BASE_RATE}, demo {base_rate:.4f}\n"
    print(report)
    assert demo_full.n_rows("dev") == 8000, report
    assert len(both) == 5, report
    assert both["coverage ratio"].between(0.7, 1.3).all(), report
    assert both["accuracy difference"].abs().le(0.05).all(), report
    assert abs(base_rate - BASE_RATE) <= 0.03, report
