"""The signals that a dataset has: those of the registry, and columns of its table that were kept as signals."""

from weakrec_core.data.dataset import Dataset
from weakrec_core.signals.registry import SIGNALS, Signal


def signals_of(dataset: Dataset) -> dict[str, Signal]:
    """Every signal of a dataset by name, those of its own table last; without those whose modules are not installed.

    A column has its own name, or ``column_NAME`` where the registry has a signal of that name.
    """
    there = {name: signal for name, signal in SIGNALS.items() if signal.installed}
    return there | {name: _signal(dataset, name, column) for name, column in columns_of(dataset).items()}


def columns_of(dataset: Dataset) -> dict[str, str]:
    """The signals that are columns of the dataset's table, to the names of the columns."""
    names = [name for name, column in dataset.kept_columns.items() if column.kind == "signal"]
    return {name if name not in SIGNALS else f"column_{name}": name for name in names}


def _signal(dataset: Dataset, name: str, column: str) -> Signal:
    known = dataset.kept_columns[column]
    return Signal(
        name,
        f"Column {column!r} of the table",
        "as in the table",
        "the table has no number there",
        known.step,
        warning=known.warning(column),
    )
