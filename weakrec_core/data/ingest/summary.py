"""What an ingest has read, kept and dropped."""

from typing import Any

from weakrec_core.data.dataset import SPLITS, Dataset


def ingest_summary(dataset: Dataset) -> dict[str, Any]:
    """What was made of the files of a dataset.

    Returns
    -------
    dict
        dataset, rows by split, items, users, read, ratings, dropped by reason. ``ratings.parsed`` is the number of rows;
        with ``ratings.not_rated``, what is in histories only, and all that was dropped it is what was read.
    """
    rows = {split: dataset.n_rows(split) for split in SPLITS}
    return {"dataset": dataset.name} | summary_of(dataset.meta, rows, dataset.n_books, dataset.n_users)


def summary_of(meta: dict[str, Any], rows: dict[str, int], n_items: int, n_users: int) -> dict[str, Any]:
    """The same without the dataset's name, of its parts."""
    counts = {"rows": rows, "items": n_items, "users": n_users}
    return counts | {key: meta[key] for key in ("read", "ratings", "dropped") if key in meta}
