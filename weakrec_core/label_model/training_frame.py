"""Labeled rows as one table that scikit-learn or Keras trains on."""

import numpy as np
import pandas as pd

from weakrec_core.label_model.label_train import TrainLabels
from weakrec_core.signals import signals_of

WEAK, GOLD = "train", "dev"


def training_frame(labels: TrainLabels, min_confidence: float = 0.5) -> pd.DataFrame:
    """The train rows that are `kept`, with their weak labels, then the dev rows whose gold is known; nothing of test.

    Returns
    -------
    DataFrame
        split (``train`` or ``dev``), user_idx, book_idx, user_id, book_id, review_text ("" where there is none); every
        signal of the dataset (float64, NaN = not known); and the label:

        - p_positive (float64): P(POSITIVE); of dev 1 or 0
        - label (int8): 1 where p_positive is above 0.5, else 0
        - sample_weight (float64): how sure the label is, ``abs(2 * p_positive - 1)``; of dev 1

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.ensemble import HistGradientBoostingClassifier
    >>> rows = pd.read_parquet("training.parquet").query("split == 'train'")  # doctest: +SKIP
    >>> model = HistGradientBoostingClassifier()
    >>> model.fit(rows[["polarity", "average_rating"]], rows["label"], rows["sample_weight"])  # doctest: +SKIP
    """
    dataset, signals = labels.applied.dataset, labels.applied.applier.signals
    gold = dataset.gold("dev")
    parts = []
    for split, chosen, p in (
        (WEAK, labels.kept(min_confidence), labels.p_positive),
        (GOLD, gold >= 0, gold.astype(np.float64)),
    ):
        rows = dataset.split(split)[["user_idx", "book_idx", "user_id", "book_id", "review_text"]][chosen]
        values = {name: signals.values(name, split)[chosen] for name in signals_of(dataset)}
        p = p[chosen]
        rows = rows.assign(review_text=rows["review_text"].fillna(""), **values)
        parts.append(rows.assign(p_positive=p, label=(p > 0.5).astype(np.int8), sample_weight=np.abs(2 * p - 1)))
        parts[-1].insert(0, "split", split)
    return pd.concat(parts, ignore_index=True)
