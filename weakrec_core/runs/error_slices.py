"""On which test rows a run is wrong more often than on the others."""

import numpy as np
import pandas as pd

from weakrec_core.error_analysis.slices import BY_DEFAULT, cut, slice_table
from weakrec_core.errors import RunError
from weakrec_core.runs.scores import p_of, read_scores
from weakrec_core.runs.store import Run
from weakrec_core.signals import SignalStore


def error_slices(run: Run) -> pd.DataFrame:
    """`slice_table` over the rated test rows: right is a P(POSITIVE) above 0.5 for POSITIVE, and not above for NEGATIVE.

    Raises
    ------
    WeakrecError
        If the dataset has changed, or the run's predictions on test were not kept.
    """
    scores = read_scores(run)
    if scores is None:
        raise RunError(
            f"Run {run.id} was trained before predictions on test were kept; train it anew to see its errors."
        )
    dataset = run.open_dataset()
    keys = ["user_idx", "book_idx"]
    right = (p_of(scores.rows) > 0.5) == (scores.rows["gold"].to_numpy() == 1)
    judged = scores.rows[keys].assign(correct=right.astype(np.int8))
    rows = dataset.split("test")[keys].merge(judged, on=keys, how="left", validate="one_to_one")
    correct = rows["correct"].fillna(-1).to_numpy(np.int8)
    signals = SignalStore(dataset)
    slicings = [cut(dataset, signals, "test", by) for by in BY_DEFAULT]
    return slice_table(slicings, correct, correct >= 0)
