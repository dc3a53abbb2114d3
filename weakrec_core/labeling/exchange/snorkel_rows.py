"""The rows that an exported Snorkel module votes on."""

import pandas as pd

from weakrec_core.data.attached import attached_columns, attached_votes
from weakrec_core.data.dataset import Dataset
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.exchange.snorkel_module import GOLD, needs_of
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.offered_rows import HISTORY, OFFERED, offered_rows
from weakrec_core.signals import SignalStore, signals_of
from weakrec_core.signals.registry import FAMILIES


def snorkel_rows(dataset: Dataset, split: str, lf_set: LFSet | None = None) -> pd.DataFrame:
    """One row a data point of a split, with all that the LFs of a set read, or that any LF could.

    Returns
    -------
    DataFrame
        The columns `OFFERED`, with ``book_idxs`` a list; signals that need more than the review (float64, NaN = not known);
        categories (str, NaN = not known); similarities (float64);
        votes computed elsewhere (int8); and for dev ``gold`` (1, 0, or -1 = not known).

    Raises
    ------
    WeakrecError
        If the dataset lacks a column, or an LF cannot be exported.
    """
    known = signals_of(dataset)
    categories = [name for name, column in dataset.kept_columns.items() if column.kind == "category"]
    if lf_set is None:
        wanted = [name for name in known if name not in FAMILIES or FAMILIES[name].of_rows]
        wanted += [*categories, *attached_columns(dataset)]
    else:
        wanted = list(needs_of(lf_set, dataset.noun).columns)
    rows = offered_rows(dataset, split)
    signals = SignalStore(dataset)
    columns = Columns(dataset, split, signals)
    own = (
        {name: values for lf in lf_set.active for name, values in lf.exported_columns(columns).items()}
        if lf_set
        else {}
    )
    found = {HISTORY: pd.Series([dataset.histories.of(user) for user in rows["user_idx"]], rows.index, object)}
    for name in wanted:
        if name in known:
            found[name] = pd.Series(signals.values(name, split))
        elif name in own:
            found[name] = pd.Series(own[name])
        elif name in categories and name not in OFFERED:
            found[name] = dataset.kept(name, split).astype("str")
        elif name not in OFFERED:
            found[name] = pd.Series(attached_votes(dataset, name, split))
    return rows.assign(**found) if split != "dev" else rows.assign(**found, **{GOLD: dataset.gold(split)})
